import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { isObject, parseObject } from '@mintmark/core'
import { elfCore } from '@mintmark/testkit'
import { apportReport, type Member, zipFile } from '@mintmark/testkit/packed_world'
import {
  type Arrival,
  FolderWatch,
  GateLog,
  receiveCore,
  Spool,
  type WatchCount,
} from '../src/index.ts'
import { arrivalOfFile } from '../src/receive/receive.ts'
import { arrivalOfBytes, erasing, filesIn, gateWith, logOf, place, unpacked } from './gate_world.ts'

const SECRET = '-the-private-bytes-of-this-test-'
const memory = Buffer.alloc(9000, 'x')
memory.write(SECRET, 5000)
const CORE = Buffer.from(elfCore({ memory: [{ address: 0x1000n, bytes: memory }] }).bytes)
const core = (name: string): Member => ({ name, bytes: CORE })
const text = (name: string): Member => ({ name, bytes: Buffer.from('some text\n') })

/** Writes a report of a dropped file into the spool, as `mintmark gate receive` does, unless its name is to fail. */
const RECEIVE = `
const fs = require('node:fs');
const source = JSON.parse(process.argv.at(-1));
if (source.member.includes('fails')) process.exit(3);
const folder = process.argv.at(-3) + '/core.' + source.member.replaceAll('/', '_') + '.20260101T000000.000Z';
fs.mkdirSync(folder);
fs.writeFileSync(folder + '/a.report.json', JSON.stringify({ core: {}, source }));
process.exit(source.member.includes('keys') ? 1 : 0);
`

interface Swept {
  readonly count: WatchCount
  readonly isThere: boolean
  /** What was said in the log, without time and place. */
  readonly lines: readonly string[]
  /** What is in the spool, by the names of members. */
  readonly spooled: readonly string[]
  readonly again: () => Promise<Swept>
}

/** One sweep over a folder with an archive in it. */
async function swept(
  archive: Buffer,
  isRemoved = true,
  before: readonly string[] = [],
): Promise<Swept> {
  const folder = place('dropped')
  mkdirSync(folder)
  const file = path.join(folder, 'dumps.zip')
  writeFileSync(file, archive)
  const spool = Spool.open(place('spool'), { isMade: true })
  for (const member of before) landBefore(spool.folder, file, member)
  const again = async (): Promise<Swept> => {
    const call = { node: process.execPath, args: ['-e', RECEIVE, '--', spool.folder] }
    const log = new GateLog(spool.folder)
    const watch = new FolderWatch({ folder, spool, log, call, isRemoved, quietMs: 0 })
    const count = await watch.sweep(Date.now() + 1000)
    const lines = logOf({ spool }).trimEnd().split('\n')
    return {
      count,
      isThere: existsSync(file),
      lines: lines.map((line) => line.replace(/^\S+ /, '').replace(/\[\d+\] \S+dumps\.zip/, 'zip')),
      spooled: spool
        .entries()
        .map((name) => name.split('.').slice(1, -2).join('.'))
        .toSorted((a, b) => a.localeCompare(b)),
      again,
    }
  }
  return await again()
}

function landBefore(spool: string, file: string, member: string): void {
  const { ino, size, mtimeMs } = statSync(file)
  const source = { path: file, bytes: size, modifiedMs: Math.floor(mtimeMs), inode: ino, member }
  const folder = path.join(spool, `core.${member}.20260101T000000.000Z`)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'a.report.json'), JSON.stringify({ core: {}, source }))
}

const NOTHING: WatchCount = {
  written: 0,
  withKeys: 0,
  withLeads: 0,
  failed: 0,
  left: 0,
  waiting: 0,
}

