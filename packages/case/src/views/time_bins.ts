/** The course of a selection in bins of equal length, and what the logs covered in each. */
import { isoOf, type Json } from '@mintmark/core'
import { cell, countOf, firstRow, type Numbers, rowReader } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import type { Selected } from '../scope/selected.ts'
import { SPAN } from '../store/sql.ts'
import {
  DAY_MS,
  HOUR_MS,
  type LogName,
  lengthOf,
  MINUTE_MS,
  type Period,
  united,
} from '../verdicts/losses/loss.ts'

/** Lengths that a person reads without a calculator: minutes, hours, days. */
const STEPS_MS: readonly number[] = [
  ...[1, 5, 15].map((minutes) => minutes * MINUTE_MS),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 91, 364].map((days) => days * DAY_MS),
]
const MOST_BINS = 2000

export interface TimeBins {
  /** ISO 8601, UTC; the first bin begins at `from`, the last ends at or after `to`. */
  readonly from: string
  readonly to: string
  readonly stepMs: number
  readonly bins: number
  readonly segments: readonly Segment[]
  /** Accesses of the attacker by class, and ambiguous ones under `ambiguous`; one count a bin. */
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
  readonly bands: readonly Band[]
  readonly outside: number
}

export interface Segment {
  readonly from: string
  readonly to: string
  /** Of the first, from 0. */
  readonly bin: number
  readonly bins: number
}

interface Band extends Omit<LogName, 'tenant'> {
  readonly tenants: number
  readonly covered: readonly number[]
  readonly records: readonly number[]
}

interface BinOptions extends Partial<Period> {
  readonly bins?: number
  /** Without times: everything, and not only the time of the attacker's accesses. Default false. */
  readonly isAll?: boolean
}

export async function timeBins(
  session: Session,
  selected: Selected,
  options: BinOptions = {},
): Promise<TimeBins> {
  const wanted = Math.min(Math.max(options.bins ?? 240, 1), MOST_BINS)
  const intervals = await intervalsOf(session, selected, options)
  const stepMs = stepFor(sumOf(intervals), wanted)
  const grid = gridOf(intervals, stepMs)
  const bins = grid.reduce((sum, segment) => sum + segment.bins, 0)
  const series = await seriesOf(session, selected, { grid, stepMs, bins })
  const inside = series.flatMap(({ counts }) => counts).reduce((a, b) => a + b, 0)
  return {
    from: isoOf(grid[0]?.fromMs ?? 0),
    to: isoOf(endOf(grid.at(-1), stepMs)),
    stepMs,
    bins,
    segments: grid.map((segment) => ({
      from: isoOf(segment.fromMs),
      to: isoOf(endOf(segment, stepMs)),
      bin: segment.bin,
      bins: segment.bins,
    })),
    series,
    bands: await bandsOf(session, selected, { grid, stepMs, bins }),
    outside: (await countOf(session, selected.table)) - inside,
  }
}

type BinRange = Numbers<'fromMs bin bins'>

interface Grid {
  readonly grid: readonly BinRange[]
  readonly stepMs: number
  readonly bins: number
}

const sumOf = (spans: readonly Period[]) => spans.reduce((sum, one) => sum + lengthOf(one), 0)
const endOf = (segment: BinRange | undefined, stepMs: number) =>
  (segment?.fromMs ?? 0) + (segment?.bins ?? 0) * stepMs

function gridOf(intervals: readonly Period[], stepMs: number): BinRange[] {
  const grid: BinRange[] = []
  for (const { fromMs, toMs } of intervals) {
    const start = Math.floor(fromMs / stepMs) * stepMs
    const bin = (grid.at(-1)?.bin ?? 0) + (grid.at(-1)?.bins ?? 0)
    const bins = Math.max(1, Math.ceil((toMs - start) / stepMs))
    grid.push({ fromMs: start, bin, bins: Math.min(bins, MOST_BINS - bin) })
  }
  return grid.filter(({ bins }) => bins > 0)
}

async function intervalsOf(
  session: Session,
  selected: Selected,
  { fromMs, toMs, isAll = false }: BinOptions,
): Promise<readonly Period[]> {
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) return [{ fromMs, toMs }]
  const of = async (where: string) =>
    await session.rows(
      `SELECT ${SPAN} FROM ${selected.table} WHERE ${where} GROUP BY toDate32(at) ORDER BY first_ms LIMIT 100000`,
    )
  const hostile = isAll ? [] : await of("party = 'attacker'")
  const days = (hostile.length > 0 ? hostile : await of('1')).map((row) => ({
    fromMs: Number(row['first_ms']),
    toMs: Number(row['last_ms']) + 1,
  }))
  if (days.length === 0) return [await coveredSpan(session)]
  const intervals = withoutPauses(days)
  const margin = hostile.length > 0 ? MARGIN * sumOf(intervals) : 0
  return intervals.map((one) => ({ fromMs: one.fromMs - margin, toMs: one.toMs + margin }))
}

