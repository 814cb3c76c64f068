/** Source: Microsoft Threat Intelligence, 14 July 2023 (Monday to Friday, 00 to 09 UTC). */
import { DAY, FIRST_DAY_MS, HOUR, isWeekend, MINUTE } from '../world/calendar.ts'
import type { Theft } from '../world/organisations.ts'
import { mix, Random } from '../world/random.ts'
import type { Organisation, World } from '../world/world.ts'

export interface Visit {
  readonly of: Organisation
  readonly victim: number
  readonly theft: Theft
  readonly dayMs: number
  readonly ordinal: number
  readonly visits: number
  readonly from: number
  readonly to: number
  readonly random: Random
}

const STREAM = 0x74686566
const HOURS_FROM = 0
const HOURS_TO = 9
/** Messages read on the day after which the log is throttled: more records than the log takes in a day. */
const BURST = 1010

export const visitsOf = (world: World, of: Organisation): Visit[] =>
  of.thefts.flatMap((theft, victim) => visitsTo(world, of, victim, theft))

function visitsTo(world: World, of: Organisation, victim: number, theft: Theft): Visit[] {
  const random = world.random(STREAM, of.index, victim)
  const days = visitDays(theft, random)
  const burst = theft.also === 'throttled' ? burstDay(days) : -1
  const weights = days.map((_, ordinal) =>
    ordinal === burst ? 0 : 0.5 + random.below(1000) / 1000,
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const steady = theft.messages - (burst === -1 ? 0 : BURST)
  let weighed = 0
  let from = 0
  let spent = 0
  return days.map((dayMs, ordinal) => {
    weighed += weights[ordinal] ?? 0
    const due = Math.round((steady * weighed) / total)
    const count = ordinal === burst ? BURST : due - spent
    if (ordinal !== burst) spent = due
    const visit = {
      of,
      victim,
      theft,
      dayMs,
      ordinal,
      visits: days.length,
      from,
      to: from + count,
      random: new Random(mix(world.seed, STREAM, of.index, victim, dayMs / DAY)),
    }
    from += count
    return visit
  })
}

function visitDays(theft: Theft, random: Random): number[] {
  const days: number[] = []
  for (let day = theft.fromDay; day <= theft.toDay; day++) {
    const dayMs = FIRST_DAY_MS + day * DAY
    if (!isWeekend(dayMs)) days.push(dayMs)
  }
  return days.filter((_, at) => at === 0 || at === days.length - 1 || random.chance(0.85))
}

const burstDay = (days: readonly number[]): number =>
  days.findIndex((dayMs, at) => at > 2 && days[at + 1] === dayMs + DAY)

export const isBurst = (visit: Visit): boolean =>
  visit.theft.also === 'throttled' && visit.to - visit.from === BURST

export function visitTimes(visit: Visit, records: number): number[] {
  const { random, dayMs, ordinal, victim, of } = visit
  const opens = of.index === 0 && victim === 0 && ordinal === 0
  const startMs = opens
    ? dayMs + 7 * MINUTE
    : dayMs + HOURS_FROM * HOUR + random.below(150 * MINUTE)
  const wanted = startMs + records * 2 * MINUTE + random.below(3 * HOUR)
  const endMs = Math.min(dayMs + HOURS_TO * HOUR - MINUTE, wanted)
  const step = (endMs - startMs) / Math.max(1, records)
  return Array.from({ length: records }, (_, at) =>
    at === 0 ? startMs : Math.floor(startMs + step * at + random.below(Math.max(1, step / 3))),
  )
}
