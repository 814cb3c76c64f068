/**
 * What the product says of evidence with known truth, when ordinary accidents have happened to it.
 *
 * Each world is written to a folder, with no fault, each fault alone, and pairs of faults; the product investigates it in
 * this process. Two numbers must be 0: genuine accesses that are accused (`established`), and bounds that the truth is
 * outside of. Then the run ends with 0, else with 1.
 *
 * Usage: node bench/dist/src/truth.bench.js [--seeds N] [--first SEED] [--worlds a,b] [--faults x,y] [--pairs N]
 *   [--people N] [--explain] [--list] [--keep DIR]. `--faults none` runs no fault; `--explain` lists also what was missed
 *   and false leads; `--keep` leaves the evidence and the case. BENCH_TINY=1 only checks that it runs.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  campus,
  FAULTS,
  type Fault,
  faulted,
  firm,
  type Measure,
  measure,
  Random,
  replayWorld,
  type World,
} from '@mintmark/faults'
import { faultName, lineOf, mistakesOf, tableOf } from './truth_table.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    worlds: { type: 'string' },
    faults: { type: 'string' },
    pairs: { type: 'string', default: '0' },
    people: { type: 'string' },
    explain: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
})
const isTiny = process.env['BENCH_TINY'] === '1'

type Make = (seed: number, people: number | undefined) => World | Promise<World>
const WORLDS: Readonly<Record<string, Make>> = {
  firm: (seed, people) => firm(seed, people === undefined ? {} : { people }),
  campus: (seed, people) => campus(seed, people === undefined ? {} : { people }),
  replay: (seed) => replayWorld(seed),
}

const faults = FAULTS.filter(({ name }) => named(values.faults, name))
if (values.list) {
  for (const { name, accident, does } of FAULTS) console.log(`${name}: ${accident} ${does}`)
} else await run()

async function run(): Promise<void> {
  const measures: Measure[] = []
  const worlds = Object.entries(WORLDS).filter(([name]) =>
    named(isTiny && values.worlds === undefined ? 'firm,campus' : values.worlds, name),
  )
  const seeds = isTiny ? 1 : Number(values.seeds)
  const people = isTiny ? 5 : values.people === undefined ? undefined : Number(values.people)
  for (let seed = Number(values.first); seed < Number(values.first) + seeds; seed++)
    for (const [, make] of worlds) {
      // oxlint-disable-next-line no-await-in-loop -- worlds are large: one is in memory
      const world = await make(seed, people)
      // oxlint-disable-next-line no-await-in-loop -- one case at a time: the engine has one folder a process
      for (const changed of variants(world)) measures.push(await measured(changed))
    }
  console.log(`\n${tableOf(measures)}`)
  const recall = measures.filter((each) => each.faults.length === 0)
  const forged = recall.reduce((sum, each) => sum + each.determinable, 0)
  const established = recall.reduce((sum, each) => sum + each.forgedEstablished, 0)
  console.log(`\nno fault: ${established} of ${forged} determinable forged accesses established`)
  const mistakes = measures.flatMap((each) => mistakesOf(each, values.explain ? 40 : 3))
  if (mistakes.length > 0) {
    console.log(mistakes.join('\n'))
    if (!isTiny) process.exitCode = 1
  }
}

/** The world with no fault, with each fault, and with pairs of faults; without what cannot happen in it. */
function* variants(world: World): Iterable<World> {
  if (values.faults === undefined || named(values.faults, 'none')) yield world
  const alone = isTiny ? faults.slice(0, 3) : faults
  for (const fault of alone) yield* after(world, fault)
  const random = new Random(5, world.seed)
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    const [first, second] = random.sample(faults, 2)
    if (first === undefined || second === undefined) continue
    for (const changed of after(world, first)) yield* after(changed, second)
  }
}

function after(world: World, fault: Fault): World[] {
  const changed = faulted(world, fault)
  return changed === undefined ? [] : [changed]
}

async function measured(world: World): Promise<Measure> {
  const place = [world.name, world.seed, ...world.faults].join('-')
  const result = await measure(
    world,
    values.keep === undefined ? undefined : join(values.keep, place),
  )
  const { falseEstablished, violations, missed } = result
  console.error(
    `${faultName(result)} · ${result.world} ${result.seed} (${world.people} people): ${falseEstablished.length} false, ` +
      `${violations.length} bounds, ${missed.length} missed, ${Math.round(result.milliseconds)} ms`,
  )
  if (values.explain) {
    for (const each of missed.slice(0, 20)) console.log(`  missed ${lineOf(each)}`)
    for (const each of result.falseLeads.slice(0, 20)) console.log(`  lead   ${lineOf(each)}`)
  }
  return result
}

function named(list: string | undefined, name: string): boolean {
  return list === undefined || list.split(',').includes(name)
}
