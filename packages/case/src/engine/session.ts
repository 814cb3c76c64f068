import type { Json } from '@mintmark/core'

/** Values of `{name:Type}` placeholders. The only way for a value to reach SQL. */
export type Params = Readonly<Record<string, string | number | bigint | readonly string[]>>

/** Formats in which rows are handed to the engine. */
export type InsertFormat = 'TabSeparated' | 'Native' | 'RowBinary'

/**
 * One connection to the engine that holds a case: chDB in this process, a ClickHouse server, or the first shard of a
 * cluster. 64-bit integers arrive as decimal text in rows; times are UTC. Queries run one after the other, and a
 * session is closed only when none is running. What takes a session throws as its methods do.
 */
export interface Session {
  readonly kind: 'embedded' | 'server'
  /** How many nodes hold the sharded tables; 1 when it is not a cluster. */
  readonly shards: number
  /**
   * Runs a statement that gives no rows.
   * @throws {MintmarkError} `ENGINE_QUERY` with ClickHouse's number in `facts.clickhouse`, `DISK_FULL`,
   *   `ENGINE_UNAVAILABLE`
   */
  command(sql: string, params?: Params): Promise<void>
  /** All rows at once: for aggregates and queries with a LIMIT. Throws as {@link command}. */
  rows(sql: string, params?: Params): Promise<Json[]>
  /** Rows in chunks, memory bounded: for exports. Throws as {@link command}. */
  stream(sql: string, params?: Params): AsyncIterable<readonly Json[]>
  /**
   * Rows of a query that somebody typed: one statement, which can change nothing and reach nothing outside the case.
   * @throws {MintmarkError} `INPUT_INVALID` for any other statement, and one with an output format
   */
  ask(sql: string): AsyncIterable<readonly Json[]>
  /** Inserts encoded rows, in one or more pieces, which must not change until the promise settles. */
  insert(
    table: string,
    columns: readonly string[],
    format: InsertFormat,
    bytes: Uint8Array | readonly Uint8Array[],
  ): Promise<void>
  /** Name of a shard's own part of a sharded table (`access_local` on a cluster), for {@link everywhere}. */
  localTable(name: string): string
  /** Runs a statement on every shard: DDL, TRUNCATE, OPTIMIZE, and what reads and writes local tables alone. */
  everywhere(sql: string, params?: Params): Promise<void>
  close(): Promise<void>
}

/** What each statement of a session goes through. */
interface Through {
  readonly inner: () => Session
  /** @param of the statement; of an insert, its table */
  readonly one: <T>(of: string, work: (inner: Session) => Promise<T>) => Promise<T>
  readonly many: <T>(work: (inner: Session) => AsyncIterable<T>) => AsyncIterable<T>
}

/** A session whose statements are put to another one. */
export const sessionThrough = ({ inner, one, many }: Through): Session => ({
  kind: inner().kind,
  shards: inner().shards,
  command: (sql, params) => one(sql, (session) => session.command(sql, params)),
  rows: (sql, params) => one(sql, (session) => session.rows(sql, params)),
  stream: (sql, params) => many((session) => session.stream(sql, params)),
  ask: (sql) => many((session) => session.ask(sql)),
  insert: (table, ...rest) => one(table, (session) => session.insert(table, ...rest)),
  localTable: (name) => inner().localTable(name),
  everywhere: (sql, params) => one(sql, (session) => session.everywhere(sql, params)),
  close: () => inner().close(),
})
