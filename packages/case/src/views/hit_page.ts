import { asText, asTime, numbersBy, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { HuntRow } from '../hunts/run_hunts.ts'
import { ACCOUNT, isoSql, tokenText } from '../store/access_sql.ts'
import { type ListColumns, type ListQuery, listPage } from './list_query.ts'

const texted = (column: string) => ({ text: `toString(${column})` })
/** Columns of a hit; `account` is the mailbox, or else the principal. */
const LISTED: ListColumns = {
  at: { text: isoSql('at'), by: 'at' },
  tenant: texted('tenant'),
  principal: texted('principal'),
  mailbox: texted('mailbox'),
  account: texted(ACCOUNT),
  recordId: texted('record_id'),
  tokenId: { text: tokenText() },
  sessionId: texted('session_id'),
  ip: texted('ip'),
  app: texted('app'),
  why: texted('why'),
}
/** Names of the columns by which hits are sorted and filtered. */
export const HIT_COLUMNS: readonly string[] = Object.keys(LISTED)

const SELECT = Object.entries(LISTED)
  .filter(([name]) => name !== 'at')
  .map(([name, { text }]) => `${text} AS listed_${name}`)
const readHit = rowReader(
  asTime('at'),
  asText('tenant:listed_tenant principal:listed_principal mailbox:listed_mailbox'),
  asText('recordId:listed_recordId tokenId:listed_tokenId sessionId:listed_sessionId'),
  asText('ip:listed_ip app:listed_app why:listed_why'),
)

/** Accesses that a hunt points at, each once, in the order of time. Throws as `listPage`. */
export async function hitPage(
  session: Session,
  hunt: string,
  query: ListQuery = {},
  most?: number,
): Promise<{ readonly total: number; readonly rows: readonly Omit<HuntRow, 'content'>[] }> {
  const list = {
    columns: LISTED,
    from: '(SELECT * FROM hunt_hit WHERE hunt = {hunt:String} ORDER BY why LIMIT 1 BY record_id, content)',
    select: `toUnixTimestamp64Milli(at) AS at_ms, ${SELECT.join(', ')}`,
    order: 'at, record_id, content',
    params: { hunt },
  }
  const { total, rows } = await listPage(session, list, query, most)
  return { total, rows: rows.map(readHit) }
}

/** How many hits of each hunt are in a selection: distinct accesses by the hunt's id; a hunt without any is not in it. */
export async function hitsWithin(
  session: Session,
  table: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows(
    `SELECT toString(hunt) AS hunt, uniqExact(record_id, content) AS n FROM hunt_hit
     WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM ${table})
     GROUP BY hunt ORDER BY hunt ${BOUNDED}`,
  )
  return numbersBy(rows, 'hunt', 'n')
}
