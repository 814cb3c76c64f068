/** What verdicts and hunts point at, counted by strength. */

import { isoOf, type Json } from '@mintmark/core'
import { cell, type Numbers, rowReader } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { ACCOUNT, HAS_TOKEN, SPAN } from '../store/sql.ts'
import type { MarkConditions } from './selection.ts'

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
