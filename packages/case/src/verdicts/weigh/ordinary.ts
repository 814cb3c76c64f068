/**
 * Ordinary causes: whether a context is its owner's, whether the log was there for a principal, and how likely it is that
 * a log lost by itself what is missing.
 * An export may lack one person for days. Such a loss takes all of a person's tokens, so it is a gap between two explained
 * ones. Missing tokens in a short gap count. All in a long one, and in those of others that overlap it, may have been lost
 * at once; none in a gap of over a day.
 */
import { countBefore } from '@mintmark/core'
import { HOUR_MS, lengthOf, type Period, united } from '../losses/loss.ts'
import { type Context, type Networks, pairKey, type Seen, type Tenant } from './population.ts'

/** One-sided confidence of an upper bound on a rate: 99.9 %. */
const QUANTILE = 6.908
const SPREAD = 3.7

/** The largest share of rows that a log loses, when it lost `lost` of `of`: above the Poisson bound at 99.9 %. */
export function lossAtMost(lost: number, of: number): number {
  if (of <= 0) return 1
  return Math.min(1, (lost + QUANTILE + SPREAD * Math.sqrt(lost)) / of)
}

/** Natural logarithm of the chance that at least `least` of `of` are lost, each with chance `rate`. An upper bound. */
export function logTail(least: number, of: number, rate: number): number {
  if (least <= 0 || rate >= 1) return 0
  if (rate <= 0) return Number.NEGATIVE_INFINITY
  const share = least / of
  if (share <= rate) return 0
  // Chernoff's bound: of * KL(share, rate).
  const rest = share >= 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - rate))
  return -of * (share * Math.log(share / rate) + rest)
}

/** Tokens live about an hour: who is at work has one explained in every few hours. */
const SHORT_MS = 4 * HOUR_MS
const isShort = (gap: Period) => lengthOf(gap) <= SHORT_MS
/** Longer than a night: a gap of a day, or of a person who is away, shows nothing. */
const MOST_HOURS = 24

/** What may have been lost together with a token; undefined where all of the person's tokens may have been. */
export type LossOf = (who: string, hour: number) => string | undefined

/** @param shown hours in which tokens of a principal were explained, in order */
export function personGaps(
  shown: ReadonlyMap<string, readonly number[]>,
  missing: readonly Context[],
): LossOf {
  const gapAt = (who: string, hour: number): Period | undefined => {
    const hours = shown.get(who) ?? []
    const next = countBefore(hours.length, (at) => (hours[at] ?? hour) < hour)
    const to = hours[next]
    const from = to === hour ? to : hours[next - 1]
    const isKnown = from !== undefined && to !== undefined && to - from <= MOST_HOURS
    return isKnown ? { fromMs: from * HOUR_MS, toMs: to * HOUR_MS } : undefined
  }
  const gaps = missing.flatMap(({ who, hours }) => hours.flatMap((hour) => gapAt(who, hour) ?? []))
  const inOrder = gaps.toSorted((one, other) => one.fromMs - other.fromMs)
  const long = united(inOrder.filter((gap) => !isShort(gap)))
  return (who, hour) => {
    const gap = gapAt(who, hour)
    if (gap === undefined) return undefined
    if (isShort(gap)) return pairKey('hour', hour)
    const all = long.find(({ fromMs, toMs }) => fromMs <= gap.fromMs && gap.toMs <= toMs)
    return pairKey('gap', all?.fromMs ?? gap.fromMs)
  }
}

/** Share of explained tokens whose network must fit their principal's sign-ins before addresses mean anything. */
const LEAST_FIT = 0.5
const DAY_HOURS = 24

/** The last hour of the log's first days. What is seen until then counts as there from the beginning. */
export function beginningOf({ firstHour, lastHour }: Tenant): number {
  const span = lastHour - firstHour
  return firstHour + Math.min(7 * DAY_HOURS, Math.max(DAY_HOURS, 0.15 * span))
}

const HABIT_DAYS = 3
const HABIT_SHARE = 0.2

export const namesNetwork = ({ prefix }: Context, { addressFit }: Tenant): boolean =>
  prefix !== '' && addressFit >= LEAST_FIT

/** Whether the logs have the principal in the network of a context, or networks mean nothing. */
export function isOwnNetwork(context: Context, tenant: Tenant, networks: Networks): boolean {
  if (!namesNetwork(context, tenant)) return true
  const { home, who, prefix } = context
  return networks.own.has(pairKey(who, prefix)) || networks.known.has(pairKey(home, prefix))
}

/** Whether what is missing in a context may have an ordinary cause, because it is its owner's, or was always there. */
export function isOrdinary(context: Context, tenant: Tenant, networks: Networks): boolean {
  if (isOwnNetwork(context, tenant, networks)) return true
  const beginning = beginningOf(tenant)
  // An application from the network that it had from the beginning, for any user.
  return seenAs(context, networks).some(({ firstHour }) => firstHour <= beginning)
}

/** Whether nothing need be said of a context: it is its owner's, or a habit from the beginning on. */
export function isHabitual(context: Context, tenant: Tenant, networks: Networks): boolean {
  if (isOwnNetwork(context, tenant, networks)) return true
  const beginning = beginningOf(tenant)
  const days = (tenant.lastHour - tenant.firstHour) / DAY_HOURS
  const least = Math.max(HABIT_DAYS, HABIT_SHARE * days)
  return seenAs(context, networks).some((seen) => seen.firstHour <= beginning && seen.days >= least)
}

function seenAs({ home, who, prefix, app }: Context, networks: Networks): readonly Seen[] {
  return [
    networks.seen.get(pairKey(home, who, prefix)),
    networks.seenApps.get(pairKey(home, app, prefix)),
  ].filter((seen) => seen !== undefined)
}
