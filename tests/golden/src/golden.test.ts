/**
 * Golden worlds: each accident of `worlds/`, with the truth written on its page, investigated by the built command.
 * What must hold is what the page says, and three things that hold for every page: nobody genuine is accused, no forger
 * passes for genuine or goes unmentioned, and the truth is between the bounds.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ROOT } from '@mintmark/testkit'
import { type Access, type Expanded, expand } from './expand.ts'
import { type Judged, judge, type Verdict } from './judged.ts'
import { cell, type World, worlds } from './notation.ts'
import { REPORT_CHECKS } from './report_checks.ts'
import { writeLogs } from './write_logs.ts'

const INVICTUS = path.resolve(ROOT, '../shared/data/invictus')
const isReal = (world: World) => world.logs.some((line) => line['log'] === 'invictus')

// Two at once: each waits for its processes.
describe('golden worlds', { concurrency: 2 }, () => {
  for (const world of worlds()) {
    const isMissing = isReal(world) && !existsSync(INVICTUS)
    const skip = isMissing ? 'the real tenant (shared/data/invictus) is not at hand' : false
    describe(`${world.name}: ${world.title}`, { skip }, () => tests(world))
  }
})

interface Run {
  readonly place: string
  readonly truth: Expanded
  readonly judged: Judged
}

function tests(world: World): void {
  let run: Run
  before(async () => {
    run = await runOf(world)
  })
  after(() => rmSync(run.place, { recursive: true, force: true }))
  accessTests(world, () => run)
  answerTests(world, () => run)
}

async function runOf(world: World): Promise<Run> {
  const place = mkdtempSync(path.join(tmpdir(), 'mintmark-golden-'))
  const logs = path.join(place, 'logs')
  mkdirSync(logs)
  const truth = expand(world)
  if (!isReal(world)) writeLogs(logs, world.logs, truth)
  const judged = await judge(isReal(world) ? INVICTUS : logs, path.join(place, 'case'))
  return { place, truth, judged }
}

function accessTests(world: World, run: () => Run): void {
  for (const line of world.expect) {
    const name = cell(line, 'access')
    const allowed = cell(line, 'allowed').split(' | ')
    it(`gives ${name}: ${allowed.join(', or ')}`, () => {
      const own = run().truth.accesses.filter((access) => access.name === name)
      assert.ok(own.length > 0)
      allAre(own, run().judged, (given) => allowed.includes(wordsOf(given)))
    })
  }

  it('establishes nothing against anybody genuine', () => {
    const { truth, judged } = run()
    allAre(truth.accesses.filter(isGenuine), judged, ({ strength }) => strength !== 'established')
    const given = [...judged.verdicts.values()]
    if (isReal(world)) assert.ok(given.every(({ strength }) => strength !== 'established'))
  })
  // Nobody knows the truth of a real tenant.
  if (!isReal(world)) truthTests(run)
}

function truthTests(run: () => Run): void {
  it('lets no forger pass for genuine, nor go unmentioned', () => {
    const { truth, judged } = run()
    allAre(truth.accesses.filter(isForged), judged, isMentioned)
  })

  it('has the truth between its bounds', () => {
    const { truth, judged } = run()
    const forged = truth.accesses.filter(isForged).flatMap(({ messages }) => messages)
    const messages = new Set(forged).size
    const { lower, upper } = judged.messages
    assert.ok(lower <= messages, `at least ${lower}, of ${messages}`)
    assert.ok(upper === null || messages <= upper, `at most ${upper}, of ${messages}`)
  })
}

/** As a page writes it: `unissued lead`, or `issued` alone. */
const wordsOf = ({ verdict, strength }: Verdict) =>
  strength === '-' ? verdict : `${verdict} ${strength}`
const isMentioned = ({ verdict, strength }: Verdict) => verdict !== 'issued' && strength !== '-'
const isForged = ({ by }: Access) => by === 'forger'
const isGenuine = (access: Access) => !isForged(access)

function answerTests({ answer }: World, run: () => Run): void {
  const allowed = (what: string) => answer.get(what)?.split('|') ?? []
  const records = answer.get('records')
  if (records !== undefined)
    it(`gives ${records} accesses a verdict`, () => {
      assert.equal(run().judged.verdicts.size, Number(records), run().judged.err)
    })

  const headlines = allowed('headline')
  if (headlines.length > 0)
    it(`says ${headlines.join(' or ')}`, () => {
      const { headline } = run().judged
      assert.ok(
        headlines.some((word) => headline.startsWith(word)),
        headline,
      )
    })

  it(`ends with exit code ${allowed('exit').join(' or ')}`, () => {
    const { code, headline } = run().judged
    assert.ok(allowed('exit').includes(String(code)), `${code}: ${headline}`)
  })

  const words = answer.get('mentions')
  if (words !== undefined)
    it(`mentions ${words}`, () => {
      const { out, err } = run().judged
      assert.match(`${out}\n${err}`, new RegExp(words, 'i'))
    })

  const wanted = answer.get('report')
  if (wanted !== undefined)
    it(`writes a report with ${wanted}`, async () => {
      const check = REPORT_CHECKS[wanted]
      assert.ok(check)
      await check(run().place, run().judged)
    })
}

/** Fails with the first accesses that have a wrong verdict, and how many there are. */
function allAre(
  accesses: readonly Access[],
  { verdicts }: Judged,
  isRight: (verdict: Verdict) => boolean,
): void {
  const bad = accesses.flatMap(({ id, name, person, atMs }) => {
    const given = verdicts.get(id)
    if (given === undefined || isRight(given)) return []
    const when = new Date(atMs).toISOString().slice(0, 16)
    return [`${name} of ${person.word} at ${when}: ${Object.values(given).join(' ')}`]
  })
  assert.equal(bad.length, 0, `${bad.length} of ${accesses.length}\n${bad.slice(0, 5).join('\n')}`)
}
