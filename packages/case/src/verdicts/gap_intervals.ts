/** From the hours of one issuance log to the intervals in which it proves nothing. */
import type { Numbers, Texts } from '../engine/rows.ts'
import { HOUR_MS, type Loss, type Period } from './losses/loss.ts'
import { GAP_REASONS, type GapReason } from './match/reasons.ts'

export type IssuanceHour = Texts<'tenant category quality'> &
  Numbers<'hourMs firstMs lastMs'> &
  Numbers<'records issued withToken withSession backup'>

const SURPRISE = 10
const USUAL = 0.5
const VOLUME = 10
const WEEKS_TO_TELL = 3
const DAY = 24
const WEEK = 168
/** Other periods that are compared: at most those of a year of weeks. */
const OTHERS: readonly number[] = Array.from({ length: 52 }, (_, n) => n - 26)

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
  const { surprise, volume } = missed(counts, 1)
  return surprise >= SURPRISE || volume >= VOLUME || missed(counts, DAY).surprise >= SURPRISE
}

/** How surprising it is that the slots, of one hour or a day, before the last record are all empty. */
function missed(counts: Counts, hours: 1 | typeof DAY): { surprise: number; volume: number } {
  const slotOf = (hourMs: number) => Math.floor(hourMs / (HOUR_MS * hours))
  const timeAt = (at: number) => counts.at(at)?.[0] ?? 0
  const [begin, last] = [timeAt(0), timeAt(-1)]
  const isLong = last - begin >= (WEEKS_TO_TELL * WEEK - 1) * HOUR_MS
  const period = (isLong ? WEEK : DAY) / hours
  const records = new Map<number, number>()
  for (const [ms, some] of counts) records.set(slotOf(ms), (records.get(slotOf(ms)) ?? 0) + some)
  const from = Math.ceil((Math.floor(timeAt(-2) / HOUR_MS) + 1) / hours)
  // Every slot of a silence as long as a period has been seen: longer ones surprise no less.
  const to = Math.min(slotOf(last), from + (hours === 1 ? WEEK : 4 * 7))
  const isOther = (slot: number) =>
    slot >= slotOf(begin) && slot <= slotOf(last) && (slot < from || slot >= to)
  let [surprise, volume] = [0, 0]
  for (let slot = from; slot < to && surprise < SURPRISE && volume < VOLUME; slot++) {
    const others = OTHERS.map((n) => slot + n * period)
      .filter(isOther)
      .map((other) => records.get(other) ?? 0)
    const active = others.filter((some) => some > 0).length
    if (others.length > 0 && active / others.length >= USUAL)
      surprise -= Math.log(1 - (active + 0.5) / (others.length + 1))
    if (others.length >= WEEKS_TO_TELL) volume += medianOf(others)
  }
  return { surprise, volume }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

/** Beyond every time that a log can hold, and still an Int64. */
export const ALWAYS = 8_640_000_000_000_000

/** An interval `[fromMs, toMs)` in which absence from a log is no evidence, and why. */
export interface GapInterval extends Period {
  readonly gap: GapReason
}

export type Field = 'token' | 'session'

export interface CategoryLog {
  readonly whole: readonly IssuanceHour[]
  readonly thin: readonly IssuanceHour[]
  readonly silences: readonly GapInterval[]
}

export function categoryLog(hours: readonly IssuanceHour[], losses: readonly Loss[]): CategoryLog {
  return {
    whole: hours.filter((hour) => hour.quality === 'whole'),
    thin: hours.filter((hour) => hour.quality !== 'whole'),
    silences: losses.flatMap(({ code, fromMs, toMs }): GapInterval[] => {
      if (code === 'hole') return [{ fromMs, toMs, gap: 'issuance-hour-empty' }]
      return code === 'extractor-gap' ? [{ fromMs, toMs, gap: 'export-capped' }] : []
    }),
  }
}

/**
 * Where one category of one tenant proves nothing: outside hours of `whole` files, and between an hour whose records
 * carry the field and one whose records do not.
 * @param lateMs how long before the end of the log records may be missing yet
 * @param endMs the last record of any of the tenant's logs: until then lateness may explain a silence
 */
export function intervalsIn(
  log: CategoryLog | undefined,
  field: Field,
  lateMs: number,
  endMs: number,
): readonly GapInterval[] {
  const { whole = [], thin = [], silences = [] } = log ?? {}
  const [first, last] = [whole[0], whole.at(-1)]
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
  const counts = whole.map(({ hourMs, records }) => [hourMs, records] as const)
  const last = counts.at(-1)
  return last === undefined || endMs < last[0] + HOUR_MS || !endsInHole([...counts, [endMs, 1]])
}

/** Hours with a token whose record lacks the field, with the silences around them; it may be the one looked for. */
function bareHours(whole: readonly IssuanceHour[], field: Field): GapInterval[] {
  const made = whole.filter((hour) => hour.issued > 0)
  return made.flatMap((hour, i): GapInterval[] => {
    const carried = field === 'token' ? hour.withToken : hour.withSession
    if (carried >= hour.issued) return []
    const before = made[i - 1]
    const fromMs = before === undefined ? hour.firstMs : before.hourMs + HOUR_MS
    return [{ fromMs, toMs: made[i + 1]?.hourMs ?? ALWAYS, gap: 'field-not-carried' }]
  })
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
const backups = (whole: readonly IssuanceHour[]): GapInterval[] =>
  whole
    .filter(({ backup }) => backup > 0)
    .map(({ hourMs }) => {
      const [fromMs, toMs] = [hourMs - HOUR_MS, hourMs + 2 * HOUR_MS]
      return { fromMs, toMs, gap: 'backup-authentication' }
    })

/** For each of `GAP_REASONS`, until when it lasted: one row for each moment at which that changes. */
interface GapRow {
  readonly fromMs: number
  readonly untilMs: readonly number[]
}

/** The last row at or before a time has the gaps of the look-back `[from, at]`: those with `untilMs` after `from`. */
export function gapRows(intervals: readonly GapInterval[]): GapRow[] {
  const until = GAP_REASONS.map(() => 0)
  const rows: GapRow[] = [{ fromMs: 0, untilMs: [...until] }]
  for (const { fromMs, toMs, gap } of intervals.toSorted(
    (a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs,
  )) {
    const at = GAP_REASONS.indexOf(gap)
    if ((until[at] ?? 0) >= toMs) continue
    until[at] = toMs
    const start = Math.max(0, fromMs)
    if (rows.at(-1)?.fromMs === start) rows.pop()
    rows.push({ fromMs: start, untilMs: [...until] })
  }
  return rows
}
