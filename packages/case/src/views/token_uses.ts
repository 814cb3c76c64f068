/**
 * Tokens of a selection, with the session of each, what was opened with it, and to whom it was issued.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import { asNumber, asText, asTexts, asTime, countOf, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from '../scope/selected.ts'
import { HAS_TOKEN, PRINCIPAL, SPAN, tokenText } from '../store/access_sql.ts'

/** One token in one session. Times are ISO, UTC. */
export interface TokenUse {
  /** Canonical GUID text, or `''` of accesses whose records carry none. */
  readonly tokenId: string
  /** As logged, or `''`. */
  readonly sessionId: string
  readonly verdict: string
  readonly reason: string
  readonly accesses: number
  /** Accounts whose mail was opened with it: the first sixteen by name, and how many there are. */
  readonly accounts: readonly string[]
  readonly accountsTotal: number
  readonly first: string
  readonly last: string
  /** The first record of its issuance, where there is one. */
  readonly issued: {
    readonly at: string
    readonly principal: string
    readonly source: string
  } | null
}

export interface TokenUses {
  /** Most accesses first. */
  readonly rows: readonly TokenUse[]
  readonly total: number
}

const USES = (table: string) => `
  SELECT token_id, session_id, toString(verdict) AS verdict_name, toString(reason) AS reason_name, count() AS accesses,
    arraySort(groupUniqArrayIf(account, account != '')) AS accounts,
    ${SPAN}
  FROM ${table} WHERE party = 'theirs' GROUP BY token_id, session_id, verdict_name, reason_name`

const ISSUED = (table: string) => `
  SELECT token_id, toUnixTimestamp64Milli(min(at)) AS made_ms,
    argMin(${PRINCIPAL}, (at, record_id)) AS made_for,
    toString(argMin(source, (at, record_id))) AS made_in
  FROM issuance
  WHERE outcome = 'issued' AND ${HAS_TOKEN}
    AND token_id GLOBAL IN (SELECT token_id FROM ${table} WHERE party = 'theirs')
  GROUP BY token_id`

/** The tokens of the selected accesses of the attacker, most used first: `limit` rows, and `total` of all. */
export async function tokenUses(
  session: Session,
  { table }: Selected,
  { limit }: { readonly limit: number },
): Promise<TokenUses> {
  const total = await countOf(session, `(${USES(table)}) ${BOUNDED}`)
  const rows = await session.rows(
    `SELECT ${tokenText('u.token_id')} AS token, session_id, verdict_name,
       reason_name, accesses, arraySlice(accounts, 1, 16) AS names, length(accounts) AS all_accounts, first_ms, last_ms,
       made_ms, made_for, made_in
     FROM (${USES(table)} ORDER BY accesses DESC, token_id, session_id, reason_name LIMIT {limit:UInt32}) AS u
     GLOBAL LEFT ANY JOIN (${ISSUED(table)}) AS i ON u.token_id = i.token_id
     ORDER BY accesses DESC, u.token_id, session_id, reason_name ${BOUNDED}`,
    { limit },
  )
  return { rows: rows.map(useOf), total }
}

function useOf(row: Json): TokenUse {
  const { source, ...issued } = readIssuance(row)
  return { ...readUse(row), issued: source === '' ? null : { ...issued, source } }
}

const readIssuance = rowReader(asTime('at:made_ms'), asText('principal:made_for source:made_in'))
const readUse = rowReader(
  asText('tokenId:token sessionId:session_id verdict:verdict_name reason:reason_name'),
  asNumber('accesses'),
  asTexts('accounts:names'),
  asNumber('accountsTotal:all_accounts'),
  asTime('first last'),
)
