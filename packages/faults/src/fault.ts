/**
 * A fault: an ordinary accident to evidence, as a function from one world to another.
 *
 * @module
 */
import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface Fault {
  readonly name: string
  /** The ordinary accident, in one sentence. */
  readonly accident: string
  /** What it does to knowledge, in one sentence. */
  readonly does: string
  /**
   * Whether what it takes from the access logs leaves a mark that a reader could see. Where it leaves none, an upper
   * bound below the truth is no mistake of the reader's.
   */
  readonly leavesNoMark?: boolean
  readonly apply: (world: World, random: Random) => World
}
