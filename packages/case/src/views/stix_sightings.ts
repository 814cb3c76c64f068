/** Which accounts each established thing concerns, without leads, and from where each was opened. */

import { cell, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { IS_ESTABLISHED_HUNT } from '../scope/pointed_counts.ts'
import type { Selected } from '../scope/selected.ts'
import { SPAN } from '../store/sql.ts'

export interface Sighted extends Texts<'by first last'> {
  readonly isHunt: boolean
  /** `''` of accesses that were to no mailbox. */
  readonly account: string
  readonly accesses: number
  /** Canonical, at most `MOST_ADDRESSES`. */
  readonly addresses: readonly string[]
}

const MOST_ADDRESSES = 100
const MOST = 100_000

const SIGHTED = (table: string) => `
  SELECT toString(verdict) AS by, 0 AS is_hunt, account, ip, at FROM ${table}
  WHERE party = 'attacker' AND verdict IN ('unissued', 'mismatched')
    AND (record_id, content) GLOBAL IN (SELECT record_id, content FROM verdict WHERE strength = 'established')
  UNION ALL
  SELECT toString(h.hunt) AS by, 1 AS is_hunt, s.account AS account, s.ip AS ip, s.at AS at
  FROM (SELECT record_id, content, account, ip, at FROM ${table} WHERE party = 'attacker') AS s
  GLOBAL INNER JOIN (
    SELECT DISTINCT hunt, record_id, content FROM hunt_hit WHERE ${IS_ESTABLISHED_HUNT}
  ) AS h ON s.record_id = h.record_id AND s.content = h.content`

export async function sightedAccounts(session: Session, { table }: Selected): Promise<Sighted[]> {
  const rows = await session.rows(
    `SELECT by, is_hunt, account, count() AS accesses, ${SPAN},
       arraySort(groupUniqArrayIf(${MOST_ADDRESSES})(ip, ip != '')) AS addresses
     FROM (${SIGHTED(table)}) GROUP BY by, is_hunt, account ORDER BY is_hunt, by, account
     LIMIT ${MOST} ${BOUNDED}`,
  )
  return rows.map(readSighted)
}

const readSighted = rowReader(
  cell.text('by'),
  cell.flag('isHunt'),
  cell.text('account'),
  cell.number('accesses'),
  cell.time('first last'),
  cell.texts('addresses'),
)

export interface AccountAddress extends Texts<'account first last'> {
  /** Canonical; `''` of records that give none. */
  readonly ip: string
  readonly accesses: number
}

export async function accountAddresses(
  session: Session,
  { table }: Selected,
  { limit }: { readonly limit: number },
): Promise<AccountAddress[]> {
  const rows = await session.rows(
    `SELECT account, ip, count() AS accesses, ${SPAN}
     FROM ${table} WHERE party = 'attacker' AND is_mail AND account != ''
     GROUP BY account, ip ORDER BY account, ip LIMIT {limit:UInt32} ${BOUNDED}`,
    { limit },
  )
  return rows.map(
    rowReader(cell.text('account ip'), cell.number('accesses'), cell.time('first last')),
  )
}
