import { DAY } from '../world/calendar.ts'
import type { Happenings } from '../world/events.ts'
import type { Random } from '../world/random.ts'
import type { Truth } from '../world/truth.ts'
import type { Organisation, Person, World } from '../world/world.ts'

/** A day of a tenant: where its records go, and the truth about them. */
export interface TenantDay {
  readonly world: World
  readonly of: Organisation
  readonly dayMs: number
  readonly into: Happenings
  readonly truth: Truth
}

/** With the random numbers of one kind of activity. */
export interface DrawnDay extends TenantDay {
  readonly random: Random
}

export const drawn = (day: TenantDay, stream: number): DrawnDay => ({
  ...day,
  random: day.world.random(stream, day.of.index, day.dayMs / DAY),
})

/** Somebody whose mailbox was not read. */
export function someone({ world, of, random }: Omit<DrawnDay, 'truth'>): Person {
  const first = of.thefts.length
  return world.person(of, first + random.below(of.headcount - first))
}
