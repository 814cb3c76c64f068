/**
 * Silences that are too long for a log's own activity: minutes in a busy log, days in a quiet one.
 * A silence is measured in **surprise**: for each of its empty minutes, minus the logarithm of the chance of no record.
 * - A minute's chance is the share of empty minutes in the same hour of the log's other weeks, or of other days where
 * these are few. Minutes count, not records, because records come in bursts. Of the weeks before and those after, the
 * quieter side counts.
 * - It is scaled by how busy people were, by the log's own records around the silence or by what another collector has
 * of the tenant within it. So no silence of a holiday surprises.
 * - People come and go together, so surprises are commoner than chance has them. By how much is learnt from the log's
 * tenth longest surprise on, so that up to nine holes do not hide one another.
 * - How unequal the same hour is on other days gives a gamma distribution of its rates, and the chance of none is that
 * of a negative binomial.
 * The result is the chance of so surprising a silence among all silences of the log: that of a false hole in a whole
 * log.
 */
import type { Numbers } from '../../engine/rows.ts'
import { MINUTE_MS, type Period } from './loss.ts'

const MINUTES = 60
const DAY = 24
const WEEK = 168
const WEEKS_TO_TELL = 3
/** So many weeks, or days, before and after are compared. */
const PERIODS = 4
/** Hours on each side of a silence that show how busy the log was: of one within a day, and of a longer one. */
const AROUND = 8
const AROUND_A_DAY = 24
/** Another log shows whether people are at work where it would have so many minutes with a record. */
const SHOWS_WHO_IS_THERE = 10
/** Surprises from this rank on show how the log's silences are spread. */
const FIRST_RANK = 10
/** A log with fewer silences does not show how they are spread. */
const SHOWS_ITS_SPREAD = 100
const UNKNOWN_SPREAD = 2
/** Fewer other weeks do not show how even a log is. */
const SHOWS_ITS_EVENNESS = 3
const UNKNOWN_EVENNESS = { short: 8, long: 1 }

export interface MinuteLog {
  readonly active: ReadonlyMap<number, number>
  readonly silences: readonly Period[]
  readonly count: number
}

interface Hole extends Period {
  /** The chance that a log like it, which lacks nothing, has such a silence anywhere. */
  readonly chance: number
}

/**
 * The silences of a log that are holes, in order of time.
 * @param error the largest chance of a false hole in a whole log
 * @param others activity of logs of the same people from another collector
 */
export function outages(
  log: MinuteLog,
  error: number,
  others: readonly Pace[] = [],
  pace: Pace | undefined = paceOf(log.active),
): Hole[] {
  if (pace === undefined) return []
  const scored = log.silences
    .flatMap((silence) => scoreOf(silence, pace, others) ?? [])
    .toSorted((a, b) => b.surprise - a.surprise)
  const count = Math.max(log.count, scored.length)
  const spread = spreadOf(scored, count)
  const least = Math.log(count / error)
  return scored
    .flatMap(({ silence: { fromMs, toMs }, gap, surprise }) => {
      const spared = surprise / spread
      if (spared <= least) return []
      const chance = count * Math.exp(-Math.min(spared, unevenly(spared, evennessOf(gap, pace))))
      return chance < error ? [{ fromMs, toMs, chance }] : []
    })
    .toSorted((a, b) => a.fromMs - b.fromMs)
}

interface Scored {
  readonly silence: Period
  readonly gap: Hours
  readonly surprise: number
}

export interface Pace extends Numbers<'first hours period'> {
  readonly active: readonly number[]
  readonly empty: readonly number[]
  /** Sums of `active`, and of the minutes that would be active, up to an hour and without it. */
  readonly seenBefore: readonly number[]
  readonly likelyBefore: readonly number[]
}

/** The pace of a log; none where it is within one hour. */
export function paceOf(active: ReadonlyMap<number, number>): Pace | undefined {
  if (active.size < 2) return undefined
  const { first, last } = extentOf(active)
  const hours = last - first + 1
  const period = hours >= WEEKS_TO_TELL * WEEK ? WEEK : DAY
  const minutes = Array.from({ length: hours }, (_, at) => active.get(first + at) ?? 0)
  const empty = minutes.map((_, at) => emptyShare(minutes, at, NONE))
  const likely = empty.map((share) => MINUTES * (1 - share))
  return {
    first,
    hours,
    active: minutes,
    empty,
    seenBefore: sumsOf(minutes),
    likelyBefore: sumsOf(likely),
    period,
  }
}