describe('a zip archive that was dropped', () => {
  it('goes once its dumps and the text beside them are in the spool', async () => {
    const empty = { name: 'empty', bytes: Buffer.alloc(0) }
    const members = [core('a.core'), text('notes.txt'), core('sub/keys.dmp'), empty]
    const { count, isThere, spooled, lines } = await swept(zipFile(members))
    assert.deepEqual(count, { ...NOTHING, written: 1, withKeys: 1 })
    assert.deepEqual([isThere, spooled], [false, ['a.core', 'notes.txt', 'sub_keys.dmp']])
    assert.deepEqual(lines, ['note zip: written, raw file removed'])
  })

  it('stays where it is to be kept, is taken once, and its text is left', async () => {
    const first = await swept(zipFile([core('a.core'), text('notes.txt')]), false)
    assert.deepEqual([first.count, first.isThere], [{ ...NOTHING, written: 1 }, true])
    assert.deepEqual(first.spooled, ['a.core'])
    assert.deepEqual(first.lines, ['note zip (notes.txt): no dump', 'note zip: written'])
    const { count, spooled } = await first.again()
    assert.deepEqual([count, spooled], [NOTHING, ['a.core']])
  })

  it('of text alone is no dump', async () => {
    const { count, isThere, lines } = await swept(zipFile([text('a.txt'), text('b.txt')]))
    assert.deepEqual([count, isThere, lines], [NOTHING, true, ['']])
  })

  it('gives only members that are not in the spool yet, and is then removed', async () => {
    const archive = zipFile([core('a.core'), core('b.core')])
    const { count, isThere, spooled } = await swept(archive, true, ['a.core'])
    assert.deepEqual([count, isThere], [{ ...NOTHING, written: 1 }, false])
    assert.equal(spooled.length, 2)
    const whole = await swept(archive, true, ['a.core', 'b.core'])
    assert.deepEqual([whole.count, whole.isThere], [NOTHING, false])
    assert.deepEqual(whole.lines, ['note zip: had been written before, raw file removed'])
  })

  it('stays while a member fails, and the log says which', async () => {
    const { count, isThere, spooled, lines } = await swept(
      zipFile([core('fails.core'), core('keys.core'), text('notes.txt')]),
    )
    assert.deepEqual(count, { ...NOTHING, written: 1, withKeys: 1, failed: 1 })
    assert.deepEqual([isThere, spooled], [true, ['keys.core']])
    assert.deepEqual(lines, [
      'problem zip (fails.core): not taken, it was not received (see the log): 3',
      'note zip (notes.txt): no dump',
      'problem zip: still there, 1 of 3 members are not in the spool: the archive stays as it is',
    ])
  })
})

describe('a zip archive with a dump and a member that cannot be taken', () => {
  for (const [what, member, why] of [
    ['encrypted', { name: 'x', bytes: CORE, isEncrypted: true }, 'it is encrypted'],
    [
      'packed by another method',
      { name: 'x', bytes: CORE, method: 12 },
      'it is packed by method 12',
    ],
    [
      'an archive',
      { name: 'x', bytes: zipFile([core('a')]) },
      'it holds files of its own (zip): unpack it into this folder',
    ],
    ['a packed dump', { name: 'x', bytes: gzipSync(CORE) }, 'it is packed again (gzip)'],
    [
      'of no known format',
      { name: 'x', bytes: Buffer.alloc(99) },
      'it has the head of no known dump format: if it is an image of memory, "mintmark scrub" takes it',
    ],
  ] as const)
    it(`stays, and the log says why: ${what}`, async () => {
      const { count, isThere, spooled, lines } = await swept(zipFile([member, core('a.core')]))
      assert.deepEqual(count, { ...NOTHING, written: 1, left: 1 })
      assert.deepEqual([isThere, spooled], [true, ['a.core']])
      assert.deepEqual(lines, [
        `problem zip (x): not taken, ${why}`,
        'problem zip: not taken, 1 of 2 members cannot be taken: the archive stays as it is',
      ])
    })
})

const DUMPS = zipFile([core('a.core'), core('b.core')])

function changed(archive: Buffer, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(archive)
  change(bytes)
  return bytes
}

const directoryAt = DUMPS.indexOf('PK\u0001\u0002')
const secondAt = DUMPS.indexOf('PK\u0001\u0002', directoryAt + 1)

