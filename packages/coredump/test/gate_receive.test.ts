import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { crashOf, Inlet, receiveCore, type Scrub, Spool, selfTest } from '../src/index.ts'
import { arrivalOf } from '../src/receive/receive.ts'
import { reasonOf } from '../src/spool/reason.ts'
import { coreName } from '../src/spool/spool.ts'
import { arrivalOfBytes, erasing, filesIn, gateWith, logOf, place, unpacked } from './gate_world.ts'

const SECRET = Buffer.from('-the-private-bytes-of-this-test-')
/** Three blocks, the secret across the border of the first two. */
const CORE = Buffer.alloc(3 << 16, 'core ')
SECRET.copy(CORE, (1 << 16) - 9)
const ERASED = { offset: (1 << 16) - 9, length: SECRET.length }
const SCRUBBED = Buffer.from(CORE).fill(0, ERASED.offset, ERASED.offset + ERASED.length)

const LIMITS = { maxMemoryBytes: 0, maxSizeBytes: 1 << 30, maxAtOnce: 4, keepFreeBytes: 0 }
const UNCLEAN: Scrub = () =>
  Promise.resolve({
    erased: [],
    report: {},
    isClean: false,
    counts: 'nothing' as const,
    remainders: ['registers hold one'],
  })
const NEVER: Scrub = () => Promise.reject(new Error('-the-private-bytes-of-this-test-'))

function written(folder: string): { core: string | undefined; report: Record<string, unknown> } {
  const names = readdirSync(folder)
  const report = names.find((name) => name.endsWith('.report.json'))
  const core = names.find((name) => !name.endsWith('.report.json'))
  const text = readFileSync(path.join(folder, report ?? ''), 'utf8')
  return { core: core && path.join(folder, core), report: parseObject(text) ?? {} }
}

