/**
 * The lineage of one token: who issued it, in which sessions it hangs, what was done with it, and which other
 * tokens hang from the same sessions.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { NO_ID } from '../store/no_id.ts'

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
const HAS_SESSION = "if(session_id != '', session_id, other_session_id)"
const cut = (sql: string) => `substringUTF8(toString(${sql}), 1, ${CUT})`

/**
 * @param tokenId canonical GUID text
 * @throws {MintmarkError} as `Session.rows`
 */
export async function lineage(session: Session, tokenId: string): Promise<Lineage> {
  const token = { token: tokenId }
  const issuances = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, source, category, outcome, ${cut('principal')} AS who,
       ${cut('app_id')} AS app, ip, ${cut('session_id')} AS sid
     FROM issuance WHERE ${ID} ORDER BY at, record_id LIMIT ${MOST}`,
    token,
  )
  const uses = await session.rows(
    `SELECT ${cut("if(principal != '', principal, principal_id)")} AS who, ${cut('mailbox')} AS box, service,
       operation, ip, ${cut('client')} AS agent, verdict, reason, ${cut('issuer')} AS signed_for,
       ${cut(HAS_SESSION)} AS sid, count() AS n, sum(length(item_message_id)) AS messages, ${SPAN}
     FROM judged WHERE ${ID}
     GROUP BY who, box, service, operation, ip, agent, verdict, reason, signed_for, sid
     ORDER BY n DESC, first_ms, who, box, operation, ip LIMIT ${MOST} ${BOUNDED}`,
    token,
  )
  const siblings = await session.rows(
    `SELECT ${cut(HAS_SESSION)} AS sid, if(token_id = toUUID('${NO_ID}'), '', toString(token_id)) AS token,
       topK(1)(toString(verdict))[1] AS main_verdict, count() AS n, ${SPAN}
     FROM judged
     WHERE ${HAS_SESSION} != '' AND ${HAS_SESSION} GLOBAL IN (
       SELECT DISTINCT ${HAS_SESSION} FROM judged WHERE ${ID})
     GROUP BY sid, token ORDER BY sid, first_ms, token LIMIT ${MOST} ${BOUNDED}`,
    token,
  )
  return {
    tokenId,
    issuances: issuances.map((row) => ({
      at: isoOf(Number(row['at_ms'])),
      source: String(row['source']),
      category: String(row['category']),
      outcome: String(row['outcome']),
      principal: String(row['who']),
      app: String(row['app']),
      ip: String(row['ip']),
      sessionId: String(row['sid']),
    })),
    uses: uses.map(useOf),
    siblings: siblings.map(siblingOf),
  }
}

const SPAN =
  'toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) AS last_ms'

function siblingOf(row: Json): Lineage['siblings'][number] {
  return {
    sessionId: String(row['sid']),
    tokenId: String(row['token']),
    verdict: String(row['main_verdict']),
    accesses: Number(row['n']),
    first: isoOf(Number(row['first_ms'])),
    last: isoOf(Number(row['last_ms'])),
  }
}

function useOf(row: Json): Lineage['uses'][number] {
  return {
    principal: String(row['who']),
    mailbox: String(row['box']),
    service: String(row['service']),
    operation: String(row['operation']),
    ip: String(row['ip']),
    client: String(row['agent']),
    verdict: String(row['verdict']),
    reason: String(row['reason']),
    issuer: String(row['signed_for']),
    sessionId: String(row['sid']),
    accesses: Number(row['n']),
    messages: Number(row['messages']),
    first: isoOf(Number(row['first_ms'])),
    last: isoOf(Number(row['last_ms'])),
  }
}

/** Ids of the sessions of a selection. Throws as `Session.rows`. */
export async function sessionsOf(session: Session, table: string): Promise<ReadonlySet<string>> {
  const rows = await session.rows(
    `SELECT DISTINCT ${HAS_SESSION} AS sid FROM ${table} WHERE sid != '' ORDER BY sid LIMIT 1000000`,
  )
  return new Set(rows.map((row) => String(row['sid'])))
}

/** Ids of the tokens of a selection. Throws as `Session.rows`. */
export async function tokensOf(session: Session, table: string): Promise<ReadonlySet<string>> {
  const rows = await session.rows(
    `SELECT DISTINCT toString(token_id) AS token FROM ${table} ORDER BY token LIMIT 1000000`,
  )
  return new Set(rows.map((row) => String(row['token'])))
}
