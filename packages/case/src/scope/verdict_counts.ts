/** How many accesses have a verdict, and what the logs of accesses lost: what an absence rests on. */

import { isoOf } from '@mintmark/core'
import { firstRow, type Numbers } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { ALL_TIME, lengthOf, lossesOf } from '../verdicts/losses/loss.ts'
import { throttledFrom } from './unbounded.ts'

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