describe('a core that is received', () => {
  for (const compression of ['gzip', 'zstd'] as const) {
    it(`is written scrubbed beside its report, by ${compression}`, async () => {
      const gate = gateWith({ scrub: erasing(ERASED), compression })
      const done = await receiveCore(gate, arrivalOfBytes(CORE, 'core.victim.7'))
      assert.ok(done.outcome === 'core')
      assert.equal(done.folder, path.join(gate.spool.folder, 'core.victim.7'))
      const { core, report } = written(done.folder)
      assert.ok(core !== undefined && unpacked(core).equals(SCRUBBED))
      assert.ok(isObject(report['core']))
      assert.equal(report['core']['sha256'], createHash('sha256').update(SCRUBBED).digest('hex'))
      assert.equal(report['core']['bytes'], statSync(core).size)
      assert.deepEqual(report['scrub'], { made: 'by a test' })
      assert.equal(filesIn(gate.spool.folder).length, 2)
      assert.match(logOf(gate), /core\.victim\.7: written/)
    })
  }

  it('is for its owner alone', async () => {
    const gate = gateWith()
    await receiveCore(gate, arrivalOfBytes(CORE))
    assert.equal(statSync(gate.spool.folder).mode & 0o777, 0o700)
    for (const file of filesIn(gate.spool.folder)) assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('leaves a report alone where it is not clean, and says why', async () => {
    const gate = gateWith({ scrub: UNCLEAN })
    const done = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.ok(done.outcome === 'unclean')
    const { core, report } = written(done.folder)
    assert.equal(core, undefined)
    assert.match(String(report['why']), /could not make sure/)
    assert.match(logOf(gate), /problem .*no core, .*could not make sure.*: registers hold one$/m)
  })
})

describe('receiving', () => {
  it('lets the dying process go before it is scrubbed', async () => {
    const arrival = arrivalOfBytes(CORE)
    let wasOpen: boolean | undefined
    const gate = gateWith({
      scrub: () => {
        wasOpen = existsSync(`/proc/self/fd/${arrival.inlet.file}`)
        return erasing()({ kind: 'file', path: '' }, '')
      },
    })
    await receiveCore(gate, arrival)
    assert.equal(wasOpen, false)
  })

  it('is never two cores under one name', async () => {
    const gate = gateWith()
    const both = await Promise.all([1, 2].map(() => receiveCore(gate, arrivalOfBytes(CORE))))
    assert.deepEqual(
      both.map(({ outcome }) => outcome),
      ['core', 'core'],
    )
    assert.deepEqual(
      gate.spool.entries().map((name) => readdirSync(path.join(gate.spool.folder, name)).length),
      [2, 2],
    )
  })
})

const fromSystem = (code: string) => Object.assign(new Error('secret'), { code })

it('why there is no core is reported in words, without the text of an error', () => {
  const words = [
    fromSystem('ENOSPC'),
    fromSystem('EROFS'),
    fromSystem('ENOENT'),
    fromSystem('EIO'),
    thrownBy(() => new SharedArrayBuffer(2 ** 45)),
    new RangeError('secret'),
    'secret',
  ].map(reasonOf)
  assert.deepEqual(words, [
    'the disk is full (DISK_FULL)',
    "the spool's file system is read-only (EROFS)",
    'something was removed from the spool meanwhile, or the spool itself (ENOENT)',
    'the system said EIO',
    'there was not enough memory',
    'an internal error, RangeError',
    'an internal error, of no kind',
  ])
})

function thrownBy(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}

describe('no core', () => {
  it('is left where the scrub fails, and the log holds no word of the failure', async () => {
    const gate = gateWith({ scrub: NEVER })
    const done = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.equal(done.outcome, 'lost')
    assert.deepEqual(filesIn(gate.spool.folder), [])
    assert.deepEqual(gate.spool.entries(), [])
    assert.match(logOf(gate), /problem .*no core, an internal error, Error/)
    assert.equal(logOf(gate).includes('private'), false)
  })

  it('is left where its temporary file was changed meanwhile', async () => {
    const scrub: Scrub = (input, name) => {
      assert.ok(input.kind === 'buffered' && input.spill !== undefined)
      writeSync(input.spill.file, Buffer.alloc(16, 7), 0, 16, 70_000)
      return erasing(ERASED)(input, name)
    }
    const gate = gateWith({ limits: LIMITS, scrub })
    const done = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.match(done.outcome === 'lost' ? done.why : '', /was changed/)
    assert.deepEqual(filesIn(gate.spool.folder), [])
    const same = gateWith({ limits: LIMITS, scrub: erasing(ERASED) })
    assert.equal((await receiveCore(same, arrivalOfBytes(CORE))).outcome, 'core')
  })

  it('is left of a process that asked for none, and nothing of it is read', async () => {
    const gate = gateWith()
    const crash = crashOf(['7', '0', '0', '11', '1', '0', 'host', 'agent'], 0)
    const { inlet } = arrivalOfBytes(CORE)
    const done = await receiveCore(gate, arrivalOf(crash, inlet))
    assert.ok(done.outcome === 'lost')
    assert.match(done.why, /asked for none/)
    assert.match(logOf(gate), / note .*asked for none/)
    assert.deepEqual(filesIn(gate.spool.folder), [])
  })

  it('is left of one that is too large, or empty', async () => {
    const limits = { ...LIMITS, maxSizeBytes: CORE.length - 1 }
    const large = await receiveCore(gateWith({ limits }), arrivalOfBytes(CORE))
    const exact = gateWith({ limits: { ...limits, maxSizeBytes: CORE.length } })
    assert.equal((await receiveCore(exact, arrivalOfBytes(CORE))).outcome, 'core')
    assert.match(large.outcome === 'lost' ? large.why : '', /larger than/)
    const empty = await receiveCore(gateWith(), arrivalOfBytes(new Uint8Array()))
    assert.match(empty.outcome === 'lost' ? empty.why : '', /empty/)
  })

  it('is left where as many are being received as may', async () => {
    const gate = gateWith({
      limits: { ...LIMITS, maxAtOnce: 1 },
    })
    const other = gate.spool.begin('other')
    const done = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.match(done.outcome === 'lost' ? done.why : '', /being received already/)
    other.discard()
    assert.equal((await receiveCore(gate, arrivalOfBytes(CORE))).outcome, 'core')
  })
})

describe('the name of a core', () => {
  const hostile = [
    '../../etc/passwd',
    'a/b',
    '..',
    '.hidden',
    'a\nb',
    '',
    'x'.repeat(500),
    '\u202e',
  ]
  for (const executable of hostile) {
    it(`stays in the spool: ${JSON.stringify(executable).slice(0, 30)}`, async () => {
      const gate = gateWith()
      const crash = crashOf(['7', '0', '0', '11', '1700000000', '9', 'host', executable], 0)
      const arrival = arrivalOf(crash, arrivalOfBytes(CORE).inlet)
      const done = await receiveCore(gate, arrival)
      assert.ok(done.outcome === 'core')
      assert.equal(path.dirname(done.folder), gate.spool.folder)
      assert.match(path.basename(done.folder), /^core\.[\w.-]{1,64}\.7\.20231114T221320\.000Z$/)
    })
  }

  it('is valid for any date', () => {
    const dates = [1e17, -1e17, Number.NaN, -1, 253_402_300_800_000].map((ms) =>
      coreName(['a'], ms),
    )
    const [late, early] = ['core.a.99991231T235959.999Z', 'core.a.19700101T000000.000Z']
    assert.deepEqual(dates, [late, early, early, early, late])
  })

  it('joins what an old kernel split at blanks, and takes numbers for numbers only', () => {
    const crash = crashOf(['7', '0', 'x', '-1', '99999999999999', '1', 'h', 'a', 'b c'], 5)
    assert.deepEqual(
      [crash.executable, crash.gid, crash.signal, crash.timeMs],
      ['a b c', undefined, undefined, 5],
    )
  })
})

describe('the spool', () => {
  it('is refused where others may write to it', () => {
    for (const mode of [0o777, 0o1777, 0o770, 0o702]) {
      const folder = place('open')
      mkdirSync(folder)
      // Past the mask of the process.
      chmodSync(folder, mode)
      assert.throws(() => Spool.open(folder, { isMade: true }), { code: 'GATE_UNFIT' })
    }
  })

  it('is refused where it is a file, or is not there', () => {
    const file = place('file')
    writeFileSync(file, '')
    assert.throws(() => Spool.open(file, { isMade: false }), { code: 'GATE_UNFIT' })
    assert.throws(() => Spool.open(place('none'), { isMade: false }), { code: 'GATE_UNFIT' })
  })

  it('loses what killed processes left, and nothing of those that run', () => {
    const spool = Spool.open(place('spool'), { isMade: true })
    const mine = spool.begin('mine')
    const name = path.basename(mine.folder)
    const [mark = '', random = ''] = name.slice('.unfinished-'.length).split('.')
    const [boot = '', namespace = '', pid = '', start = ''] = mark.split('-')
    const others = {
      'another process of this id': [boot, namespace, pid, Number(start) + 1],
      'a process that is gone': [boot, namespace, 2 ** 22 + 5, start],
      'another boot': ['0badb007', namespace, pid, start],
    }
    for (const other of Object.values(others)) {
      const left = path.join(spool.folder, `.unfinished-${other.join('-')}.${random}`)
      mkdirSync(left)
      writeFileSync(path.join(left, 'core.gz'), 'scrubbed')
    }
    const elsewhere = path.join(spool.folder, `.unfinished-${boot}-1-${pid}-${start}.${random}`)
    mkdirSync(elsewhere)
    mkdirSync(path.join(spool.folder, '.unfinished-somebody-elses'))
    assert.equal(spool.leftovers().length, 3)
    assert.equal(spool.removeLeftovers(), 3)
    assert.deepEqual(spool.leftovers(), [])
    assert.deepEqual(
      readdirSync(spool.folder).toSorted((a, b) => (a < b ? -1 : 1)),
      [path.basename(mine.folder), path.basename(elsewhere), '.unfinished-somebody-elses'].toSorted(
        (a, b) => (a < b ? -1 : 1),
      ),
    )
  })

  it('follows no link in place of its log', async () => {
    const gate = gateWith()
    const victim = place('victim')
    writeFileSync(victim, 'untouched')
    symlinkSync(victim, path.join(gate.spool.folder, 'gate.log'))
    assert.equal((await receiveCore(gate, arrivalOfBytes(CORE))).outcome, 'core')
    assert.equal(readFileSync(victim, 'utf8'), 'untouched')
  })
})

describe('the self-test', () => {
  it('takes every step and leaves nothing', async () => {
    const gate = gateWith()
    await selfTest(gate)
    assert.deepEqual(readdirSync(gate.spool.folder), [])
    rmSync(gate.spool.folder, { recursive: true })
    await assert.rejects(selfTest(gate), { code: 'ENOENT' })
  })
})

describe('what a core comes out of', () => {
  it('is closed once: a file that is opened later under its number stays open', () => {
    const { inlet } = arrivalOfBytes(CORE)
    inlet.close()
    const again = new Inlet(arrivalOfBytes(CORE).inlet.file)
    assert.equal(again.file, inlet.file)
    inlet.close()
    assert.ok(existsSync(`/proc/self/fd/${again.file}`))
    again.close()
  })
})
