import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { receiveCore } from '../src/gate/gate.ts'
import { BLOCK_BYTES } from '../src/gate/hold_layout.ts'
import { ownMark } from '../src/gate/process_mark.ts'
import { READ, Spool, type SpoolEntry, WAITS } from '../src/gate/spool.ts'
import {
  coreOfTold,
  type Edit,
  gateOf,
  noPerl,
  parsed,
  type ScriptGate,
  TELLS,
  TOLD,
  type Told,
} from './gate_scripts.ts'
import { arrivalOfBytes, gateWith, logOf, place } from './gate_world.ts'

const CORE = coreOfTold(200_000, 200_000)
const AHEAD = 4

/** As the kernel starts it: in no control group. Many may be at work. */
function gate(edit: Edit = String): ScriptGate {
  const groups = place('cgroup')
  writeFileSync(groups, '0::/\n')
  return gateOf(TELLS, (text) =>
    edit(
      text
        .replace('"/proc/self/cgroup"', () => `"${groups}"`)
        .replace('@older >= 3', '@older >= 40')
        .replace('@older) >= 2', '@older) >= 20'),
    ),
  )
}

const spoolOf = ({ spool }: ScriptGate) => Spool.open(spool, { isMade: false })

/** Cores of this process, which is older than any that it starts. */
function others(of: ScriptGate, count: number, program: string, isRead = true): SpoolEntry[] {
  return Array.from({ length: count }, () => {
    const entry = spoolOf(of).begin(program)
    if (isRead) entry.say(READ)
    return entry
  })
}

interface Crashed {
  readonly script: ChildProcess
  readonly ended: Promise<unknown[]>
}

function crash(of: ScriptGate): Crashed {
  const file = place('core')
  writeFileSync(file, CORE)
  const call = 'core=$1; shift; cat "$core" | "$0" "$@"'
  const script = spawn('/bin/sh', ['-c', call, of.receive, file, ...TOLD], { env: {} })
  return { script, ended: once(script, 'exit') }
}

async function waiting(of: ScriptGate): Promise<string> {
  for (let looks = 0; ; looks++) {
    const found = spoolOf(of)
      .saidAtWork()
      .find(({ notes }) => notes.includes(WAITS) && notes.includes(READ))
    if (found !== undefined) return found.name
    assert.ok(looks < 1000, 'it takes ten seconds')
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await sleep(10)
  }
}

const isStarted = (of: ScriptGate) => existsSync(path.join(of.spool, 'told'))
const told = (of: ScriptGate): Told => parsed(readFileSync(path.join(of.spool, 'told'), 'utf8'))
const pidIn = (entry: string) => Number(entry.split('-')[3])

describe('a core that was read', { skip: noPerl }, () => {
  it('waits while four that were read are ahead of it, and its process is gone', async () => {
    const of = gate()
    const [first, ...rest] = others(of, AHEAD, 'other')
    const { ended } = crash(of)
    const entry = await waiting(of)
    assert.deepEqual(readFileSync(`/proc/${pidIn(entry)}/comm`, 'utf8'), 'perl\n')
    assert.equal(spoolOf(of).bytesHeld(), Math.ceil(CORE.length / BLOCK_BYTES) * BLOCK_BYTES)
    assert.deepEqual(spoolOf(of).countOf(), { all: AHEAD + 1, started: AHEAD })
    await sleep(1000)
    assert.equal(isStarted(of), false)
    first?.discard()
    assert.deepEqual(await ended, [0, null])
    const { isAll, isGone, first: length } = told(of)
    assert.deepEqual([told(of).entry, isAll, isGone, length], [entry, '1', true, CORE.length])
    assert.deepEqual(readdirSync(path.join(of.spool, entry)).includes(WAITS), false)
    for (const each of rest) each.discard()
  })

  for (const [what, count, isRead] of [
    ['fewer are ahead of it', AHEAD - 1, true],
    ['those ahead of it are still read', AHEAD, false],
  ] as const)
    it(`does not wait where ${what}`, async () => {
      const of = gate()
      others(of, count, 'other', isRead)
      assert.deepEqual(await crash(of).ended, [0, null])
      assert.equal(told(of).isAll, '1')
    })

  for (const [what, edit, program] of [
    ['as many are at work as may', '40', 'other'],
    ['half of them are of its program', '20', 'it_s__rm_-rf__HOME__x_-0'],
  ] as const)
    it(`is left to Node, which refuses it, where ${what}`, async () => {
      const of = gate((text) => text.replace(`>= ${edit}`, `>= ${AHEAD}`))
      others(of, AHEAD, program)
      assert.deepEqual(await crash(of).ended, [0, null])
      const notes = readdirSync(path.join(of.spool, told(of).entry ?? ''))
      assert.deepEqual(notes, ['ticket-it_s__rm_-rf__HOME__x_-0'])
    })

  it('waits no longer where none of those ahead of it ends', async () => {
    const of = gate((text) => text.replace('> 900000', '> 300'))
    others(of, AHEAD, 'other')
    assert.deepEqual(await crash(of).ended, [0, null])
    assert.equal(told(of).isAll, '1')
  })

  it('leaves a line in the log where it is killed while it waits', async () => {
    const of = gate()
    const all = others(of, AHEAD, 'other')
    const { ended } = crash(of)
    const entry = await waiting(of)
    process.kill(pidIn(entry), 'SIGKILL')
    assert.deepEqual(await ended, [3, null])
    assert.match(of.log(), /process 77: no core, what received it ended with 137/)
    for (const each of all) each.discard()
    assert.deepEqual([spoolOf(of).bytesHeld(), spoolOf(of).leftovers()], [0, [entry]])
  })
})

describe('cores at work, by Node', () => {
  const limits = { maxMemoryBytes: 1 << 24, maxSizeBytes: 1 << 30, keepFreeBytes: 0 }

  it('may be as many as wait, and no more of them started than 32', async () => {
    const world = gateWith({ limits: { ...limits, maxAtOnce: 100 } })
    const many = Array.from({ length: 40 }, (_, i) => world.spool.begin(`other${i}`))
    const refused = await receiveCore(world, arrivalOfBytes(CORE))
    assert.match(refused.outcome === 'lost' ? refused.why : '', /^32 cores are being received/)
    for (const entry of many) entry.say(WAITS)
    assert.deepEqual(world.spool.countOf(), { all: 40, started: 0 })
    assert.equal((await receiveCore(world, arrivalOfBytes(CORE))).outcome, 'core')
  })

  it('are not refused once they waited', async () => {
    const world = gateWith({ limits: { ...limits, maxAtOnce: 1 } })
    world.spool.begin('other')
    const entry = `.unfinished-${ownMark()}.before`
    const folder = path.join(world.spool.folder, entry)
    mkdirSync(folder)
    for (const name of ['ticket-test', READ]) writeFileSync(path.join(folder, name), '')
    const arrival = arrivalOfBytes(CORE)
    Object.defineProperty(arrival.inlet, 'entry', { value: entry })
    assert.equal((await receiveCore(world, arrival)).outcome, 'core', logOf(world))
    const [core = ''] = world.spool.entries()
    assert.equal(existsSync(path.join(world.spool.folder, core, READ)), false)
  })
})
