/**
 * Tokens of a selection, with the session that each hangs from, what was opened with it, and who it was issued to.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from '../scope/selected.ts'
import { NO_ID } from '../store/no_id.ts'

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
    toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) AS last_ms
  FROM ${table} WHERE party = 'theirs' GROUP BY token_id, session_id, verdict_name, reason_name`

const ISSUED = (table: string) => `
  SELECT token_id, toUnixTimestamp64Milli(min(at)) AS made_ms,
    argMin(if(principal != '', principal, principal_id), (at, record_id)) AS made_for,
    toString(argMin(source, (at, record_id))) AS made_in
  FROM issuance
  WHERE outcome = 'issued' AND token_id != toUUID('${NO_ID}')
    AND token_id GLOBAL IN (SELECT token_id FROM ${table} WHERE party = 'theirs')
  GROUP BY token_id`

/**
 * The tokens of the selected accesses of theirs, most used first.
 *
 * @param limit rows at most; `total` counts all
 * @throws {MintmarkError} as `Session.command`
 */
export async function tokenUses(
  session: Session,
  { table }: Selected,
  { limit }: { readonly limit: number },
): Promise<TokenUses> {
  const [counted] = await session.rows(`SELECT count() AS n FROM (${USES(table)}) ${BOUNDED}`)
  const rows = await session.rows(
    `SELECT if(u.token_id = toUUID('${NO_ID}'), '', toString(u.token_id)) AS token, session_id, verdict_name,
       reason_name, accesses, arraySlice(accounts, 1, 16) AS names, length(accounts) AS all_accounts, first_ms, last_ms,
       made_ms, made_for, made_in
     FROM (${USES(table)} ORDER BY accesses DESC, token_id, session_id, reason_name LIMIT {limit:UInt32}) AS u
     GLOBAL LEFT ANY JOIN (${ISSUED(table)}) AS i ON u.token_id = i.token_id
     ORDER BY accesses DESC, u.token_id, session_id, reason_name ${BOUNDED}`,
    { limit },
  )
  return { rows: rows.map(useOf), total: Number(counted?.['n'] ?? 0) }
}

function useOf(row: Json): TokenUse {
  const names: unknown = row['names']
  const source = String(row['made_in'])
  return {
    tokenId: String(row['token']),
    sessionId: String(row['session_id']),
    verdict: String(row['verdict_name']),
    reason: String(row['reason_name']),
    accesses: Number(row['accesses']),
    accounts: Array.isArray(names) ? names.map(String) : [],
    accountsTotal: Number(row['all_accounts']),
    first: isoOf(Number(row['first_ms'])),
    last: isoOf(Number(row['last_ms'])),
    issued:
      source === ''
        ? null
        : { at: isoOf(Number(row['made_ms'])), principal: String(row['made_for']), source },
  }
}
