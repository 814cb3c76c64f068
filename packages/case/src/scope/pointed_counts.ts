import { isoOf, type Json } from '@mintmark/core'
import { cell, countOf, firstRow, type Numbers, rowReader } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { ACCOUNT, HAS_TOKEN, SPAN } from '../store/sql.ts'
import { ALL_TIME, lengthOf, lossesOf } from '../verdicts/losses/loss.ts'
import { type MarkParty, NEWEST } from './marks.ts'
import type { MarkConditions } from './selection.ts'
import { throttledFrom } from './unbounded.ts'

/** A case that older rules hunted says `strong`. */
export const IS_ESTABLISHED_HUNT = "strength IN ('strong', 'established')"

/** Rows (record_id, content, pointed): `established` or `lead`; accesses that nothing points at have none. */
const ACCESS_STRENGTHS: string = `
  SELECT record_id, content, if(max(is_established) = 1, 'established', 'lead') AS pointed FROM (
    SELECT record_id, content, toUInt8(strength = 'established') AS is_established FROM verdict WHERE strength != ''
    UNION ALL
    SELECT record_id, content, toUInt8(${IS_ESTABLISHED_HUNT}) AS is_established FROM hunt_hit
  ) GROUP BY record_id, content`

/** `table` as `s`, with the column `strength`, `''` where nothing points at the access. */
export function withStrength(table: string): string {
  return `(SELECT s.*, st.pointed AS strength FROM ${table} AS s
    GLOBAL LEFT ANY JOIN (${ACCESS_STRENGTHS}) AS st ON s.record_id = st.record_id AND s.content = st.content)`
}

export interface PointedCounts extends Numbers<'accesses mismatched tokens sessions huntHits'> {
  /** Of them, those with a token or session that nobody issued, and those with one of somebody else. */
  readonly unissued: number
  /** Hunts with hits, and the accesses that they hit. */
  readonly hunts: number
  /** Mailboxes of all these accesses; where a record names none, its principal. */
  readonly mailboxes: number
  readonly first: string | null
  readonly last: string | null
  readonly firstAccess: string | null
  readonly lastAccess: string | null
}

interface PointedByStrength {
  readonly established: PointedCounts
  readonly leads: PointedCounts
}

const HUNT_STRENGTH = `if(${IS_ESTABLISHED_HUNT}, 'established', 'lead')`

/** Accesses that a verdict points at. Conditions are in the text, values in tables. */
export const pointedAccesses = (legitimate: string): string => `
  SELECT toString(v.strength) AS strength, 'verdict' AS source, '' AS hunt, toString(v.verdict) AS verdict,
    toString(v.reason) AS reason,
    a.token_id AS token_id, (a.record_id, a.content) AS access,
    if(a.session_id != '', a.session_id, a.other_session_id) AS session,
    if(a.mailbox != '', a.mailbox, a.principal) AS account, a.at AS at
  FROM (
    SELECT bucket, record_id, content, token_id, session_id, other_session_id, mailbox, principal, ip, at FROM access
    WHERE (bucket, record_id) IN (SELECT bucket, record_id FROM verdict WHERE strength != '') AND NOT ${legitimate}
  ) AS a
  INNER JOIN (SELECT bucket, record_id, content, verdict, reason, strength FROM verdict WHERE strength != '') AS v
    ON v.bucket = a.bucket AND v.record_id = a.record_id AND v.content = a.content`

/** What is established is not counted as a lead too. */
export const ESTABLISHED: string = `
  SELECT record_id, content FROM verdict WHERE strength = 'established'
  UNION ALL
  SELECT record_id, content FROM hunt_hit WHERE ${IS_ESTABLISHED_HUNT}`

/** What a verdict or a hunt points at and does not establish; another of them may. */
export const LEADS: string = `
  SELECT record_id, content FROM verdict WHERE strength = 'lead'
  UNION ALL
  SELECT record_id, content FROM hunt_hit WHERE NOT (${IS_ESTABLISHED_HUNT})`

