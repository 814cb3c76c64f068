/**
 * What the product says of evidence with known truth, when ordinary accidents have happened to it.
 * Each world is written to a folder as it is, with each fault alone, with each choice of a forger's, and with pairs of
 * faults; the product investigates it in this process. These must be 0, or the run ends with 1: genuine accesses that are
 * accused (`established`), bounds that the truth is outside of, and forged accesses that the forger's own choices hide.
 * Usage: node bench/src/truth.bench.ts [--seeds N] [--first SEED] [--worlds firm,campus,replay] [--faults x,y]
 *   [--pairs N] [--share S] [--people N] [--explain] [--list] [--keep DIR] [--record FILE] [--markdown]
 * `--faults` takes names, and `none`, `faults` and `forger` for all of a kind; `--share 0.2` draws a fifth of them for each
 * seed. `--explain` prints every mistake, what was missed, and ordinary accesses that are leads. `--keep` leaves evidence
 * and case. `--record` keeps outcomes in a file, does not repeat what it has, and prints a table of all of it; several runs
 * may share one, each with seeds of its own. BENCH_TINY=1 only checks that it runs.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FAULTS, FORGER, measure, type World } from '@mintmark/faults'
import { faultName, mistakesIn, type Outcome, outcomeOf } from './parts/truth_outcome.ts'
import { mistakesOf, summaryOf, tableOf } from './parts/truth_table.ts'
import { carriedOut, type Plan, plansFor, WORLDS } from './parts/truth_worlds.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    worlds: { type: 'string' },
    faults: { type: 'string' },
    pairs: { type: 'string', default: '0' },
    share: { type: 'string', default: '1' },
    people: { type: 'string' },
    explain: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    keep: { type: 'string' },
    record: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})
const isTiny = process.env['BENCH_TINY'] === '1'
const tiny = {
  seeds: 1,
  people: 5,
  worlds: ['firm'],
  faults: ['none', 'sign-in-hour-lost', 'files-gzipped'],
}

if (values.list)
  for (const { name, accident, does } of [...FAULTS, ...FORGER])
    console.log(`${name}: ${accident} ${does}`)
else await run()

async function run(): Promise<void> {
  const outcomes = recorded()
  const seeds = isTiny ? tiny.seeds : Number(values.seeds)
  for (let seed = Number(values.first); seed < Number(values.first) + seeds; seed++)
    // oxlint-disable-next-line no-await-in-loop -- worlds are large, and the engine has one case at a time
    for (const name of isTiny ? tiny.worlds : (values.worlds?.split(',') ?? Object.keys(WORLDS))) {
      // oxlint-disable-next-line no-await-in-loop -- worlds are large, and the engine has one case at a time
      await runWorld(name, seed, outcomes)
    }
  report([...outcomes.values()])
}

/** Outcomes of earlier runs, by what they are of. */
function recorded(): Map<string, Outcome> {
  const { record } = values
  if (record === undefined || !existsSync(record)) return new Map()
  const lines = readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      // oxlint-disable-next-line no-unsafe-type-assertion -- written by a run of this bench
      const outcome = JSON.parse(line) as Outcome
      return [keyOf(outcome.world, outcome.seed, outcome.faults), outcome]
    }),
  )
}

function keyOf(world: string, seed: number, plan: Plan): string {
  return [world, seed, ...plan].join(' ')
}

async function runWorld(name: string, seed: number, outcomes: Map<string, Outcome>): Promise<void> {
  const asked = isTiny ? tiny.faults : values.faults?.split(',')
  const plans = plansFor(seed, asked, Number(values.pairs), Number(values.share)).filter(
    (plan) => !outcomes.has(keyOf(name, seed, plan)),
  )
  if (plans.length === 0) return
  const people = isTiny
    ? tiny.people
    : values.people === undefined
      ? undefined
      : Number(values.people)
  const world = await WORLDS[name]?.(seed, people)
  if (world === undefined) throw new RangeError(`no world is called ${name}`)
  for (const plan of plans) {
    const changed = carriedOut(world, plan)
    if (changed === undefined) continue
    // oxlint-disable-next-line no-await-in-loop -- the engine has one case at a time
    const outcome = await measured(changed)
    outcomes.set(keyOf(name, seed, plan), outcome)
    if (values.record !== undefined) appendFileSync(values.record, `${JSON.stringify(outcome)}\n`)
  }
}

async function measured(world: World): Promise<Outcome> {
  const place = [world.name, world.seed, ...world.faults].join('-')
  const folder = values.keep === undefined ? undefined : join(values.keep, place)
  const outcome = outcomeOf(world, await measure(world, folder))
  console.error(
    `${faultName(outcome)} · ${outcome.world} ${outcome.seed} (${world.people}): ` +
      `${outcome.falseEstablished} false, ${outcome.violations} bounds, ${outcome.established} established and ` +
      `${outcome.leads} leads of ${outcome.forged} forged, ${outcome.milliseconds} ms`,
  )
  if (values.explain) for (const note of outcome.notes) console.log(`  ${note}`)
  return outcome
}

function report(outcomes: readonly Outcome[]): void {
  console.log(`\n${tableOf(outcomes, values.markdown)}\n\n${summaryOf(outcomes)}`)
  const mistakes = outcomes.flatMap((each) => mistakesOf(each, values.explain ? 80 : 3))
  if (mistakes.length > 0) console.log(mistakes.join('\n'))
  if (outcomes.some((each) => mistakesIn(each) > 0)) process.exitCode = 1
}
