/**
 * From the hours of one issuance log to the intervals in which it proves nothing.
 *
 * @module
 */

import type { IssuanceHour } from './losses/coverage.ts'
import { HOUR_MS, type Loss, type Period } from './losses/loss.ts'
import type { GapReason } from './match/reasons.ts'

const SURPRISE = 10
const USUAL = 0.5
const VOLUME = 10
const WEEKS_TO_TELL = 3
const DAY = 24
const WEEK = 168

/** Records by start of hour (milliseconds), in order of time; hours without records are absent. */
type Counts = readonly (readonly [hourMs: number, records: number])[]

/**
 * Whether the silence before the last record is a hole, measured by the log's other weeks, by one of two tests.
 *
 * - **usually active**: of the hours of the week that have a record in at least half of the other weeks, chance would
 *   leave all of the run empty in less than one of e^10 (22,000) cases. The same by whole days.
 * - **volume**: the run misses hours whose median in at least three other weeks is together ten records or more.
 *
 * A log shorter than three weeks is compared by hour of the day.
 */
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

/** Beyond every time that a log can hold, and still an Int64. */
export const ALWAYS = 8_640_000_000_000_000

/** Records can come late: so long before its end a log is not complete yet. */
export const LATE_MS: { readonly user: number; readonly app: number } = {
  user: 2 * HOUR_MS,
  app: 24 * HOUR_MS,
}

/** A interval `[fromMs, toMs)` in which absence from a log is no evidence, and why. */
export interface GapInterval extends Period {
  readonly gap: GapReason
}

export type Field = 'token' | 'session'

/** One category of one tenant, put in order once for all that is asked of it. */
export interface CategoryLog {
  /** Hours of files that have all that their source had, in order of time. */
  readonly whole: readonly IssuanceHour[]
  /** Hours of grouped and capped files. */
  readonly thin: readonly IssuanceHour[]
  readonly silences: readonly GapInterval[]
  /** What was asked of it before: most kinds of token ask the same. */
  readonly asked: Map<string, readonly GapInterval[]>
}

/** The log of one tenant and category, from its hours in any order and its losses. */
export function categoryLog(
  hours: readonly IssuanceHour[],
  losses: readonly Loss[] = [],
): CategoryLog {
  return {
    whole: merged(hours.filter((hour) => hour.quality === 'whole')),
    thin: hours.filter((hour) => hour.quality !== 'whole'),
    asked: new Map(),
    silences: losses.flatMap((loss): GapInterval[] => {
      const { fromMs, toMs } = loss
      if (loss.code === 'hole') return [{ fromMs, toMs, gap: 'issuance-hour-empty' }]
      return loss.code === 'extractor-gap' ? [{ fromMs, toMs, gap: 'export-capped' }] : []
    }),
  }
}

/** A category without records. */
export const NO_LOG: CategoryLog = { whole: [], thin: [], silences: [], asked: new Map() }

/**
 * Where one category of one tenant proves nothing: outside hours of `whole` files, and between an hour whose records
 * carry the field and one whose records do not.
 * @param lateMs how long before the end of the log records may be missing yet
 * @param endMs the last record of any of the tenant's logs: until then lateness may explain a silence
 */
export function intervalsIn(
  log: CategoryLog,
  field: Field,
  lateMs: number,
  endMs = 0,
): readonly GapInterval[] {
  const question = `${field}/${lateMs}/${endMs}`
  const intervals = log.asked.get(question) ?? intervalsOf(log, field, lateMs, endMs)
  log.asked.set(question, intervals)
  return intervals
}

function intervalsOf(
  { whole, thin, silences }: CategoryLog,
  field: Field,
  lateMs: number,
  endMs: number,
): GapInterval[] {
  const first = whole[0]
  const last = whole.at(-1)
  if (first === undefined || last === undefined)
    return [{ fromMs: 0, toMs: ALWAYS, gap: gapOf(thin[0]) }]
  const { lastMs } = last
  const lateToMs = lateMs + (isQuietUntil(whole, endMs) ? Math.max(lastMs, endMs) : lastMs)
  return [
    { fromMs: 0, toMs: first.firstMs, gap: 'before-issuance-window' },
    { fromMs: lastMs - lateMs, toMs: lateToMs, gap: 'late-arrival-margin' },
    { fromMs: lateToMs, toMs: ALWAYS, gap: 'issuance-hour-empty' },
    ...silences,
    ...bareHours(whole, field),
    ...thinHours(thin, whole),
    ...backups(whole),
  ]
}

