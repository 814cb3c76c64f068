/** What a finished case answers without doing the work again, and when it must. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { answer, finishedAnswer } from '../../src/answer/answer.ts'
import { hunt, huntOnce } from '../../src/answer/prepare.ts'
import type { Case } from '../../src/store/case.ts'
import { access, addMark, fill, issuance, type OpenWorld, openWorld } from '../world.ts'

const PERSON = 'anna@a.example.org'
const ownHunts = mkdtempSync(join(tmpdir(), 'mintmark-hunts-'))
let world: OpenWorld
let opened: Case
before(async () => {
  const hunts = new URL('../../hunts/', import.meta.url)
  const own = readFileSync(new URL('id_structure.sql', hunts), 'utf8')
  writeFileSync(join(ownHunts, 'mine.sql'), own.replace(/^-- id: .*$/m, '-- id: mine'))
  world = await openWorld()
  opened = { ...world, location: 'a case' }
  await fill(world.session, {
    access: [access(1, { principal: PERSON })],
    issuance: [issuance(0, PERSON)],
  })
})
after(async () => {
  await world.close()
  rmSync(ownHunts, { recursive: true, force: true })
})

describe('a finished case', () => {
  it('keeps the last answer to the whole case after a selection', async () => {
    assert.equal(await finishedAnswer(opened), undefined)
    const whole = await answer(opened)
    await answer(opened, { all: true })
    assert.deepEqual(await finishedAnswer(opened), whole)
  })

  it('has none while the hits of other hunts are in the case', async () => {
    const whole = await answer(opened)
    await hunt(world.session, { dirs: [ownHunts] })
    assert.equal(await finishedAnswer(opened), undefined)
    assert.deepEqual(await answer(opened), whole)
    assert.deepEqual(await finishedAnswer(opened), whole)
  })

  it('is the same where the files of the hunts are in another folder', async () => {
    const whole = await answer(opened, {}, { hunts: { dirs: [ownHunts] } })
    const moved = mkdtempSync(join(tmpdir(), 'mintmark-moved-'))
    cpSync(ownHunts, moved, { recursive: true })
    assert.deepEqual(await finishedAnswer(opened, { dirs: [moved] }), whole)
    rmSync(moved, { recursive: true })
    await answer(opened)
  })

  it('has no answer after a new mark', async () => {
    const mark = { kind: 'address', value: '203.0.113.99', party: 'legitimate' } as const
    await addMark(world.session, { ...mark, reason: 'our own test', who: 'ann' })
    assert.equal(await finishedAnswer(opened), undefined)
  })
})

it('an answer reports the step of its scope before it selects', async () => {
  const steps: string[] = []
  await assert.rejects(answer(opened, { ips: ['none'] }, { onStep: (step) => steps.push(step) }), {
    code: 'INPUT_INVALID',
  })
  assert.deepEqual(steps, ['seal', 'reconcile', 'hunts', 'scope'])
})

/** Hits that no hunt would find again. */
const plant = async () =>
  await world.session.command(
    `INSERT INTO hunt_hit (hunt, class, strength, at, principal) VALUES ('id_structure', 'forged', 'lead', now64(3), '${PERSON}')`,
  )

async function hitsOf(): Promise<number | undefined> {
  const [found] = await huntOnce(world.session, { only: ['id_structure'] })
  return found?.hits
}

describe('hunts', () => {
  it('are not run again on the same evidence', async () => {
    await hunt(world.session)
    await plant()
    assert.equal(await hitsOf(), 1)
  })

  it('are run again where one of them ran by itself since', async () => {
    await hunt(world.session, { only: ['id_structure'] })
    await plant()
    assert.equal(await hitsOf(), 0)
  })
})
