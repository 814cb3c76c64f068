import type { Happenings } from '../world/events.ts'
import type { Random } from '../world/random.ts'
import type { Truth } from '../world/truth.ts'
import type { Organisation, World } from '../world/world.ts'

/** A day of a tenant: where its records go, and the truth about them. */
export interface TenantDay {
  readonly world: World
  readonly of: Organisation
  readonly dayMs: number
  readonly random: Random
  readonly into: Happenings
  readonly truth: Truth
}
