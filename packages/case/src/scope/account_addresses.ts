/**
 * From where each account was opened.
 *
 * @module
 */
import { asNumber, asText, asTime, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { SPAN } from '../store/access_sql.ts'
import type { Selected } from './selected.ts'

/** Accesses of the attacker to one account from one address. Times are ISO, UTC. */
export interface AccountAddress {
  readonly account: string
  /** Canonical; `''` of records that give none. */
  readonly ip: string
  readonly accesses: number
  readonly first: string
  readonly last: string
}

/** By account, then by address; at most `limit` rows. */
export async function accountAddresses(
  session: Session,
  { table }: Selected,
  { limit }: { readonly limit: number },
): Promise<AccountAddress[]> {
  const rows = await session.rows(
    `SELECT account, ip, count() AS accesses, ${SPAN}
     FROM ${table} WHERE party = 'theirs' AND is_mail AND account != ''
     GROUP BY account, ip ORDER BY account, ip LIMIT {limit:UInt32} ${BOUNDED}`,
    { limit },
  )
  return rows.map(rowReader(asText('account ip'), asNumber('accesses'), asTime('first last')))
}
