/**
 * Whether the silence at the end of a log is a hole, measured by the log's other weeks, by one of two tests.
 *
 * - **usually active**: of the hours of the week that have a record in at least half of the other weeks, chance would
 *   leave all of the run empty in less than one of e^10 (22,000) cases. The same by whole days.
 * - **volume**: the run misses hours whose median in at least three other weeks is together ten records or more.
 *
 * A log shorter than three weeks is compared by hour of the day.
 *
 * @module
 */

import { HOUR_MS } from './losses/loss.ts'

const SURPRISE = 10
const USUAL = 0.5
const VOLUME = 10
const WEEKS_TO_TELL = 3
const DAY = 24
const WEEK = 168

/** Records by start of hour (milliseconds), in order of time; hours without records are absent. */
type Counts = readonly (readonly [hourMs: number, records: number])[]

/** Whether the silence before the last record is a hole. */
export function endsInHole(counts: Counts): boolean {
  const from = hourOf(counts.at(-2)?.[0] ?? 0) + 1
  const to = hourOf(counts.at(-1)?.[0] ?? 0)
  return to > from && isHole(seriesOf(counts), from, to)
}

function seriesOf(counts: Counts): Series {
  const origin = hourOf(counts[0]?.[0] ?? 0)
  const span = hourOf(counts.at(-1)?.[0] ?? 0) - origin + 1
  const series: Series = { hours: new Map(), days: new Map(), origin, span }
  for (const [hourMs, records] of counts) {
    const hour = hourOf(hourMs)
    add(series.hours, hour, records)
    add(series.days, Math.floor(hour / DAY), records)
  }
  return series
}

/** Records by hour and by day (numbers since 1970), and the hours from the log's first to its last. */
interface Series {
  readonly hours: Map<number, number>
  readonly days: Map<number, number>
  readonly origin: number
  readonly span: number
}

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS)

function add(counts: Map<number, number>, slot: number, records: number): void {
  counts.set(slot, (counts.get(slot) ?? 0) + records)
}

function isHole(series: Series, from: number, to: number): boolean {
  const period = series.span >= WEEKS_TO_TELL * WEEK ? WEEK : DAY
  const end = series.origin + series.span
  // Every hour of a silence as long as a period has been seen: longer ones surprise no less.
  const hours = missed(
    series.hours,
    { from, to: Math.min(to, from + WEEK) },
    period,
    series.origin,
    end,
  )
  if (hours.surprise >= SURPRISE || hours.volume >= VOLUME) return true
  const firstDay = Math.ceil(from / DAY)
  const lastDay = Math.floor(to / DAY)
  if (lastDay <= firstDay) return false
  const days = missed(
    series.days,
    { from: firstDay, to: Math.min(lastDay, firstDay + 4 * 7) },
    period / DAY,
    Math.floor(series.origin / DAY),
    Math.ceil(end / DAY),
  )
  return days.surprise >= SURPRISE
}

/** Half-open. */
interface Slots {
  readonly from: number
  readonly to: number
}

/** How surprising it is that the slots `[from, to)` are all empty. */
function missed(
  counts: ReadonlyMap<number, number>,
  run: Slots,
  period: number,
  begin: number,
  end: number,
): { surprise: number; volume: number } {
  let surprise = 0
  let volume = 0
  for (let slot = run.from; slot < run.to; slot++) {
    const others = otherTimes(counts, slot, run, period, begin, end)
    const active = others.filter((records) => records > 0).length
    if (others.length > 0 && active / others.length >= USUAL)
      surprise -= Math.log(1 - (active + 0.5) / (others.length + 1))
    if (others.length >= WEEKS_TO_TELL) volume += medianOf(others)
    if (surprise >= SURPRISE || volume >= VOLUME) break
  }
  return { surprise, volume }
}

/** Records of the same slot in the log's other periods; at most those of a year of weeks. */
function otherTimes(
  counts: ReadonlyMap<number, number>,
  slot: number,
  run: Slots,
  period: number,
  begin: number,
  end: number,
): number[] {
  const others: number[] = []
  const reach = 26 * period
  const first = Math.max(begin, slot - reach)
  for (
    let at = first + ((((slot - first) % period) + period) % period);
    at < Math.min(end, slot + reach);
    at += period
  )
    if (at < run.from || at >= run.to) others.push(counts.get(at) ?? 0)
  return others
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
