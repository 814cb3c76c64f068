import type { Happenings } from '../world/events.ts'
import type { Random } from '../world/random.ts'
import type { Truth } from '../world/truth.ts'
import type { Organisation, World } from '../world/world.ts'

export interface TenantDay {
  readonly world: World
  readonly of: Organisation
  readonly dayMs: number
  readonly random: Random
  readonly into: Happenings
  readonly truth: Truth
}
