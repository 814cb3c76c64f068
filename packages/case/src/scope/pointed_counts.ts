/**
 * What verdicts and hunts point at, by strength: counted once for every view.
 *
 * What people have marked as ours is left out; what they have marked as theirs is their word, and no record.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { NO_ID } from '../store/no_id.ts'
import { IS_ESTABLISHED_HUNT } from './access_strength.ts'
import type { MarkConditions } from './marks.ts'

/** Counts of one strength. Times are ISO, UTC; null where there is nothing. */
export interface PointedCounts {
  /** Accesses that a verdict points at. */
  readonly accesses: number
  /** Of them, those with a token or session that nobody issued, and those with one of somebody else. */
  readonly unissued: number
  readonly mismatched: number
  readonly tokens: number
  /** Sessions of accesses without a usable token id. */
  readonly sessions: number
  /** Hunts with hits, and the accesses that they hit. */
  readonly hunts: number
  readonly huntHits: number
  /** Mailboxes of all these accesses; where a record names none, its principal. */
  readonly mailboxes: number
  readonly first: string | null
  readonly last: string | null
  /** Of the accesses that a verdict points at. */
  readonly firstAccess: string | null
  readonly lastAccess: string | null
}

interface PointedByStrength {
  readonly established: PointedCounts
  readonly leads: PointedCounts
}

const HUNT_STRENGTH = `if(${IS_ESTABLISHED_HUNT}, 'established', 'lead')`

/** Conditions stand in the text, values in tables: marks are the case's own. */
export const pointedAccesses = (ours: string): string => `
  SELECT toString(v.strength) AS strength, 'verdict' AS source, '' AS hunt, toString(v.verdict) AS verdict,
    toString(v.reason) AS reason,
    a.token_id AS token_id, (a.record_id, a.content) AS access,
    if(a.session_id != '', a.session_id, a.other_session_id) AS session,
    if(a.mailbox != '', a.mailbox, a.principal) AS account, a.at AS at
  FROM (
    SELECT bucket, record_id, content, token_id, session_id, other_session_id, mailbox, principal, ip, at FROM access
    WHERE (bucket, record_id) IN (SELECT bucket, record_id FROM verdict WHERE strength != '') AND NOT ${ours}
  ) AS a
  INNER JOIN (SELECT bucket, record_id, content, verdict, reason, strength FROM verdict WHERE strength != '') AS v
    ON v.bucket = a.bucket AND v.record_id = a.record_id AND v.content = a.content`

/** What is established already is no lead beside it. */
const ESTABLISHED = `
  SELECT record_id, content FROM verdict WHERE strength = 'established'
  UNION ALL
  SELECT record_id, content FROM hunt_hit WHERE ${IS_ESTABLISHED_HUNT}`

/** Hits of hunts, both strengths. */
export const hunted = (ours: string): string => `
  SELECT ${HUNT_STRENGTH} AS strength, 'hunt' AS source, toString(hunt) AS hunt, '' AS verdict, '' AS reason, token_id,
    (record_id, content) AS access, '' AS session, if(mailbox != '', mailbox, principal) AS account, at
  FROM hunt_hit
  WHERE (${IS_ESTABLISHED_HUNT} OR (record_id, content) GLOBAL NOT IN (${ESTABLISHED}))
    AND (record_id, content) GLOBAL NOT IN (
    SELECT record_id, content FROM access
    WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM hunt_hit) AND ${ours})`

const VERDICT = "source = 'verdict'"
export const COUNTED: string = `
  countIf(${VERDICT}) AS accesses, countIf(verdict = 'unissued') AS unissued, countIf(verdict = 'mismatched') AS mismatched,
  uniqExactIf(token_id, ${VERDICT} AND token_id != toUUID('${NO_ID}')) AS tokens,
  uniqExactIf(session, ${VERDICT} AND token_id = toUUID('${NO_ID}') AND session != '') AS sessions,
  uniqExactIf(hunt, source = 'hunt') AS hunts, uniqExactIf(access, source = 'hunt') AS hunt_hits,
  uniqExactIf(account, account != '') AS mailboxes,
  toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) AS last_ms,
  toUnixTimestamp64Milli(minIf(at, ${VERDICT})) AS first_access_ms,
  toUnixTimestamp64Milli(maxIf(at, ${VERDICT})) AS last_access_ms`

/**
 * Cost: a pass over the accesses that are pointed at, and one over the hits of hunts.
 *
 * @throws {MintmarkError} as `Session.rows`
 */
export async function pointedCounts(
  session: Session,
  marked?: MarkConditions,
): Promise<PointedByStrength> {
  const ours = marked?.ours ?? '0'
  const of = async (sql: string) =>
    await session.rows(`SELECT strength, ${COUNTED} FROM (${sql}) GROUP BY strength ${BOUNDED}`)
  const rows = await of(`${pointedAccesses(ours)} UNION ALL ${hunted(ours)}`)
  const named = (strength: string) =>
    countsOf(rows.find((row) => row['strength'] === strength) ?? {})
  return { established: named('established'), leads: named('lead') }
}

function countsOf(row: Json): PointedCounts {
  const number = (name: string) => Number(row[name] ?? 0)
  const accesses = number('accesses')
  const huntHits = number('hunt_hits')
  const time = (name: string, isThere: boolean) => (isThere ? isoOf(number(name)) : null)
  return {
    accesses,
    unissued: number('unissued'),
    mismatched: number('mismatched'),
    tokens: number('tokens'),
    sessions: number('sessions'),
    hunts: number('hunts'),
    huntHits,
    mailboxes: number('mailboxes'),
    first: time('first_ms', accesses + huntHits > 0),
    last: time('last_ms', accesses + huntHits > 0),
    firstAccess: time('first_access_ms', accesses > 0),
    lastAccess: time('last_access_ms', accesses > 0),
  }
}
