/**
 * Writes verdicts into the tables of the case.
 *
 * @module
 */
import type { Session } from '../engine/session.ts'
import { SPILLS } from '../engine/settings.ts'

/** Replaces the verdicts. */
export async function writeVerdicts(session: Session, judged: string): Promise<void> {
  await session.everywhere(`TRUNCATE TABLE ${session.localTable('verdict')}`)
  await session.command(
    `INSERT INTO verdict (bucket, token_id, record_id, content, verdict, reason, strength)
     SELECT bucket, token_id, record_id, content, verdict, reason, strength FROM ${judged}
     SETTINGS distributed_foreground_insert = 1`,
  )
}

/** One row a session that gave accesses their verdict: the weightiest verdict of these. */
export async function writeSessionVerdicts(session: Session, judged: string): Promise<void> {
  const weight = `indexOf(['unissued', 'mismatched', 'session-only', 'undetermined'], verdict)`
  await session.command('TRUNCATE TABLE session_verdict')
  await session.command(
    `INSERT INTO session_verdict (tenant, session_id, field, principals, accesses, first, last, verdict, reason, strength)
     SELECT home, sid, field, arraySort(groupUniqArray(16)(principal)), count(), fromUnixTimestamp64Milli(min(at_ms), 'UTC'),
       fromUnixTimestamp64Milli(max(at_ms), 'UTC'),
       ${['verdict', 'reason', 'strength'].map((name) => `argMin(${name}, (${weight}, at_ms, reason))`).join(', ')}
     FROM ${judged}
     WHERE sid != '' AND (token_state != 'present' OR reason IN ('session-known', 'session-never-issued'))
     GROUP BY home, sid, field
     SETTINGS ${SPILLS}`,
  )
}

/**
 * How many of the comparable accesses (those with a token id) are issued, for each tenant, service, application and day
 * that has an unissued one; from `access_day`.
 */
export async function writeBaseRates(session: Session, judged: string): Promise<void> {
  await session.command('TRUNCATE TABLE base_rate')
  await session.command(
    `INSERT INTO base_rate (tenant, service, app, day, accesses, issued)
     SELECT a.tenant, a.service, a.app, a.day, a.accesses, a.accesses - j.n
     FROM access_day AS a
     INNER JOIN (
       SELECT tenant, service, app, toDate(fromUnixTimestamp64Milli(at_ms, 'UTC')) AS day, count() AS n
       FROM ${judged} WHERE token_state = 'present'
       GROUP BY tenant, service, app, day
       HAVING countIf(verdict = 'unissued') > 0
     ) AS j ON j.tenant = a.tenant AND j.service = a.service AND j.app = a.app AND j.day = a.day
     SETTINGS ${SPILLS}`,
  )
}
