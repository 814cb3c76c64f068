/** The engine, as all other code sees it. */

import type { Json } from '@mintmark/core'

/** Values of `{name:Type}` placeholders, 64-bit integers as text. The only way for a value to reach SQL. */
export type Params = Readonly<Record<string, string | number | readonly string[]>>
type InsertFormat = 'TabSeparated' | 'Native'

/** Queries run one after the other. 64-bit integers arrive as decimal text; times are UTC. */
export interface Session {
  readonly kind: 'embedded' | 'server'
  /**
   * @throws {MintmarkError} `ENGINE_QUERY` (`facts.clickhouse`), `DISK_FULL`, `ENGINE_UNAVAILABLE`
   */
  command(sql: string, params?: Params): Promise<void>
  /** All rows at once: for aggregates and queries with a LIMIT. Throws as {@link command}. */
  rows(sql: string, params?: Params): Promise<Json[]>
  /** Rows in chunks, memory bounded: for exports. Throws as {@link command}. */
  stream(sql: string, params?: Params): AsyncIterable<readonly Json[]>
  /**
   * One read-only statement that somebody typed.
   * @throws {MintmarkError} `INPUT_INVALID`
   */
  ask(sql: string): AsyncIterable<readonly Json[]>
  /** Inserts encoded rows, in one or more pieces, which must not change until the promise settles. */
  insert(
    table: string,
    columns: readonly string[],
    format: InsertFormat,
    bytes: Uint8Array | readonly Uint8Array[],
  ): Promise<void>
  localTable(name: string): string
  everywhere(sql: string, params?: Params): Promise<void>
  close(): Promise<void>
}

interface Through {
  readonly inner: () => Session
  readonly one: <T>(of: string, work: (inner: Session) => Promise<T>) => Promise<T>
  readonly many: <T>(work: (inner: Session) => AsyncIterable<T>) => AsyncIterable<T>
}

export const sessionThrough = ({ inner, one, many }: Through): Session => ({
  kind: inner().kind,
  command: (sql, params) => one(sql, (session) => session.command(sql, params)),
  rows: (sql, params) => one(sql, (session) => session.rows(sql, params)),
  stream: (sql, params) => many((session) => session.stream(sql, params)),
  ask: (sql) => many((session) => session.ask(sql)),
  insert: (table, ...rest) => one(table, (session) => session.insert(table, ...rest)),
  localTable: (name) => inner().localTable(name),
  everywhere: (sql, params) => one(sql, (session) => session.everywhere(sql, params)),
  close: () => inner().close(),
})

export const INSERT_ID = 'mintmark-insert-'

export const BOUNDED: string = `SETTINGS max_bytes_before_external_group_by = 300000000,
  max_bytes_before_external_sort = 300000000, max_bytes_ratio_before_external_group_by = 0,
  max_bytes_ratio_before_external_sort = 0, distributed_product_mode = 'global'`

export const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'

/** Answers about evidence and verdicts alone, each asked once. Invariant: no statement names a scratch table. */
export class Facts {
  readonly #answers = new Map<string, Promise<readonly Json[]>>()

  async rows(session: Session, sql: string, params: Params = {}): Promise<readonly Json[]> {
    const key = JSON.stringify([sql, params])
    const known = this.#answers.get(key)
    if (known !== undefined) return await known
    const asked = session.rows(sql, params)
    this.#answers.set(key, asked)
    try {
      return await asked
    } catch (cause) {
      this.#answers.delete(key)
      throw cause
    }
  }
}
