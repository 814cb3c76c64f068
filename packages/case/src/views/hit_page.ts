import { isoOf } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { HuntRow } from '../hunts/run_hunts.ts'
import { isoSql } from '../store/iso_sql.ts'
import { NO_ID } from '../store/no_id.ts'
import { type ListColumns, type ListQuery, listSql } from './list_query.ts'

const MOST = 500
const texted = (column: string) => ({ text: `toString(${column})` })
/** Columns of a hit; `account` is the mailbox, or else the principal. */
const LISTED: ListColumns = {
  at: { text: isoSql('at'), by: 'at' },
  tenant: texted('tenant'),
  principal: texted('principal'),
  mailbox: texted('mailbox'),
  account: texted("if(mailbox != '', mailbox, principal)"),
  recordId: texted('record_id'),
  tokenId: { text: `if(token_id = toUUID('${NO_ID}'), '', toString(token_id))` },
  sessionId: texted('session_id'),
  ip: texted('ip'),
  app: texted('app'),
  why: texted('why'),
}
/** Names of the columns by which hits are sorted and filtered. */
export const HIT_COLUMNS: readonly string[] = Object.keys(LISTED)

/**
 * Accesses that a hunt points at, each once, in the order of time where no other is asked for.
 *
 * @throws {MintmarkError} as `listSql` and `Session.rows`
 */
export async function hitPage(
  session: Session,
  hunt: string,
  query: ListQuery = {},
  most: number = MOST,
): Promise<{ readonly total: number; readonly rows: readonly Omit<HuntRow, 'content'>[] }> {
  const { offset = 0, limit = 100 } = query
  const { where, order, params } = listSql(LISTED, query)
  const from = `(SELECT * FROM hunt_hit WHERE hunt = {hunt:String} ORDER BY why LIMIT 1 BY record_id, content) WHERE ${where}`
  const [counted] = await session.rows(`SELECT count() AS n FROM ${from}`, { ...params, hunt })
  const rows = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, ${Object.entries(LISTED)
      .filter(([name]) => name !== 'at')
      .map(([name, { text }]) => `${text} AS listed_${name}`)
      .join(', ')}
     FROM ${from} ORDER BY ${order}at, record_id, content
     LIMIT {limit:UInt32} OFFSET {offset:UInt64} ${BOUNDED}`,
    { ...params, hunt, offset: Math.max(0, offset), limit: Math.min(Math.max(1, limit), most) },
  )
  return {
    total: Number(counted?.['n'] ?? 0),
    rows: rows.map((row) => {
      const of = (name: string) => String(row[`listed_${name}`])
      return {
        at: isoOf(Number(row['at_ms'])),
        tenant: of('tenant'),
        principal: of('principal'),
        mailbox: of('mailbox'),
        recordId: of('recordId'),
        tokenId: of('tokenId'),
        sessionId: of('sessionId'),
        ip: of('ip'),
        app: of('app'),
        why: of('why'),
      }
    }),
  }
}
