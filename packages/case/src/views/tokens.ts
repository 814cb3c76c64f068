/** Tokens of a selection, and the lineage of one: issuance, sessions, uses, and other tokens of its sessions. */
import type { Json } from '@mintmark/core'
import { cell, countOf, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import type { Selected } from '../scope/selected.ts'
import { HAS_TOKEN, PRINCIPAL, SESSION, SPAN, tokenText } from '../store/sql.ts'

export interface TokenUse extends Texts<'sessionId verdict reason first last'> {
  /** Canonical GUID text, or `''` of accesses whose records carry none. */
  readonly tokenId: string
  readonly accesses: number
  readonly accounts: readonly string[]
  readonly accountsTotal: number
  readonly issued: {
    readonly at: string
    readonly principal: string
    readonly source: string
  } | null
}

export interface TokenUses {
  readonly rows: readonly TokenUse[]
  readonly total: number
}

const USES = (table: string) => `
  SELECT token_id, session_id, toString(verdict) AS verdict_name, toString(reason) AS reason_name, count() AS accesses,
    arraySort(groupUniqArrayIf(account, account != '')) AS accounts,
    ${SPAN}
  FROM ${table} WHERE party = 'attacker' GROUP BY token_id, session_id, verdict_name, reason_name`

const ISSUED = (table: string) => `
  SELECT token_id, toUnixTimestamp64Milli(min(at)) AS made_ms,
    argMin(${PRINCIPAL}, (at, record_id)) AS made_for,
    toString(argMin(source, (at, record_id))) AS made_in
  FROM issuance
  WHERE outcome = 'issued' AND ${HAS_TOKEN}
    AND token_id GLOBAL IN (SELECT token_id FROM ${table} WHERE party = 'attacker')
  GROUP BY token_id`

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

const readIssuance = rowReader(
  cell.time('at:made_ms'),
  cell.text('principal:made_for source:made_in'),
)
const readUse = rowReader(
  cell.text('tokenId:token sessionId:session_id verdict:verdict_name reason:reason_name'),
  cell.number('accesses'),
  cell.texts('accounts:names'),
  cell.number('accountsTotal:all_accounts'),
  cell.time('first last'),
)

const MOST = 100
const CUT = 300

export interface Lineage {
  readonly tokenId: string
  readonly issuances: readonly {
    readonly at: string
    readonly source: string
    readonly category: string
    readonly outcome: string
    readonly principal: string
    readonly app: string
    readonly ip: string
    readonly sessionId: string
  }[]
  readonly uses: readonly {
    readonly principal: string
    readonly mailbox: string
    readonly service: string
    readonly operation: string
    readonly ip: string
    readonly client: string
    readonly verdict: string
    readonly reason: string
    readonly issuer: string
    readonly sessionId: string
    readonly accesses: number
    readonly messages: number
    readonly first: string
    readonly last: string
  }[]
  readonly siblings: readonly {
    readonly sessionId: string
    readonly tokenId: string
    readonly verdict: string
    readonly accesses: number
    readonly first: string
    readonly last: string
  }[]
}

const ID = 'token_id = toUUID({token:String})'
const cut = (sql: string) => `substringUTF8(toString(${sql}), 1, ${CUT})`

export async function lineage(session: Session, tokenId: string): Promise<Lineage> {
  const token = { token: tokenId }
  const issuances = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, source, category, outcome, ${cut('principal')} AS who,
       ${cut('app_id')} AS app, ip, ${cut('session_id')} AS sid
     FROM issuance WHERE ${ID} ORDER BY at, record_id LIMIT ${MOST}`,
    token,
  )
  const uses = await session.rows(
    `SELECT ${cut(PRINCIPAL)} AS who, ${cut('mailbox')} AS box, service,
       operation, ip, ${cut('client')} AS agent, verdict, reason, ${cut('issuer')} AS signed_for,
       ${cut(SESSION)} AS sid, count() AS n, sum(length(item_message_id)) AS messages, ${SPAN}
     FROM judged WHERE ${ID}
     GROUP BY who, box, service, operation, ip, agent, verdict, reason, signed_for, sid
     ORDER BY n DESC, first_ms, who, box, operation, ip LIMIT ${MOST} ${BOUNDED}`,
    token,
  )
  const siblings = await session.rows(
    `SELECT ${cut(SESSION)} AS sid, ${tokenText()} AS token,
       topK(1)(toString(verdict))[1] AS main_verdict, count() AS n, ${SPAN}
     FROM judged
     WHERE ${SESSION} != '' AND ${SESSION} GLOBAL IN (
       SELECT DISTINCT ${SESSION} FROM judged WHERE ${ID})
     GROUP BY sid, token ORDER BY sid, first_ms, token LIMIT ${MOST} ${BOUNDED}`,
    token,
  )
  return {
    tokenId,
    issuances: issuances.map(readMade),
    uses: uses.map(readUseOf),
    siblings: siblings.map(readSibling),
  }
}

const readMade = rowReader(
  cell.time('at'),
  cell.text('source category outcome principal:who app ip sessionId:sid'),
)
const readUseOf = rowReader(
  cell.text('principal:who mailbox:box service operation ip client:agent verdict reason'),
  cell.text('issuer:signed_for sessionId:sid'),
  cell.number('accesses:n messages'),
  cell.time('first last'),
)
const readSibling = rowReader(
  cell.text('sessionId:sid tokenId:token verdict:main_verdict'),
  cell.number('accesses:n'),
  cell.time('first last'),
)

export const sessionsOf = (session: Session, table: string): Promise<ReadonlySet<string>> =>
  idsOf(session, `${SESSION} AS id FROM ${table} WHERE id != ''`)

export const tokensOf = (session: Session, table: string): Promise<ReadonlySet<string>> =>
  idsOf(session, `toString(token_id) AS id FROM ${table}`)

async function idsOf(session: Session, ids: string): Promise<ReadonlySet<string>> {
  const rows = await session.rows(`SELECT DISTINCT ${ids} ORDER BY id LIMIT 1000000`)
  return new Set(rows.map((row) => String(row['id'])))
}
