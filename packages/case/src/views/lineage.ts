/**
 * The lineage of one token: its issuance, its sessions, what was done with it, and the other tokens of its sessions.
 *
 * @module
 */
import { asNumber, asText, asTime, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { PRINCIPAL, SESSION, SPAN, tokenText } from '../store/access_sql.ts'

const MOST = 100
const CUT = 300

export interface Lineage {
  readonly tokenId: string
  /** Records of its issuance; none for a token that nobody issued. */
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
  /** What was done with it, by who, where from and how; most first. */
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
  /** Tokens of the same sessions, this one among them. */
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

/** The lineage of a token; `tokenId` is canonical GUID text. */
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
    issuances: issuances.map(readIssuance),
    uses: uses.map(readUse),
    siblings: siblings.map(readSibling),
  }
}

const readIssuance = rowReader(
  asTime('at'),
  asText('source category outcome principal:who app ip sessionId:sid'),
)
const readUse = rowReader(
  asText('principal:who mailbox:box service operation ip client:agent verdict reason'),
  asText('issuer:signed_for sessionId:sid'),
  asNumber('accesses:n messages'),
  asTime('first last'),
)
const readSibling = rowReader(
  asText('sessionId:sid tokenId:token verdict:main_verdict'),
  asNumber('accesses:n'),
  asTime('first last'),
)

/** Ids of the sessions of a selection. */
export const sessionsOf = (session: Session, table: string): Promise<ReadonlySet<string>> =>
  idsOf(session, `${SESSION} AS id FROM ${table} WHERE id != ''`)

/** Ids of the tokens of a selection. */
export const tokensOf = (session: Session, table: string): Promise<ReadonlySet<string>> =>
  idsOf(session, `toString(token_id) AS id FROM ${table}`)

async function idsOf(session: Session, ids: string): Promise<ReadonlySet<string>> {
  const rows = await session.rows(`SELECT DISTINCT ${ids} ORDER BY id LIMIT 1000000`)
  return new Set(rows.map((row) => String(row['id'])))
}
