/**
 * What a table of a case is.
 *
 * @module
 */
export interface TableSpec {
  readonly name: string
  /** Column definitions, `name Type [DEFAULT expression]`. */
  readonly columns: readonly string[]
  readonly orderBy: string
  /** MergeTree family; `ReplacingMergeTree(rank)` keeps the record that was read first. */
  readonly engine: string
  readonly sharded: boolean
  /** Rows that are read to get at one; the engine's own 8192 where it does not matter. */
  readonly granuleRows?: number
}
