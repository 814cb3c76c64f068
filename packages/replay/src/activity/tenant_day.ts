import { DAY } from '../world/calendar.ts'
import type { Happenings } from '../world/events.ts'
import type { Random } from '../world/random.ts'
import type { Truth } from '../world/truth.ts'
import type { Organisation, Person, World } from '../world/world.ts'

export interface TenantDay {
  readonly world: World
  readonly of: Organisation
  readonly dayMs: number
  readonly into: Happenings
  readonly truth: Truth
}

export interface DrawnDay extends TenantDay {
  readonly random: Random
}

export const drawn = (day: TenantDay, stream: number): DrawnDay => ({
  ...day,
  random: day.world.random(stream, day.of.index, day.dayMs / DAY),
})

export function someone({ world, of, random }: Omit<DrawnDay, 'truth'>): Person {
  const first = of.thefts.length
  return world.person(of, first + random.below(of.headcount - first))
}
