import type { Json } from '@mintmark/core'
import type { Params, Session } from './session.ts'

/** A question that the engine can answer. Values reach the SQL only as bound `{name:Type}` parameters. */
export interface Query<P extends Params, Row> {
  /** Names the query in errors and in tests. */
  readonly name: string
  readonly sql: string
  /** Example parameters: they fix P, and tests run the query with them. */
  readonly example: P
  readonly row: (raw: Json) => Row
}

/**
 * All rows of a query with a LIMIT or an aggregate.
 *
 * @throws {MintmarkError} `ENGINE_QUERY`, ClickHouse's own error number in `facts.clickhouse`
 */
export async function run<P extends Params, Row>(
  session: Session,
  query: Query<P, Row>,
  params: P,
): Promise<Row[]> {
  return (await session.rows(query.sql, params)).map(query.row)
}