export function extentOf(active: MinuteLog['active']): {
  readonly first: number
  readonly last: number
} {
  let [first, last] = [Number.POSITIVE_INFINITY, 0]
  for (const hour of active.keys()) {
    first = Math.min(first, hour)
    last = Math.max(last, hour)
  }
  return { first, last }
}

function sumsOf(values: readonly number[]): number[] {
  const sums = [0]
  for (const [at, value] of values.entries()) sums.push((sums[at] ?? 0) + value)
  return sums
}

interface Hours {
  readonly from: number
  readonly to: number
}

const NONE: Hours = { from: 0, to: 0 }

/** Share of the minutes of an hour that are empty in other weeks, never 0; where these are few, other days count. */
function emptyShare(active: readonly number[], at: number, gap: Hours): number {
  const before = shareAt(active, at, -WEEK, gap)
  const after = shareAt(active, at, WEEK, gap)
  const isSure = active.length >= WEEKS_TO_TELL * WEEK && before >= 0 && after >= 0
  if (isSure) return Math.max(before, after)
  const days = Math.max(shareAt(active, at, -DAY, gap), shareAt(active, at, DAY, gap))
  const known = Math.max(before, after, days)
  if (known >= 0) return known
  // No other day to compare with: the hours around.
  const beside = Math.max(shareAt(active, at, -1, gap), shareAt(active, at, 1, gap))
  return beside < 0 ? 1 : beside
}

/** The share at the next times a step apart; -1 where the log has none. */
function shareAt(active: readonly number[], at: number, step: number, gap: Hours): number {
  let hours = 0
  let seen = 0
  for (let k = 1; k <= PERIODS; k++) {
    const other = at + k * step
    if (other < 0 || other >= active.length || (other >= gap.from && other < gap.to)) continue
    hours++
    seen += active[other] ?? 0
  }
  return hours === 0 ? -1 : (MINUTES * hours - seen + 0.5) / (MINUTES * hours + 1)
}

function scoreOf(silence: Period, pace: Pace, others: readonly Pace[]): Scored | undefined {
  const from = Math.floor(silence.fromMs / MINUTE_MS) + 1 - pace.first * MINUTES
  const to = Math.floor(silence.toMs / MINUTE_MS) - pace.first * MINUTES
  if (to <= from) return undefined
  const gap = { from: Math.floor(from / MINUTES), to: Math.floor((to - 1) / MINUTES) + 1 }
  // In a log of less than two weeks nobody knows what a weekend is.
  if (isDaysLong(gap) && pace.hours < 2 * WEEK - DAY) return undefined
  // A silence of a whole week would be its own measure.
  const isLong = gap.to - gap.from >= WEEK
  let surprise = 0
  // Every hour of a silence as long as a week has been seen: longer ones surprise no less.
  for (let hour = gap.from; hour < Math.min(gap.to, gap.from + WEEK); hour++) {
    const minutes = Math.min(to, (hour + 1) * MINUTES) - Math.max(from, hour * MINUTES)
    const share = isLong ? emptyShare(pace.active, hour, gap) : (pace.empty[hour] ?? 1)
    surprise -= minutes * Math.log(share)
  }
  let company = -1
  for (const other of others)
    company = Math.max(company, busyWithin(pace.first + gap.from, pace.first + gap.to, other))
  // The days next to a silence of a day or more are other days: who else was at work in it says more.
  const isOthers = company >= 0 && isDaysLong(gap)
  const busy = Math.max(company, isOthers ? 0 : howBusy(from, to, gap, pace))
  return { silence, gap, surprise: surprise * busy }
}

/** Of half a day and more: with a night, or days, in it. */
const isDaysLong = (gap: Hours) => gap.to - gap.from > DAY / 2
const aroundOf = (gap: Hours) => (isDaysLong(gap) ? AROUND_A_DAY : AROUND)

