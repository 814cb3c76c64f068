/**
 * What each log lost, as data: the log, its tenant, the time, and how many records. A loss weakens what its log could
 * have shown in that time, and nothing else. How records are spread over files changes no answer.
 */
import { cell, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS: number = 24 * HOUR_MS
/** Longer than the pauses of a working week, which are of up to 64 hours. */
export const LONG_PAUSE_HOURS = 72
export type Side = 'issuance' | 'access'

export const LOSS_CODES = [
  'rejected-rows',
  /** Records whose beginning alone could be read. It does not name the mailbox. */
  'cut-records',
  'row-cap',
  'next-link',
  'result-count-short',
  'ends-early',
  'extractor-gap',
  /** A whole file that may be any log, of which nothing could be read. */
  'unread-file',
  'hole',
] as const
export type LossCode = (typeof LOSS_CODES)[number]

export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

export const lengthOf = ({ fromMs, toMs }: Period): number => toMs - fromMs

/** Periods in the order of their beginnings, as one where no longer pause is between them. */
export function united(periods: readonly Period[], pauseMs = 0): Period[] {
  const all: Period[] = []
  for (const { fromMs, toMs } of periods) {
    const last = all.at(-1)
    if (last === undefined || fromMs - last.toMs > pauseMs) all.push({ fromMs, toMs })
    else all[all.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) }
  }
  return all
}

/** A log; of one file, as far as it has records of it. */
export interface LogName {
  readonly side: Side
  /** `''` where the evidence does not show it. */
  readonly source: string
  /** Issuance: the category. Access: the service. `''`: all of that side. */
  readonly category: string
  readonly tenant: string
}

/** Its time is `ALL_TIME` where the evidence gives none. */
export interface Loss extends LogName, Period {
  readonly evidenceId: number
  readonly code: LossCode
  /** How many are lost; 0 where nobody knows. Losses of one file, code and time share their records. */
  readonly records: number
}

/** Before this a record has no time, only a default. */
export const HAS_TIME = "at > toDateTime64('1970-01-02 00:00:00', 3, 'UTC')"
/** What the table `loss` can hold: 1970 until the end of 2299. */
export const ALL_TIME: Period = { fromMs: 0, toMs: Date.UTC(2299, 11, 31) }

/** The same as SQL. */
export const EVER: { readonly from: string; readonly to: string } = {
  from: `toInt64(${ALL_TIME.fromMs})`,
  to: `toInt64(${ALL_TIME.toMs})`,
}

/** The records of each log in each file, as SQL: `side`, `evidence_id`, `log_source`, `category`, `log_tenant`, `sums`. */
export const logsByFile = (sums: string, where = '1'): string =>
  [
    ['access', 'service', 'tenant'],
    ['issuance', 'category', 'owner'],
  ]
    .map(
      ([side, category, tenant]) => `
    SELECT '${side}' AS side, evidence_id, toString(source) AS log_source, toString(${category}) AS category,
      toString(${tenant}) AS log_tenant, ${sums}
    FROM ${side} WHERE ${HAS_TIME} AND ${where} GROUP BY evidence_id, log_source, category, log_tenant`,
    )
    .join(' UNION ALL ')

/** Losses of one side that may be of one of these tenants, or of all without `tenants`, in the order of time. */
export async function lossesOf(
  session: Session,
  side: Side,
  tenants?: readonly string[],
): Promise<Loss[]> {
  const rows = await session.rows(
    `SELECT source, category, tenant, evidence_id, code, toUnixTimestamp64Milli(from_at) AS from_ms,
       toUnixTimestamp64Milli(to_at) AS to_ms, records
     FROM loss WHERE side = {side:String}
       ${tenants === undefined ? '' : "AND (tenant = '' OR tenant IN {tenants:Array(String)})"}
     ORDER BY from_at, to_at, tenant, source, category, code, evidence_id`,
    { side, ...(tenants === undefined ? {} : { tenants }) },
  )
  return rows.map(
    rowReader(
      cell.made('side', () => side),
      cell.text('source category tenant'),
      cell.number('evidenceId'),
      // A code of another version becomes the one that says least.
      cell.made('code', ({ code }) => LOSS_CODES.find((one) => one === code) ?? 'rejected-rows'),
      cell.number('fromMs toMs records'),
    ),
  )
}