describe('a zip archive that is refused is left whole, and nothing of it is taken:', () => {
  const elsewhere = /a member has a name that leads elsewhere, or is none/
  for (const [what, archive, why] of [
    ['a name with ..', zipFile([core('a.core'), core('../../etc/cron.d/x')]), elsewhere],
    ['a name with .. of Windows', zipFile([core('..\\..\\x')]), elsewhere],
    ['a name from the root', zipFile([core('/etc/passwd')]), elsewhere],
    ['a name with a drive', zipFile([core('C:/x')]), elsewhere],
    ['a name with a line end', zipFile([core('a\nb')]), elsewhere],
    ['a name twice', zipFile([core('a.core'), core('a.core')]), /two members have one name/],
    [
      'a name twice, once with a dot',
      zipFile([core('a'), core('./a')]),
      /two members have one name/,
    ],
    ['it is cut', DUMPS.subarray(0, -30), /cut or damaged/],
    [
      'it ends in a member',
      DUMPS.subarray(0, DUMPS.indexOf('PK\u0001\u0002') - 20),
      /cut or damaged/,
    ],
    ['a member is damaged', changed(DUMPS, (bytes) => bytes.fill(0xff, 60, 90)), /cut or damaged/],
    [
      'a checksum is another',
      changed(DUMPS, (bytes) => bytes.writeUInt32LE(7, directoryAt + 16)),
      /cut or damaged/,
    ],
    [
      'a size is another',
      changed(DUMPS, (bytes) => bytes.writeUInt32LE(7, directoryAt + 24)),
      /cut or damaged/,
    ],
    [
      'members share bytes',
      changed(DUMPS, (bytes) => bytes.writeUInt32LE(0, secondAt + 42)),
      /its members share bytes, as in a zip bomb/,
    ],
    [
      'too many members',
      zipFile(Array.from({ length: 10_001 }, (_, i) => text(`${i}`))),
      /more than 10,000 members/,
    ],
    [
      'too much comes out',
      zipFile(Array.from({ length: 17 }, (_, i) => ({ ...core(`${i}`), claimed: 0xfffffff0 }))),
      /more than 64 GiB would come out/,
    ],
  ] as const)
    it(what, async () => {
      const { count, isThere, spooled, lines } = await swept(archive)
      assert.deepEqual([count, isThere, spooled], [{ ...NOTHING, left: 1 }, true, []])
      assert.equal(lines.length, 1)
      assert.match(lines[0] ?? '', /^problem zip: not taken, it is a zip archive, and /)
      assert.match(lines[0] ?? '', why)
    })
})

function arrivalOf(archive: Buffer, member: string): Arrival {
  const { inlet } = arrivalOfBytes(archive)
  return arrivalOfFile({ path: '/in/x.zip', bytes: 1, modifiedMs: 1, inode: 1, member }, inlet)
}

describe('a member of a zip archive', () => {
  for (const [store, maxMemoryBytes] of [
    ['memory', 1 << 28],
    ['the encrypted file', 0],
  ] as const)
    it(`is written scrubbed under its own name, buffered in ${store}`, async () => {
      const limits = { maxMemoryBytes, maxSizeBytes: 1 << 30, maxAtOnce: 4, keepFreeBytes: 0 }
      const at = CORE.indexOf(SECRET)
      const gate = gateWith({ limits, scrub: erasing({ offset: at, length: SECRET.length }) })
      const archive = zipFile([text('notes.txt'), core('sub/b.core')])
      const done = await receiveCore(gate, arrivalOf(archive, 'sub/b.core'))
      assert.ok(done.outcome === 'core')
      assert.match(path.basename(done.folder), /^core\.x\.zip\.sub_b\.core\.1970/)
      const [written = '', report = ''] = readdirSync(done.folder).map((name) =>
        path.join(done.folder, name),
      )
      assert.ok(unpacked(written).equals(Buffer.from(CORE).fill(0, at, at + SECRET.length)))
      const source = parseObject(readFileSync(report, 'utf8'))?.['source']
      assert.equal(isObject(source) && source['member'], 'sub/b.core')
    })

  it('that is a crash report is written as a report', async () => {
    const archive = zipFile([{ name: 'x.crash', bytes: apportReport(CORE) }])
    const done = await receiveCore(gateWith(), arrivalOf(archive, 'x.crash'))
    assert.ok(done.outcome === 'core')
    assert.ok(readdirSync(done.folder).some((name) => name.endsWith('.crash')))
  })

  for (const [what, archive, why] of [
    ['is not there', zipFile([core('b')]), /the member of the archive: none/],
    ['is encrypted', zipFile([{ ...core('a'), isEncrypted: true }]), /it is encrypted/],
    [
      'is damaged',
      changed(zipFile([core('a')]), (bytes) => bytes.fill(0xff, 60, 90)),
      /cut or damaged/,
    ],
  ] as const)
    it(`is lost where it ${what}`, async () => {
      const gate = gateWith()
      const done = await receiveCore(gate, arrivalOf(archive, 'a'))
      assert.ok(done.outcome === 'lost')
      assert.match(done.why, why)
      assert.deepEqual(filesIn(gate.spool.folder), [])
    })

  it('is lost where it is larger than may be', async () => {
    const limits = { maxMemoryBytes: 1 << 26, maxSizeBytes: 5000, maxAtOnce: 4, keepFreeBytes: 0 }
    const done = await receiveCore(gateWith({ limits }), arrivalOf(zipFile([core('a')]), 'a'))
    assert.ok(done.outcome === 'lost')
    assert.match(done.why, /larger than 5000 bytes/)
  })
})
