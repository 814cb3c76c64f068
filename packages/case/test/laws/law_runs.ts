/**
 * Holds a law to many small worlds at once: each is a tenant of one case.
 *
 * A world that breaks a law in company is tried by itself, and in simpler forms, so that what is printed is small.
 *
 * @module
 */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Judge, Said } from './law_judges.ts'
import type { SmallWorld } from './law_world.ts'

/** Worlds of one case: of a few runs, few. */
const MOST_AT_ONCE = 200

export interface Law<T, W extends SmallWorld = SmallWorld> {
  /** Laws of one family begin with the same worlds, which get their verdicts once for all of them. */
  readonly family: string
  /** How many worlds are tried where nobody says it. */
  readonly runs: number
  readonly input: fc.Arbitrary<T>
  /** The world as it is, at the place of this number. */
  before(input: T, number: number): W
  /** The world as it is afterwards; absent for a law of one world. */
  after?(input: T, number: number): W
  /** Worlds that are in the case beside the others, afterwards. */
  beside?(inputs: readonly T[]): readonly W[]
  /**
   * Whether a world must break the law by itself to count. One that breaks it beside others alone is else a breach, too.
   * Scope looks for an attacker's contexts in all tenants of a case, so that what one of them loses can concern another.
   */
  readonly isOfOneTenant?: boolean
  /** Where a world breaks the law: simpler ones, the simplest first. Those of one list are tried in one case. */
  simpler(input: T): readonly (readonly T[])[]
  /** What is wrong: a line each. */
  faults(before: Said, after: Said, world: W): readonly string[]
}

/** Fails with a small world that breaks the law, and with how many of the worlds do. */
export async function holds<T, W extends SmallWorld>(
  judge: Judge<W>,
  law: Law<T, W>,
): Promise<void> {
  const runs = Number(process.env['FUZZ_RUNS'] ?? law.runs)
  const atOnce = Math.min(runs, MOST_AT_ONCE)
  for (let tried = 0; tried < runs; tried += atOnce) {
    const seeds = Array.from({ length: atOnce }, (_, i) => tried + i + 1)
    const inputs = seeds.map((seed) => inputOf(law, seed))
    const faults = await faultsOf(judge, law, inputs, `${law.family} ${tried}`)
    const broken = faults.flatMap((own, i) => (own.length > 0 ? [i] : []))
    for (const i of broken) {
      const input = inputs[i]
      if (input === undefined) continue
      const why = await smallest(judge, law, input, faults[i] ?? [])
      const count = `${broken.length} of ${atOnce} worlds break this law, after ${tried} that did not.`
      if (why !== '') assert.fail(`${count}\n${why}`)
    }
  }
}

/** What is drawn with this seed. */
function inputOf<T, W extends SmallWorld>({ input }: Law<T, W>, seed: number): T {
  const [drawn] = fc.sample(input, { seed, numRuns: 1 })
  if (drawn === undefined) throw new Error('nothing was drawn')
  return drawn
}

/** The smallest world that breaks the law by itself; `''` where none does that counts. */
async function smallest<T, W extends SmallWorld>(
  judge: Judge<W>,
  law: Law<T, W>,
  input: T,
  faults: readonly string[],
): Promise<string> {
  const [alone = []] = await faultsOf(judge, law, [input])
  const isTogether = alone.length === 0
  if (isTogether && law.isOfOneTenant === true) return ''
  if (isTogether) return `Beside other tenants alone: ${described(input, faults)}`
  for (const simpler of law.simpler(input)) {
    const own = await faultsOf(judge, law, simpler)
    const i = own.findIndex((some) => some.length > 0)
    if (i >= 0) return described(simpler[i], own[i] ?? [])
  }
  return described(input, alone)
}

const described = (input: unknown, faults: readonly string[]) =>
  `${JSON.stringify(input)}\n${shown(faults)}`

const SHOWN = 6
const shown = (faults: readonly string[]) =>
  [
    ...faults.slice(0, SHOWN),
    ...(faults.length > SHOWN ? [`and ${faults.length - SHOWN} more`] : []),
  ].join('\n')

/** What was said of worlds as they are, by family and the first that is tried. */
const said = new Map<string, readonly Said[]>()

/** What is wrong with each world, all of them tried in one case. */
async function faultsOf<T, W extends SmallWorld>(
  judge: Judge<W>,
  law: Law<T, W>,
  inputs: readonly T[],
  name = '',
): Promise<(readonly string[])[]> {
  const worlds = inputs.map((input, i) => law.before(input, i))
  const before = said.get(name) ?? (await judge(worlds))
  if (name !== '') said.set(name, before)
  const after = await judgedAfter(judge, law, inputs, worlds, before)
  return worlds.map((world, i) => {
    const [own, other] = [before[i], after[i]]
    return own === undefined || other === undefined ? ['not judged'] : law.faults(own, other, world)
  })
}

async function judgedAfter<T, W extends SmallWorld>(
  judge: Judge<W>,
  law: Law<T, W>,
  inputs: readonly T[],
  worlds: readonly W[],
  before: readonly Said[],
): Promise<readonly Said[]> {
  if (law.after === undefined && law.beside === undefined) return before
  const changed = inputs.flatMap((input, i) => law.after?.(input, i) ?? worlds[i] ?? [])
  return await judge([...changed, ...(law.beside?.(inputs) ?? [])])
}
