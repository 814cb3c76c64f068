/**
 * Whether a context is its owner's: then what is missing there has an ordinary cause.
 *
 * @module
 */
import { type Context, type Places, pairKey, type Seen, type Tenant } from './population.ts'

/** Share of explained tokens whose network must fit their principal's sign-ins before an address tells anybody apart. */
const LEAST_FIT = 0.5
const DAY_HOURS = 24

/** The last hour of the log's first days: what was there by then was there from the beginning. */
export function beginningOf({ firstHour, lastHour }: Tenant): number {
  const span = lastHour - firstHour
  return firstHour + Math.min(7 * DAY_HOURS, Math.max(DAY_HOURS, 0.15 * span))
}

/** Days on which a context was seen, and the share of the log's days, by which it is a habit. */
const HABIT_DAYS = 3
const HABIT_SHARE = 0.2

/** Whether the logs put the principal in the network of a context, or no network can tell. */
export function isPlaceOf({ home, who, prefix }: Context, tenant: Tenant, places: Places): boolean {
  if (prefix === '' || tenant.addressFit < LEAST_FIT) return true
  return places.own.has(pairKey(who, prefix)) || places.known.has(pairKey(home, prefix))
}

/** Whether what is missing in a context may have an ordinary cause, because it is its owner's, or was always there. */
export function isOrdinary(context: Context, tenant: Tenant, places: Places): boolean {
  if (isPlaceOf(context, tenant, places)) return true
  const beginning = beginningOf(tenant)
  // An application from the network that it had from the beginning, for whomever it acts.
  return seenAs(context, places).some(({ firstHour }) => firstHour <= beginning)
}

/** Whether nothing need be said of a context: it is its owner's, or a habit from the beginning on. */
export function isHabitual(context: Context, tenant: Tenant, places: Places): boolean {
  if (isPlaceOf(context, tenant, places)) return true
  const beginning = beginningOf(tenant)
  const days = (tenant.lastHour - tenant.firstHour) / DAY_HOURS
  const least = Math.max(HABIT_DAYS, HABIT_SHARE * days)
  return seenAs(context, places).some((seen) => seen.firstHour <= beginning && seen.days >= least)
}

/** How the principal, and the application, were seen in the network. */
function seenAs({ home, who, prefix, app }: Context, places: Places): readonly Seen[] {
  return [
    places.seen.get(pairKey(home, who, prefix)),
    places.seenApps.get(pairKey(home, app, prefix)),
  ].filter((seen) => seen !== undefined)
}
