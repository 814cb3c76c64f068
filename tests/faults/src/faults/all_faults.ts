/** Every fault, and how one is put into a world. */
import type { Fault } from '../world/fault.ts'
import { Random } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { ACCESS_ROWS } from './access_rows.ts'
import { CLOCKS } from './clocks.ts'
import { COLUMNS } from './columns.ts'
import { FILES } from './files.ts'
import { FORGER } from './forger.ts'
import { SIGN_IN_ROWS } from './sign_in_rows.ts'
import { WHOLE_LOGS } from './whole_logs.ts'
import { WRONG_COLUMNS } from './wrong_columns.ts'

export const FAULTS: readonly Fault[] = [
  ...SIGN_IN_ROWS,
  ...ACCESS_ROWS,
  ...COLUMNS,
  ...WRONG_COLUMNS,
  ...WHOLE_LOGS,
  ...CLOCKS,
  ...FILES,
]

/** Every fault, and every choice of a forger’s, by the name that it is asked for. */
export function faultNamed(name: string): Fault | undefined {
  return [...FAULTS, ...FORGER].find((fault) => fault.name === name)
}

/** A world with one fault more, or undefined where it cannot happen there; the same seed gives the same. */
export function faulted(world: World, fault: Fault): World | undefined {
  const random = new Random(97, world.seed, world.faults.length)
  const changed = fault.apply(world, random)
  if (changed === undefined) return undefined
  return {
    ...changed,
    files: changed.files.filter(({ rows }) => rows.length > 0),
    faults: [...world.faults, fault.name],
  }
}