/** How even the hours of a silence are in other weeks: the shape of a gamma distribution, without quiet days. */
function evennessOf(gap: Hours, pace: Pace): number {
  const around = aroundOf(gap)
  const beside = (by: number) =>
    sum(pace.seenBefore, gap.from + by - around, gap.from + by) +
    sum(pace.seenBefore, gap.to + by, gap.to + by + around)
  const own = beside(0)
  const rates: number[] = []
  let likely = 0
  for (const step of [-pace.period, pace.period]) {
    for (let k = 1; k <= PERIODS; k++) {
      const by = k * step
      const isKnown = gap.from + by >= 0 && gap.to + by <= pace.hours
      if (!isKnown || Math.abs(by) < gap.to - gap.from || beside(by) * 4 < own) continue
      const hazard = hazardOf(pace, gap, by)
      likely += hazard
      rates.push(hazard / (beside(by) + 1))
    }
  }
  const isLong = isDaysLong(gap)
  if (rates.length < SHOWS_ITS_EVENNESS)
    return isLong ? UNKNOWN_EVENNESS.long : UNKNOWN_EVENNESS.short
  const mean = rates.reduce((all, rate) => all + rate, 0) / rates.length
  if (mean === 0) return 0
  const variance = rates.reduce((all, rate) => all + (rate - mean) ** 2, 0) / (rates.length - 1)
  // Even hours that are alike differ by chance, the less the more is in them.
  const excess = Math.max(0, variance / mean ** 2 - rates.length / likely)
  // A few equal weeks do not show that all are; least so for nights and weekends.
  return 1 / (excess + (isLong ? 1 : 1 / 20) / rates.length)
}

/** How much an empty time would surprise where other weeks are as they are. */
function hazardOf(pace: Pace, gap: Hours, by: number): number {
  let hazard = 0
  for (let hour = gap.from; hour < Math.min(gap.to, gap.from + WEEK); hour++) {
    const active = pace.active[hour + by] ?? 0
    hazard -= MINUTES * Math.log((MINUTES - active + 0.5) / (MINUTES + 0.5))
  }
  return hazard
}

const unevenly = (surprise: number, shape: number): number =>
  Number.isFinite(shape) ? shape * Math.log(1 + surprise / Math.max(shape, 1e-9)) : surprise

function sum(sums: readonly number[], from: number, to: number): number {
  const within = (at: number) => Math.min(Math.max(at, 0), sums.length - 1)
  return (sums[within(to)] ?? 0) - (sums[within(from)] ?? 0)
}

/** From 0 to 1: active minutes around the silence, as a share of what the log's other times make likely there. */
function howBusy(from: number, to: number, gap: Hours, pace: Pace): number {
  const around = aroundOf(gap)
  const first = Math.max(0, gap.from - around)
  const last = Math.min(pace.hours, gap.to + around)
  const seen = sum(pace.seenBefore, first, last)
  const likely =
    sum(pace.likelyBefore, first, gap.from) +
    sum(pace.likelyBefore, gap.to, last) +
    likelyBeside(gap.from, from, to, pace) +
    (gap.to - 1 === gap.from ? 0 : likelyBeside(gap.to - 1, from, to, pace))
  return surely(seen, likely)
}

/** Minutes of an hour outside a silence that would be active. */
function likelyBeside(hour: number, from: number, to: number, pace: Pace): number {
  const inside = Math.min(to, (hour + 1) * MINUTES) - Math.max(from, hour * MINUTES)
  return (MINUTES - inside) * (1 - (pace.empty[hour] ?? 1))
}

/**
 * How busy another log was between two hours (numbers since 1970), as a share of what its other times make likely, less
 * what chance may have added. -1 where that log has too little at that time.
 */
export function busyWithin(from: number, to: number, other: Pace): number {
  const first = from + 1 - other.first
  const last = to - 1 - other.first
  if (first < 0 || last > other.hours || last <= first) return -1
  const likely = sum(other.likelyBefore, first, last)
  return likely < SHOWS_WHO_IS_THERE ? -1 : surely(sum(other.seenBefore, first, last), likely)
}

/** A share from 0 to 1, less what chance may have added. */
function surely(seen: number, likely: number): number {
  const least = seen - Math.sqrt(seen + 1)
  return likely <= 0 ? 0 : Math.min(1, Math.max(0, least / likely))
}

function spreadOf(scored: readonly Scored[], count: number): number {
  if (count < SHOWS_ITS_SPREAD) return UNKNOWN_SPREAD
  let spread = 1
  for (let rank = FIRST_RANK; rank <= scored.length && rank * 3 < count; rank++)
    spread = Math.max(spread, (scored[rank - 1]?.surprise ?? 0) / Math.log(count / rank))
  return spread
}
