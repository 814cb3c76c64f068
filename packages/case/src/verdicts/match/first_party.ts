/** Whose tokens may be in no sign-in log: Microsoft's own applications, and clients of the mail service. */

import { countOf } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { linesOf } from '../../store/known_lists.ts'
import { HAS_TOKEN } from '../../store/sql.ts'
import { FAMILY } from './context.ts'

/** Ids of the directory's first services: their GUIDs were assigned by hand. */
export const ASSIGNED_ID = '^[0-9a-f]{8}-0000-(0ff1-ce00|0000-c000)-000000000000$'

/**
 * Some of Microsoft's own applications, whose app-only tokens are left out of the sign-in logs. An application that a
 * tenant's logs have never seen sign in gets the benefit of the gap too.
 */
export const firstPartyApps = (): string[] => linesOf('first_party_apps')

const BY_DEFAULT: ReadonlySet<string> = new Set(['owa', 'rest'])
/** So many tokens of a client that the identity provider issued, and none of the mail service, say that it asks there alone. */
const TOKENS_TO_TELL = 20
const SAMPLED_ROWS = 1_000_000

/**
 * Clients whose tokens the mail service may have made itself (record type 275), as `tenant client-family`, learnt from what
 * joined in this case. Default: web mail and REST, in a tenant whose audit log has records of that type.
 */
export async function clientsOfMailService(session: Session, sole: string): Promise<string[]> {
  const logged = "coverage WHERE side = 'issuance' AND category = 'owa-auth'"
  if ((await countOf(session, logged)) === 0) return []
  const share = SAMPLED_ROWS / Math.max(1, await countOf(session, 'access'))
  const rows = await session.rows(
    `SELECT a.home AS home, a.family AS family, uniqExactIf(a.token_id, i.by_owa = 1) AS by_owa_tokens,
       uniqExactIf(a.token_id, i.is_made = 1 AND i.by_owa = 0) AS by_provider
     FROM (
       SELECT bucket, token_id, if(tenant = '', {sole:String}, tenant) AS home, ${FAMILY} AS family FROM access
       WHERE token_state = 'present' AND bucket <= {buckets:UInt8} AND home GLOBAL IN (
         SELECT if(tenant = '', {sole:String}, tenant) FROM ${logged})
     ) AS a
     LEFT ANY JOIN (
       SELECT bucket, token_id, toUInt8(category = 'owa-auth') AS by_owa, toUInt8(1) AS is_made FROM issuance
       WHERE outcome = 'issued' AND ${HAS_TOKEN} AND bucket <= {buckets:UInt8}
     ) AS i ON i.bucket = a.bucket AND i.token_id = a.token_id
     GROUP BY home, family ORDER BY home, family
     SETTINGS distributed_product_mode = 'local'`,
    { sole, buckets: Math.min(255, Math.max(15, Math.floor(256 * share) - 1)) },
  )
  return rows
    .filter((row) => {
      const isLearnt = Number(row['by_owa_tokens']) > 0
      const isDefault = BY_DEFAULT.has(String(row['family']))
      return isLearnt || (isDefault && Number(row['by_provider']) < TOKENS_TO_TELL)
    })
    .map((row) => `${String(row['home'])} ${String(row['family'])}`)
}