export const hunted = (legitimate: string): string => `
  SELECT ${HUNT_STRENGTH} AS strength, 'hunt' AS source, toString(hunt) AS hunt, '' AS verdict, '' AS reason, token_id,
    (record_id, content) AS access, '' AS session, ${ACCOUNT} AS account, at
  FROM hunt_hit
  WHERE (${IS_ESTABLISHED_HUNT} OR (record_id, content) GLOBAL NOT IN (${ESTABLISHED}))
    AND (record_id, content) GLOBAL NOT IN (
    SELECT record_id, content FROM access
    WHERE (record_id, content) GLOBAL IN (SELECT record_id, content FROM hunt_hit) AND ${legitimate})`

const VERDICT = "source = 'verdict'"
export const COUNTED: string = `
  countIf(${VERDICT}) AS accesses, countIf(verdict = 'unissued') AS unissued, countIf(verdict = 'mismatched') AS mismatched,
  uniqExactIf(token_id, ${VERDICT} AND ${HAS_TOKEN}) AS tokens,
  uniqExactIf(session, ${VERDICT} AND NOT ${HAS_TOKEN} AND session != '') AS sessions,
  uniqExactIf(hunt, source = 'hunt') AS hunts, uniqExactIf(access, source = 'hunt') AS hunt_hits,
  uniqExactIf(account, account != '') AS mailboxes,
  ${SPAN},
  toUnixTimestamp64Milli(minIf(at, ${VERDICT})) AS first_access_ms,
  toUnixTimestamp64Milli(maxIf(at, ${VERDICT})) AS last_access_ms`

/** Cost: a pass over the accesses that are pointed at, and one over the hits of hunts. */
export async function pointedCounts(
  session: Session,
  marked?: Pick<MarkConditions, 'legitimate'>,
): Promise<PointedByStrength> {
  const legitimate = marked?.legitimate ?? '0'
  const rows = await session.rows(
    `SELECT strength, ${COUNTED} FROM (${pointedAccesses(legitimate)} UNION ALL ${hunted(legitimate)})
     GROUP BY strength ${BOUNDED}`,
  )
  const named = (strength: string) =>
    countsOf(rows.find((row) => row['strength'] === strength) ?? {})
  return { established: named('established'), leads: named('lead') }
}

export function countsOf(row: Json): PointedCounts {
  const counts = readCounts(row)
  const time = (name: string, isThere: boolean) => (isThere ? isoOf(Number(row[name])) : null)
  const isAny = counts.accesses + counts.huntHits > 0
  return {
    ...counts,
    first: time('first_ms', isAny),
    last: time('last_ms', isAny),
    firstAccess: time('first_access_ms', counts.accesses > 0),
    lastAccess: time('last_access_ms', counts.accesses > 0),
  }
}

const readCounts = rowReader(
  cell.number('accesses unissued mismatched tokens sessions hunts huntHits mailboxes'),
)

interface By {
  readonly by: readonly string[]
}

export interface MarkedCounts {
  /** Marked as legitimate, although verdicts or hunts point at them: in none of the other counts. */
  readonly established: PointedCounts & By
  readonly leads: PointedCounts & By
  /** Accesses that are marked as the attacker's, and not established. */
  readonly attackers: { readonly accesses: number } & By
}

/** Cost: as {@link pointedCounts}, and passes over the marked accesses; nothing where the case has no mark. */
export async function markedCounts(
  session: Session,
  marked: MarkConditions | undefined,
): Promise<MarkedCounts> {
  const none = { ...countsOf({}), by: [] }
  if (marked === undefined)
    return { established: none, leads: none, attackers: { accesses: 0, by: [] } }
  const { attacker, legitimate } = marked
  const { established, leads } = await pointedCounts(session, { legitimate: `(NOT ${legitimate})` })
  const among = (pointed: string) => `${legitimate} AND (record_id, content) GLOBAL IN (${pointed})`
  const theirs = `${attacker} AND (record_id, content) GLOBAL NOT IN (${ESTABLISHED})`
  return {
    established: { ...established, by: await authors(session, 'ours', among(ESTABLISHED)) },
    leads: { ...leads, by: await authors(session, 'ours', among(LEADS)) },
    attackers: {
      accesses: await countOf(session, `access WHERE ${theirs}`),
      by: await authors(session, 'theirs', theirs),
    },
  }
}

