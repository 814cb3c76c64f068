/**
 * The course of a selection in bins of equal length, and what the logs covered in each: as many numbers as a
 * screen has columns, whatever the number of accesses.
 *
 * @module
 */
import { isoOf } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Selected } from '../scope/selected.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Lengths that a person reads without a calculator. */
const STEPS_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
  14 * DAY_MS,
  28 * DAY_MS,
  91 * DAY_MS,
  364 * DAY_MS,
]
const MOST_BINS = 2000

export interface TimeBins {
  /** ISO 8601, UTC; the first bin begins at `from`, the last ends at or after `to`. */
  readonly from: string
  readonly to: string
  readonly stepMs: number
  readonly bins: number
  /** Accesses of theirs by class, and of either party under `either`; one count a bin. */
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
  readonly bands: readonly Band[]
}

/** One log in the tenants that the selection touches. */
interface Band {
  readonly side: 'issuance' | 'access'
  readonly source: string
  readonly category: string
  /** Tenants in which this log has any record. */
  readonly tenants: number
  /** By bin, the share of those tenants that have records in it, 0 to 1. */
  readonly covered: readonly number[]
  /** Records by bin. */
  readonly records: readonly number[]
}

interface BinOptions {
  readonly fromMs?: number
  readonly toMs?: number
  /** About how many bins are wanted; 240 when left out. */
  readonly bins?: number
}

/**
 * Counts a selection's accesses by time. Without times it is about the whole of the selection.
 *
 * @throws {MintmarkError} as `Session.rows`
 */
export async function timeBins(
  session: Session,
  selected: Selected,
  options: BinOptions = {},
): Promise<TimeBins> {
  const span = await spanOf(session, selected, options)
  const wanted = Math.min(Math.max(options.bins ?? 240, 1), MOST_BINS)
  const stepMs = stepFor(span.toMs - span.fromMs, wanted)
  const fromMs = Math.floor(span.fromMs / stepMs) * stepMs
  const bins = Math.min(Math.max(1, Math.ceil((span.toMs - fromMs) / stepMs)), MOST_BINS)
  const grid = { from_ms: fromMs, to_ms: fromMs + bins * stepMs, step_ms: stepMs }
  return {
    from: isoOf(fromMs),
    to: isoOf(fromMs + bins * stepMs),
    stepMs,
    bins,
    series: await seriesOf(session, selected, grid, bins),
    bands: await bandsOf(session, selected, grid, bins),
  }
}

async function spanOf(
  session: Session,
  selected: Selected,
  { fromMs, toMs }: BinOptions,
): Promise<{ readonly fromMs: number; readonly toMs: number }> {
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) return { fromMs, toMs }
  const [row] = await session.rows(
    `SELECT count() AS n, toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) AS last_ms
     FROM ${selected.table}`,
  )
  if (Number(row?.['n'] ?? 0) === 0) return { fromMs: fromMs ?? 0, toMs: toMs ?? (fromMs ?? 0) + 1 }
  return { fromMs: fromMs ?? Number(row?.['first_ms']), toMs: toMs ?? Number(row?.['last_ms']) + 1 }
}

/** The shortest length that needs no more bins than wanted. */
function stepFor(spanMs: number, wanted: number): number {
  return STEPS_MS.find((step) => spanMs / step <= wanted) ?? STEPS_MS.at(-1) ?? DAY_MS
}

type Grid = { readonly from_ms: number; readonly to_ms: number; readonly step_ms: number }
const bin = (at: string) => `intDiv(${at} - {from_ms:Int64}, {step_ms:Int64})`

async function seriesOf(
  session: Session,
  selected: Selected,
  grid: Grid,
  bins: number,
): Promise<TimeBins['series']> {
  const rows = await session.rows(
    `SELECT if(party = 'either', 'either', toString(class)) AS name,
       ${bin('toUnixTimestamp64Milli(at)')} AS bin, count() AS n
     FROM ${selected.table}
     WHERE at >= fromUnixTimestamp64Milli({from_ms:Int64}) AND at < fromUnixTimestamp64Milli({to_ms:Int64})
     GROUP BY name, bin ORDER BY name, bin ${BOUNDED}`,
    grid,
  )
  const series = new Map<string, number[]>()
  for (const row of rows) put(series, String(row['name']), bins, row['bin'], row['n'])
  return [...series].map(([name, counts]) => ({ name, counts }))
}

function put<K>(into: Map<K, number[]>, key: K, bins: number, at: unknown, value: unknown): void {
  const counts = into.get(key) ?? Array.from({ length: bins }, () => 0)
  counts[Number(at)] = Number(value)
  into.set(key, counts)
}

/** Of the tenants that theirs touch; of all where they touch none. */
async function bandsOf(
  session: Session,
  selected: Selected,
  grid: Grid,
  bins: number,
): Promise<Band[]> {
  const tenants = `SELECT DISTINCT toString(tenant) FROM ${selected.table} WHERE party = 'theirs'`
  const rows = await session.rows(
    `SELECT side, source, category, bin, tenant_count, uniqExact(tenant) AS seen, sum(records) AS n
     FROM (
       SELECT side, toString(source) AS source, toString(category) AS category, tenant, records,
         ${bin('toInt64(toUnixTimestamp(hour)) * 1000')} AS bin, toInt64(toUnixTimestamp(hour)) * 1000 AS hour_ms,
         uniqExact(tenant) OVER (PARTITION BY side, source, category) AS tenant_count
       FROM coverage
       WHERE tenant IN (${tenants}) OR NOT EXISTS (${tenants})
     )
     WHERE hour_ms >= {from_ms:Int64} AND hour_ms < {to_ms:Int64}
     GROUP BY side, source, category, bin, tenant_count ORDER BY side, source, category, bin ${BOUNDED}`,
    grid,
  )
  const bands = new Map<string, Band & { readonly covered: number[]; readonly records: number[] }>()
  for (const row of rows) {
    const side = row['side'] === 'issuance' ? 'issuance' : 'access'
    const source = String(row['source'])
    const category = String(row['category'])
    const tenantCount = Number(row['tenant_count'])
    const key = `${side}\n${source}\n${category}`
    const covered = Array.from({ length: bins }, () => 0)
    const records = Array.from({ length: bins }, () => 0)
    const band = bands.get(key) ?? {
      side,
      source,
      category,
      tenants: tenantCount,
      covered,
      records,
    }
    band.covered[Number(row['bin'])] = Number(row['seen']) / tenantCount
    band.records[Number(row['bin'])] = Number(row['n'])
    bands.set(key, band)
  }
  return [...bands.values()]
}
