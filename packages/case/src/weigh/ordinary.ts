/**
 * Whether a context is its owner's: then what is missing there has an ordinary cause.
 *
 * @module
 */
import { type Context, type Places, pairKey, type Tenant } from './population.ts'

/** Share of explained tokens whose network must fit their principal's sign-ins before an address tells anybody apart. */
const LEAST_FIT = 0.5
const DAY_HOURS = 24

/** The last hour of the log's first days: what was there by then was there from the beginning. */
export function beginningOf({ firstHour, lastHour }: Tenant): number {
  const span = lastHour - firstHour
  return firstHour + Math.min(7 * DAY_HOURS, Math.max(DAY_HOURS, 0.15 * span))
}

export function isOrdinary(context: Context, tenant: Tenant, places: Places): boolean {
  const { home, who, prefix, app } = context
  if (prefix === '' || tenant.addressFit < LEAST_FIT) return true
  if (places.own.has(pairKey(who, prefix)) || places.known.has(pairKey(home, prefix))) return true
  const beginning = beginningOf(tenant)
  const first = places.firstSeen.get(pairKey(home, who, prefix)) ?? 0
  // An application from the network that it had from the beginning, for whomever it acts.
  const firstOfApp = places.appFirstSeen.get(pairKey(home, app, prefix)) ?? 0
  return first <= beginning || firstOfApp <= beginning
}
