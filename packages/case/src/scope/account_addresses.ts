/**
 * From where each account was opened.
 *
 * @module
 */
import { isoOf } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from './selected.ts'

/** Accesses of theirs to one account from one address. Times are ISO, UTC. */
export interface AccountAddress {
  readonly account: string
  /** Canonical; `''` of records that give none. */
  readonly ip: string
  readonly accesses: number
  readonly first: string
  readonly last: string
}

/**
 * By account, then by address.
 *
 * @param limit rows at most
 * @throws {MintmarkError} as `Session.command`
 */
export async function accountAddresses(
  session: Session,
  { table }: Selected,
  { limit }: { readonly limit: number },
): Promise<AccountAddress[]> {
  const rows = await session.rows(
    `SELECT account, ip, count() AS accesses, toUnixTimestamp64Milli(min(at)) AS first_ms,
       toUnixTimestamp64Milli(max(at)) AS last_ms
     FROM ${table} WHERE party = 'theirs' AND is_mail AND account != ''
     GROUP BY account, ip ORDER BY account, ip LIMIT {limit:UInt32} ${BOUNDED}`,
    { limit },
  )
  return rows.map((row) => ({
    account: String(row['account']),
    ip: String(row['ip']),
    accesses: Number(row['accesses']),
    first: isoOf(Number(row['first_ms'])),
    last: isoOf(Number(row['last_ms'])),
  }))
}