async function authors(session: Session, party: MarkParty, where: string): Promise<string[]> {
  const rows = await session.rows(
    `SELECT DISTINCT newest.2 AS who FROM (${NEWEST}) WHERE newest.3 = '${party}' AND (kind, value) GLOBAL IN (
       SELECT DISTINCT arrayJoin([('access', toString(record_id)), ('token', toString(token_id)),
         ('session', toString(session_id)), ('session', toString(other_session_id)), ('address', toString(ip))])
       FROM access WHERE ${where})
     ORDER BY who`,
  )
  return rows.map(({ who }) => String(who))
}

/** Accesses by what is known of them; the parts add up to `of`. */
export interface VerdictCounts extends Numbers<'of issued leads'> {
  /** Issued, or established as not issued so. */
  readonly accesses: number
  /** Their session is known; a token forged into it would look the same. */
  readonly sessionOnly: number
  /** Neither their issuance nor its absence can be shown. */
  readonly undetermined: number
  /** Times of the first and the last, ISO 8601; null where none has one. Nothing is said of other times. */
  readonly first: string | null
  readonly last: string | null
}

export type Undecided = 'no-access' | 'undetermined' | 'session-only'

/** Losses of the access logs: silences, caps, cut and rejected records, throttled mailboxes. */
export interface AccessLosses {
  readonly losses: number
  /** The longest of those that have a time, ISO 8601; null where none has. */
  readonly longest: { readonly from: string; readonly to: string } | null
}

/** Whether each access is there and has a verdict: only then is an absence known. */
export async function isAllDecided(session: Session): Promise<boolean> {
  if (undecided(await verdictCounts(session)).length > 0) return false
  return (await accessLosses(session)).losses === 0
}

/** Accesses without a row in `verdict` are issued. */
export async function verdictCounts(session: Session): Promise<VerdictCounts> {
  const row = await firstRow(
    session,
    `SELECT (SELECT count() FROM access) AS n, (SELECT toUnixTimestamp64Milli(minIf(at, toUnixTimestamp64Milli(at) > 0)) FROM access) AS first_ms,
       (SELECT toUnixTimestamp64Milli(max(at)) FROM access) AS last_ms, count() AS others, countIf(strength = 'established') AS established,
       countIf(strength = 'lead') AS leads, countIf(strength = '' AND verdict = 'session-only') AS sessions,
       countIf(strength = '' AND verdict = 'undetermined') AS undetermined
     FROM verdict`,
  )
  const number = (name: string) => Number(row[name] ?? 0)
  const issued = number('n') - number('others')
  return {
    accesses: issued + number('established'),
    of: number('n'),
    issued,
    sessionOnly: number('sessions'),
    undetermined: number('undetermined'),
    leads: number('leads'),
    first: number('last_ms') > 0 ? isoOf(number('first_ms')) : null,
    last: number('last_ms') > 0 ? isoOf(number('last_ms')) : null,
  }
}

export function undecided({ of, undetermined, sessionOnly }: VerdictCounts): Undecided[] {
  return [
    ...(of === 0 ? (['no-access'] as const) : []),
    ...(undetermined > 0 ? (['undetermined'] as const) : []),
    ...(sessionOnly > 0 ? (['session-only'] as const) : []),
  ]
}

export async function accessLosses(session: Session): Promise<AccessLosses> {
  const throttled = await session.rows(
    `SELECT toUnixTimestamp64Milli(min(at)) AS from_ms FROM access WHERE throttled = 1
     GROUP BY mailbox, mailbox_id ORDER BY from_ms`,
  )
  const losses = [
    ...(await lossesOf(session, 'access')),
    ...throttled.map((row) => throttledFrom(Number(row['from_ms']))),
  ]
  const timed = losses.filter(({ fromMs, toMs }) => fromMs > 0 && toMs < ALL_TIME.toMs)
  const longest = timed.toSorted((one, other) => lengthOf(other) - lengthOf(one))[0] ?? null
  return {
    losses: losses.length,
    longest: longest && { from: isoOf(longest.fromMs), to: isoOf(longest.toMs) },
  }
}
