import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { BLOCK_BYTES, CHUNK_BYTES, FIRST_MOST_BYTES } from '../src/gate/hold_layout.ts'
import type { MemoryBound } from '../src/gate/memory_pool.ts'
import { Spool } from '../src/gate/spool.ts'
import {
  coreOfTold,
  type Edit,
  gateOf,
  noPerl,
  READS_ALL,
  readerOf,
  run,
  type ScriptGate,
  stalled,
  TELLS,
  toldBy,
} from './gate_scripts.ts'
import { filesIn, place, unpacked } from './gate_world.ts'

const BOUND = 3 * CHUNK_BYTES
/** Of what is large, the core's size counts; this much is small. */
const SMALL = CHUNK_BYTES

/** As the kernel starts it: in no control group. A core is small up to {@link SMALL}. */
function edited({ groups = '0::/\n', ...of }: { groups?: string; edit?: Edit } = {}): Edit {
  const file = place('cgroup')
  writeFileSync(file, groups)
  return (text) =>
    (of.edit ?? String)(
      text
        .replaceAll(`${FIRST_MOST_BYTES}`, `${SMALL}`)
        .replace('"/proc/self/cgroup"', () => `"${file}"`),
    )
}

const withoutHoles: Edit = (text) => text.replace(/syscall \d+(?=, \$file, 3,)/, 'syscall 99999')

const telling = (edit = edited(), bound: MemoryBound = BOUND) => gateOf(TELLS, edit, bound)
const spoolOf = ({ spool }: ScriptGate) => Spool.open(spool, { isMade: false })
const coreOf = (bytes: number) => coreOfTold(bytes, bytes)

describe('of a large core, before Node is started', { skip: noPerl }, () => {
  let gate: ScriptGate
  before(() => {
    gate = telling()
  })
  for (const [what, bytes, first, isGone] of [
    ['all', SMALL + 5000, SMALL + 5000, true],
    ['all, where it is a byte less than the bound', BOUND - 1, BOUND - 1, true],
    ['as much as the bound', BOUND, BOUND, false],
    ['no more than the bound', BOUND + 1, BOUND, false],
  ] as const)
    it(`there is read ${what}`, () => {
      const told = toldBy(gate, coreOf(bytes))
      assert.deepEqual([told.first, told.isGone, told.isAll], [first, isGone, isGone ? '1' : '0'])
      assert.match(told.entry ?? '', /^\.unfinished-/)
      assert.deepEqual(readdirSync(path.join(gate.spool, told.entry ?? '')), [
        ...(isGone ? ['read'] : []),
        'ticket-it_s__rm_-rf__HOME__x_-0',
      ])
    })

  it('there is read all, where its data fit: zeros take no room', () => {
    const core = coreOf(5 * CHUNK_BYTES + 7)
    core.fill(0, SMALL + 1, 4 * CHUNK_BYTES - 1)
    core[2 * CHUNK_BYTES + 5] = 1
    const told = toldBy(gate, core)
    assert.deepEqual([told.first, told.isAll], [core.length, '1'])
    assert.ok(told.held < 2 * CHUNK_BYTES + 5 * BLOCK_BYTES, String(told.held))
  })

  it('there is read what comes behind the end that its headers tell, too', () => {
    const told = toldBy(gate, coreOfTold(SMALL + 1, BOUND + 3))
    assert.deepEqual([told.first, told.isAll], [2 * CHUNK_BYTES, '0'])
  })
})

