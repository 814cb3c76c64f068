/**
 * Silences that are far longer than any in the same hours of other days. In a small log three silent hours may be
 * chance, so this rule is for logs of accesses, where a false hole only widens a bound.
 *
 * @module
 */
import { HOUR_MS, MINUTE_MS, type Period } from './loss.ts'
import { busyWithin, type Pace } from './outages.ts'

const DAY_MS = 24 * HOUR_MS
/** Longer silences have a night in them, which is a silence on all days. */
const BY_DAY_MS = 6 * HOUR_MS
const MOST_MS = 2 * DAY_MS
/** Shorter ones are not looked at: minutes are too coarse to compare them. */
const LEAST_MINUTES = 15
/** So many times as long as any silence in the same hours of another day. */
const TIMES = 3
/** The same with a night in it, and of an hour or more where many days compare: by chance both are as rare. */
const TIMES_OF_LONG = 2
const LONG_MS = HOUR_MS
const MANY_DAYS = 10
/** Of the records that are usual at that time, the least share by which another log shows people at work. */
const AT_WORK = 0.5
/** Silences of at least so many minutes are compared with. */
export const COMPARED_MINUTES: number = LEAST_MINUTES / TIMES
const DAYS_TO_COMPARE = 3
const DAYS_BESIDE = 14

/** `silences` are all of the log of {@link COMPARED_MINUTES} or more; a day without work is silent in all `others`. */
export function outstanding(
  silences: readonly Period[],
  log: Period,
  others: readonly Pace[],
): Period[] {
  return silences.filter((one) => {
    const length = lengthOf(one)
    if (length < LEAST_MINUTES * MINUTE_MS || length > MOST_MS) return false
    const { days, longest } = besides(one, silences, log)
    if (days < DAYS_TO_COMPARE) return false
    if (length < BY_DAY_MS) {
      const isSure = days >= MANY_DAYS && length >= LONG_MS
      return longest * (isSure ? TIMES_OF_LONG : TIMES) <= length
    }
    const [first, last] = [Math.floor(one.fromMs / HOUR_MS), Math.floor(one.toMs / HOUR_MS) + 1]
    const isAtWork = others.some((other) => busyWithin(first, last, other) >= AT_WORK)
    return isAtWork && longest * TIMES_OF_LONG <= length
  })
}

/** On how many days of the kind the log was there at that time of day, and its longest silence then. */
function besides(
  one: Period,
  silences: readonly Period[],
  log: Period,
): { readonly days: number; readonly longest: number } {
  const length = lengthOf(one)
  let days = 0
  let longest = 0
  for (let day = -DAYS_BESIDE; day <= DAYS_BESIDE; day++) {
    const fromMs = one.fromMs + day * DAY_MS
    const toMs = fromMs + length
    const isComparable = day !== 0 && isWeekend(fromMs) === isWeekend(one.fromMs)
    if (!isComparable || fromMs < log.fromMs || toMs > log.toMs) continue
    days++
    for (let at = firstAfter(silences, fromMs); at < silences.length; at++) {
      const other = silences[at]
      if (other === undefined || other.fromMs >= toMs) break
      if (other !== one) longest = Math.max(longest, lengthOf(other))
    }
    // Too long for any: most silences are ordinary, and need no further day.
    if (longest * TIMES_OF_LONG > length) return { days, longest }
  }
  return { days, longest }
}

/** The first silence that ends after a time: silences follow one another. */
function firstAfter(silences: readonly Period[], ms: number): number {
  let [low, high] = [0, silences.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((silences[middle]?.toMs ?? 0) > ms) high = middle
    else low = middle + 1
  }
  return low
}

const lengthOf = ({ fromMs, toMs }: Period): number => toMs - fromMs

function isWeekend(ms: number): boolean {
  // The first of January 1970 was a Thursday.
  const day = (Math.floor(ms / DAY_MS) + 4) % 7
  return day === 0 || day === 6
}