/** Part of the drawn time before and after the accesses of the attacker. */
const MARGIN = 0.02
/** A pause of this length, and of this part of the whole, is not drawn. */
const PAUSE_MS = 30 * DAY_MS
const PAUSE_PART = 0.2

function withoutPauses(days: readonly Period[]): Period[] {
  const whole = (days.at(-1)?.toMs ?? 0) - (days[0]?.fromMs ?? 0)
  return united(days, Math.max(PAUSE_MS, PAUSE_PART * whole))
}

async function coveredSpan(session: Session): Promise<Period> {
  const row = await firstRow(
    session,
    'SELECT toUnixTimestamp(min(hour)) AS first_s, toUnixTimestamp(max(hour)) AS last_s FROM coverage',
  )
  return { fromMs: Number(row['first_s']) * 1000, toMs: Number(row['last_s']) * 1000 + HOUR_MS }
}

const stepFor = (spanMs: number, wanted: number): number =>
  STEPS_MS.find((step) => spanMs / step <= wanted) ?? STEPS_MS.at(-1) ?? DAY_MS

function binOf(ms: string, { grid, stepMs }: Grid): string {
  const cases = grid
    .toReversed()
    .map(({ fromMs, bin }) => `${ms} >= ${fromMs}, ${bin} + intDiv(${ms} - ${fromMs}, ${stepMs})`)
  return `multiIf(${cases.join(', ')}, 0)`
}

const inGrid = (ms: string, { grid, stepMs }: Grid) =>
  `(${grid.map((one) => `${ms} >= ${one.fromMs} AND ${ms} < ${endOf(one, stepMs)}`).join(' OR ')})`

async function seriesOf(session: Session, selected: Selected, grid: Grid) {
  const ms = 'toUnixTimestamp64Milli(at)'
  const rows = await session.rows(
    `SELECT if(party = 'ambiguous', 'ambiguous', toString(class)) AS name, ${binOf(ms, grid)} AS bin, count() AS n
     FROM ${selected.table} WHERE ${inGrid(ms, grid)}
     GROUP BY name, bin ORDER BY name, bin ${BOUNDED}`,
  )
  return [...Map.groupBy(rows, (row) => String(row['name']))].map(([name, own]) => {
    return { name, counts: byBin(own, 'n', grid.bins) }
  })
}

function byBin(rows: readonly Json[], column: string, bins: number): number[] {
  const numbers = Array.from({ length: bins }, () => 0)
  for (const row of rows) numbers[Number(row['bin'])] = Number(row[column])
  return numbers
}

const keyOf = (row: Json) => JSON.stringify([row['side'], row['source'], row['category']])

async function bandsOf(session: Session, selected: Selected, grid: Grid): Promise<Band[]> {
  const { bins } = grid
  const tenants = `SELECT DISTINCT toString(tenant) FROM ${selected.table} WHERE party = 'attacker'`
  const rows = await session.rows(
    `SELECT side, source, category, bin, tenant_count, uniqExact(tenant) AS seen, sum(records) AS n
     FROM (
       SELECT side, toString(source) AS source, toString(category) AS category, tenant, records,
         toInt64(toUnixTimestamp(hour)) * 1000 AS hour_ms, ${binOf('hour_ms', grid)} AS bin,
         uniqExact(tenant) OVER (PARTITION BY side, source, category) AS tenant_count
       FROM coverage
       WHERE tenant IN (${tenants}) OR NOT EXISTS (${tenants})
     )
     WHERE ${inGrid('hour_ms', grid)}
     GROUP BY side, source, category, bin, tenant_count ORDER BY side, source, category, bin ${BOUNDED}`,
  )
  return [...Map.groupBy(rows, keyOf).values()].map((own): Band => {
    const band = readBand(own[0] ?? {})
    const covered = byBin(own, 'seen', bins).map((seen) => seen / band.tenants)
    return Object.assign(band, { covered, records: byBin(own, 'n', bins) })
  })
}

const readBand = rowReader(
  cell.side('side'),
  cell.text('source category'),
  cell.number('tenants:tenant_count'),
)