describe('zeros of a large core, before Node is started', { skip: noPerl }, () => {
  let gate: ScriptGate
  before(() => {
    gate = telling()
  })

  it('lie where they belong, as does what is between them', () => {
    const zeros = fc.tuple(fc.nat(300 * BLOCK_BYTES), fc.nat(40 * BLOCK_BYTES))
    fc.assert(
      fc.property(fc.array(zeros, { maxLength: 9 }), fc.nat(BLOCK_BYTES), (empty, more) => {
        const core = coreOf(SMALL + 150 * BLOCK_BYTES + more)
        for (const [from, length] of empty)
          core.fill(
            0,
            Math.min(core.length, 120 + from),
            Math.min(core.length, 120 + from + length),
          )
        // By its SHA-256.
        assert.equal(toldBy(gate, core).isAll, '1')
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 2) },
    )
  })

  it('there is read all that ends in zeros', () => {
    for (const more of [0, 7]) {
      const core = coreOf(5 * CHUNK_BYTES + more)
      core.fill(0, SMALL + 9 * BLOCK_BYTES)
      const { first, isAll, held } = toldBy(gate, core)
      assert.deepEqual([first, isAll], [core.length, '1'])
      assert.ok(held < SMALL + 30 * BLOCK_BYTES, String(held))
    }
  })

  it('there is read no more than the bound, where zeros cannot be given back', () => {
    const core = coreOf(5 * CHUNK_BYTES)
    core.fill(0, SMALL, 4 * CHUNK_BYTES)
    const { first, held } = toldBy(telling(edited({ edit: withoutHoles })), core)
    assert.deepEqual([first, held], [BOUND, BOUND])
  })
})

describe('what others hold of the memory', { skip: noPerl }, () => {
  let gate: ScriptGate
  before(() => {
    gate = telling()
  })

  it('is left to them: of a large core there is read the rest', () => {
    const other = spoolOf(gate).begin('other')
    other.sayHeld(1)
    assert.equal(toldBy(gate, coreOf(BOUND)).first, 2 * CHUNK_BYTES)
    other.discard()
  })

  it('is not counted once they are gone', () => {
    const name = path.basename(spoolOf(gate).begin('other').folder)
    const [boot, namespace, pid, start] =
      name.split('.')[1]?.slice('unfinished-'.length).split('-') ?? []
    for (const mark of [
      [boot, namespace, 2 ** 22 + 5, start],
      [boot, namespace, pid, Number(start) + 1],
      ['0badb007', namespace, pid, start],
    ]) {
      const left = path.join(gate.spool, `.unfinished-${mark.join('-')}.abcdef`)
      mkdirSync(left)
      writeFileSync(path.join(left, 'ticket-other'), '')
      truncateSync(path.join(left, 'ticket-other'), BOUND)
    }
    assert.equal(toldBy(gate, coreOf(BOUND - 1)).isAll, '1')
  })
})

/** Of a large core then no more than the pipe holds. */
function assertLeftToNode(gate: ScriptGate): void {
  const others = readdirSync(gate.spool)
  const told = toldBy(gate, coreOf(BOUND - 1))
  assert.ok(told.first <= 1 << 20, String(told.first))
  assert.deepEqual([told.entry, told.isGone], [undefined, false])
  assert.deepEqual(
    readdirSync(gate.spool).filter((name) => name !== 'told'),
    others,
  )
}

const smallAlone: Edit = (text) => text.replace(`$size > ${2 ** 41}`, `$size > ${SMALL}`)
const toMissing: Edit = (text) => text.replace('mkdir "$spool/', 'mkdir "$spool/missing/')

describe('a large core is left to Node', { skip: noPerl }, () => {
  for (const groups of ['0::/user.slice\n', '3:cpu,memory:/some\n0::/\n'])
    it(`in a control group, as ${groups.trim().replaceAll('\n', ' and ')}`, () => {
      assertLeftToNode(telling(edited({ groups })))
    })

  it('where others hold too much', () => {
    const gate = telling()
    spoolOf(gate)
      .begin('other')
      .sayHeld(2 * CHUNK_BYTES)
    assertLeftToNode(gate)
  })

  it('where it is larger than any may be', () => {
    assertLeftToNode(telling(edited({ edit: smallAlone })))
  })

  it('where little may be held', () => {
    assertLeftToNode(telling(edited(), SMALL))
  })

  it('where a quarter of what is available is no more than a small one', () => {
    const info = place('meminfo')
    writeFileSync(info, `MemAvailable: ${(4 * SMALL) / 1024} kB\n`)
    const edit: Edit = (text) =>
      text.replace('/proc/meminfo', info).replace(`available() / 128`, `available() / 2`)
    assertLeftToNode(telling(edited({ edit }), 'auto'))
  })

  it('where nothing can be said in the spool', () => {
    assertLeftToNode(telling(edited({ edit: toMissing })))
  })
})

