import type { Json } from '@mintmark/core'

/** Values of `{name:Type}` placeholders. The only way for a value to reach SQL. */
export type Params = Readonly<Record<string, string | number | bigint | readonly string[]>>

/** Formats in which rows are handed to the engine. */
export type InsertFormat = 'TabSeparated' | 'Native' | 'RowBinary'

/**
 * One connection to the engine that holds a case: chDB in this process, or a ClickHouse server.
 *
 * The SQL is the same for both. 64-bit integers arrive as decimal text in rows; times are UTC.
 * Queries on one session run one after the other; a session is closed only when none is running.
 */
export interface Session {
  readonly kind: 'embedded' | 'server'
  /**
   * Runs a statement that gives no rows.
   *
   * @throws {MintmarkError} `ENGINE_QUERY` with ClickHouse's number in `facts.clickhouse`,
   *   `DISK_FULL` when that is the cause
   */
  command(sql: string, params?: Params): Promise<void>
  /** All rows at once: for aggregates and queries with a LIMIT. Throws as {@link command}. */
  rows(sql: string, params?: Params): Promise<Json[]>
  /** Rows in chunks, memory bounded: for exports. Throws as {@link command}. */
  stream(sql: string, params?: Params): AsyncIterable<readonly Json[]>
  /** Inserts encoded rows. The bytes must not change until the promise settles. */
  insert(
    table: string,
    columns: readonly string[],
    format: InsertFormat,
    bytes: Uint8Array,
  ): Promise<void>
  close(): Promise<void>
}