/** Whether the log's silence from its last record to `endMs` is usual for it. */
function isQuietUntil(whole: readonly IssuanceHour[], endMs: number): boolean {
  const counts = countsOf(whole)
  const last = counts.at(-1)
  return last === undefined || endMs < last[0] + HOUR_MS || !endsInHole([...counts, [endMs, 1]])
}

const countsOf = (whole: readonly IssuanceHour[]) =>
  whole.map((hour) => [hour.hourMs, hour.records] as const)

/** Merged hours of several sources or files, in order of time. */
function merged(hours: readonly IssuanceHour[]): IssuanceHour[] {
  const byHour = new Map<number, IssuanceHour>()
  for (const hour of hours) {
    const known = byHour.get(hour.hourMs)
    byHour.set(hour.hourMs, known === undefined ? hour : sum(known, hour))
  }
  return [...byHour.values()].toSorted((a, b) => a.hourMs - b.hourMs)
}

function sum(a: IssuanceHour, b: IssuanceHour): IssuanceHour {
  return {
    ...a,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
    records: a.records + b.records,
    issued: a.issued + b.issued,
    withToken: a.withToken + b.withToken,
    withSession: a.withSession + b.withSession,
    backup: a.backup + b.backup,
  }
}

/** Hours with a token whose record lacks the field, with the silences around them; it may be the one looked for. */
function bareHours(whole: readonly IssuanceHour[], field: Field): GapInterval[] {
  const made = whole.filter((hour) => hour.issued > 0)
  const found: GapInterval[] = []
  for (const [i, hour] of made.entries()) {
    const carried = field === 'token' ? hour.withToken : hour.withSession
    if (carried >= hour.issued) continue
    const before = made[i - 1]
    const fromMs = before === undefined ? hour.firstMs : before.hourMs + HOUR_MS
    found.push({ fromMs, toMs: made[i + 1]?.hourMs ?? ALWAYS, gap: 'field-not-carried' })
  }
  return found
}

function gapOf(thin: IssuanceHour | undefined): GapReason {
  if (thin === undefined) return 'category-not-supplied'
  return thin.quality === 'grouped' ? 'portal-grouped' : 'export-capped'
}

/** Hours that only grouped or capped files have, beyond the time of the whole files: grouped rows may be hours off. */
function thinHours(thin: readonly IssuanceHour[], whole: readonly IssuanceHour[]): GapInterval[] {
  const known = new Set(whole.map((hour) => hour.hourMs))
  const first = whole[0]?.hourMs ?? 0
  const last = whole.at(-1)?.hourMs ?? 0
  return thin
    .filter(({ hourMs, quality }) =>
      quality === 'grouped' ? hourMs < first || hourMs > last : !known.has(hourMs),
    )
    .map((hour) => ({ fromMs: hour.hourMs, toMs: hour.hourMs + HOUR_MS, gap: gapOf(hour) }))
}

/** While a backup issues tokens, and an hour around it, records of others may be missing. */
function backups(whole: readonly IssuanceHour[]): GapInterval[] {
  return whole
    .filter(({ backup }) => backup > 0)
    .map(({ hourMs }) => {
      const [fromMs, toMs] = [hourMs - HOUR_MS, hourMs + 2 * HOUR_MS]
      return { fromMs, toMs, gap: 'backup-authentication' }
    })
}

/** For each gap, in the order given, until when it lasted: one row for each moment at which that changes. */
interface GapRow {
  readonly fromMs: number
  readonly untilMs: readonly number[]
}

/**
 * The intervals as rows: the last one at or before a time has the gaps of the look-back `[from, at]`, those whose
 * `untilMs` is after `from`.
 */
export function gapRows(intervals: readonly GapInterval[], order: readonly GapReason[]): GapRow[] {
  const starts = intervals.toSorted((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs)
  const until = order.map(() => 0)
  const rows: GapRow[] = [{ fromMs: 0, untilMs: [...until] }]
  for (const { fromMs, toMs, gap } of starts) {
    const at = order.indexOf(gap)
    if ((until[at] ?? 0) >= toMs) continue
    until[at] = toMs
    const start = Math.max(0, fromMs)
    if (rows.at(-1)?.fromMs === start) rows.pop()
    rows.push({ fromMs: start, untilMs: [...until] })
  }
  return rows
}
