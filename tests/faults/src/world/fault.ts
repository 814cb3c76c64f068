/** A fault: an ordinary accident to evidence, as a function from one world to another. */
import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface Fault {
  readonly name: string
  /** The ordinary accident, in one sentence. */
  readonly accident: string
  /** What it does to knowledge, in one sentence. */
  readonly does: string
  /** The world after it; undefined where this world has nothing that it could happen to. */
  readonly apply: (world: World, random: Random) => World | undefined
}
