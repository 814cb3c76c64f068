/**
 * Every fault, by name.
 *
 * @module
 */
import type { Fault } from '../fault.ts'
import { Random } from '../random.ts'
import type { World } from '../world.ts'
import { ROWS_LOST } from './rows_lost.ts'

export const FAULTS: readonly Fault[] = [...ROWS_LOST]

/** A world with one fault more; the same seed gives the same. */
export function faulted(world: World, fault: Fault): World {
  const random = new Random(97, world.seed, world.faults.length)
  const changed = fault.apply(world, random)
  return {
    ...changed,
    files: changed.files.filter(({ rows }) => rows.length > 0),
    faults: [...world.faults, fault.name],
  }
}