describe('large cores at one time', { skip: noPerl }, () => {
  it('keep to one bound: of the second no more is read than is left', async () => {
    const gate = gateOf(READS_ALL, edited(), BOUND)
    const large = coreOfTold(2 ** 40, 5000)
    const [one, two] = [stalled(gate), stalled(gate)]
    const first = await readerOf(one.script.pid ?? 0)
    const second = await readerOf(two.script.pid ?? 0)
    writeSync(one.end, large)
    await until(() => spoolOf(gate).bytesHeld() === BOUND)
    writeSync(two.end, large)
    await until(() => readlinkSync(`/proc/${second}/exe`) === process.execPath)
    assert.deepEqual([spoolOf(gate).bytesHeld(), spoolOf(gate).atWork().length], [BOUND, 1])
    for (const reader of [first, second]) process.kill(reader, 'SIGKILL')
    await Promise.all([one.ended, two.ended])
    for (const { end } of [one, two]) closeSync(end)
  })

  it('one that is killed leaves a line in the log, and nothing raw', async () => {
    const gate = gateOf(READS_ALL, edited(), BOUND)
    const { end, script, ended } = stalled(gate)
    writeSync(end, coreOfTold(2 ** 40, 5000))
    const reader = await readerOf(script.pid ?? 0)
    await until(() => spoolOf(gate).bytesHeld() > 0)
    process.kill(reader, 'SIGKILL')
    assert.deepEqual(await ended, [3, null])
    closeSync(end)
    assert.match(gate.log(), /process 77: no core, what received it ended with 137/)
    assert.deepEqual([spoolOf(gate).bytesHeld(), spoolOf(gate).leftovers().length], [0, 1])
    const [left = ''] = spoolOf(gate).leftovers()
    const [ticket = ''] = readdirSync(path.join(gate.spool, left))
    const blocks = execFileSync('stat', ['-c', '%b', path.join(gate.spool, left, ticket)])
    assert.equal(Number(blocks), 0)
    assert.equal(spoolOf(gate).removeLeftovers(), 1)
  })
})

async function until(isSo: () => boolean): Promise<void> {
  for (let waits = 0; !isSo(); waits++) {
    assert.ok(waits < 1000, 'it takes ten seconds')
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await sleep(10)
  }
}

/** Receives with a scrub that changes nothing. */
const RECEIVES = `
const at = (name) => import(${JSON.stringify(new URL('../src/gate/', import.meta.url).href)} + name + '.js')
const { readFirst } = await at('first_bytes')
const { told, first } = readFirst(process.argv.slice(2))
const { arrivalOf, crashOf, GateLog, Inlet, loadState, receiveCore, Spool } = await at('receiver')
const { settings } = loadState(told[0])
const spool = Spool.open(settings.spool, { isMade: false })
const scrub = () => Promise.resolve({ erased: [], report: {}, isClean: true })
const limits = { ...settings.limits, maxSizeBytes: 2 ** 40 }
const gate = { spool, log: new GateLog(spool.folder), limits, compression: 'gzip', loadScrub: () => Promise.resolve(scrub) }
const { outcome } = await receiveCore(gate, arrivalOf(crashOf(told.slice(1), 1), new Inlet(0, first)))
process.exit(outcome === 'core' ? 0 : 3)
`

describe('a large core', { skip: noPerl }, () => {
  for (const [what, bytes] of [
    ['all of it', BOUND - 1],
    ['some of it', BOUND + 70_000],
  ] as const)
    it(`lands, where ${what} was read before`, () => {
      const core = coreOf(bytes)
      core.fill(0, CHUNK_BYTES, 2 * CHUNK_BYTES)
      const gate = gateOf(RECEIVES, edited(), BOUND)
      assert.equal(run(gate, core).code, 0, gate.log())
      const [name = ''] = spoolOf(gate).entries()
      const files = filesIn(path.join(gate.spool, name))
      const packed = files.find((file) => file.endsWith('.gz')) ?? ''
      assert.ok(unpacked(packed).equals(core))
      assert.deepEqual([spoolOf(gate).atWork(), spoolOf(gate).leftovers()], [[], []])
    })
})
