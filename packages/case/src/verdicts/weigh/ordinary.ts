/**
 * Whether a context is its owner's: then what is missing there has an ordinary cause.
 *
 * @module
 */
import { type Context, type Networks, pairKey, type Seen, type Tenant } from './population.ts'

/** Share of explained tokens whose network must fit their principal's sign-ins before addresses mean anything. */
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

/** Whether the logs have the principal in the network of a context, or networks mean nothing. */
export function isOwnNetwork(
  { home, who, prefix }: Context,
  tenant: Tenant,
  networks: Networks,
): boolean {
  if (prefix === '' || tenant.addressFit < LEAST_FIT) return true
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

/** How the principal, and the application, were seen in the network. */
function seenAs({ home, who, prefix, app }: Context, networks: Networks): readonly Seen[] {
  return [
    networks.seen.get(pairKey(home, who, prefix)),
    networks.seenApps.get(pairKey(home, app, prefix)),
  ].filter((seen) => seen !== undefined)
}
