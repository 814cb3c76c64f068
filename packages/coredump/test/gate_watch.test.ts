import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { elfCore } from '@mintmark/testkit'
import { FolderWatch, GateLog, Spool } from '../src/index.ts'
import { claimFile } from '../src/watch/claim.ts'
import { takeFile } from '../src/watch/taken_file.ts'
import { logOf, place } from './gate_world.ts'

const CORE = elfCore({ memory: [{ address: 0x1000n, bytes: Buffer.alloc(8192, 'x') }] }).bytes

/** A folder with one dump, and a call in place of `mintmark gate receive`, with the dump as its last argument. */
function dropped(script: string) {
  const folder = place('dropped')
  mkdirSync(folder)
  const file = path.join(folder, 'core.1')
  writeFileSync(file, CORE)
  return { folder, file, call: { node: process.execPath, args: ['-e', script, '--'] } }
}

const APPORT = `ProblemType: Crash\nArchitecture: amd64\nCoreDump: base64\n H4sICAAAAAAC/0NvcmVEdW1wAA==\n`

const READ = "require('node:fs').readFileSync(0);"
const PATH = 'JSON.parse(process.argv.at(-1)).path'

it('a raw dump goes once its core has been written', async () => {
  const { file, call } = dropped(READ)
  const taken = await takeFile(file, call, { isRemoved: true })
  assert.deepEqual(taken, { outcome: 'written', counts: 'nothing', isRemoved: true })
  assert.equal(existsSync(file), false)
})

for (const [what, script] of [
  ['its core is lost', `${READ} process.exit(3)`],
  ['what receives it is killed', "process.kill(process.pid, 'SIGKILL')"],
  ['it is written to meanwhile', `${READ} require('node:fs').appendFileSync(${PATH}, 'more')`],
  [
    'another is put in its place meanwhile',
    `${READ} const fs = require('node:fs'); fs.renameSync(${PATH}, ${PATH} + '.old'); fs.writeFileSync(${PATH}, 'other')`,
  ],
] as const) {
  it(`a raw dump stays where ${what}`, async () => {
    const { file, call } = dropped(script)
    const taken = await takeFile(file, call, { isRemoved: true })
    assert.equal(taken.outcome, 'failed')
    assert.ok(existsSync(file))
  })
}

it('a crash report of apport is taken as a dump is', async () => {
  const { folder, call } = dropped(READ)
  const file = path.join(folder, '_usr_bin_x.0.crash')
  writeFileSync(file, APPORT)
  const taken = await takeFile(file, call, { isRemoved: true })
  assert.deepEqual(taken, { outcome: 'written', counts: 'nothing', isRemoved: true })
  assert.equal(existsSync(file), false)
})

it('what is no dump is not taken, links least of all', async () => {
  const { folder, call } = dropped('process.exit(1)')
  const text = path.join(folder, 'notes')
  writeFileSync(text, 'some text')
  assert.deepEqual(await takeFile(text, call, { isRemoved: true }), { outcome: 'no-dump' })
  const link = path.join(folder, 'link')
  symlinkSync('core.1', link)
  assert.equal((await takeFile(link, call, { isRemoved: true })).outcome, 'failed')
  assert.deepEqual(readdirSync(folder), ['core.1', 'link', 'notes'])
})

it('what failed is tried again later, and what changed at once', async () => {
  const { folder, file, call } = dropped(`${READ} process.exit(3)`)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
  const start = Date.now() + 1000
  const failed = async (afterMs: number) => (await watch.sweep(start + afterMs)).failed
  assert.deepEqual([await failed(0), await failed(30_000), await failed(60_001)], [1, 0, 1])
  // The second wait is twice the first.
  assert.deepEqual([await failed(120_002), await failed(180_002)], [0, 1])
  appendFileSync(file, 'more')
  assert.equal(await failed(180_003), 1)
  assert.match(logOf({ spool }), /problem .*still there, it was not received/)
})

it('a dump dated ahead of the clock is taken once it has stopped changing', async () => {
  const { folder, file, call } = dropped(READ)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const ahead = new Date(Date.now() + 3_600_000)
  utimesSync(file, ahead, ahead)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 100 })
  assert.equal((await watch.sweep(Date.now())).waiting, 1)
  appendFileSync(file, 'more')
  utimesSync(file, ahead, ahead)
  const { written, waiting } = await watch.sweepOnce()
  assert.deepEqual([written, waiting, existsSync(file)], [1, 0, false])
})

it('a clock that is set back does not keep what failed waiting', async () => {
  const { folder, call } = dropped(`${READ} process.exit(3)`)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
  const start = Date.now() + 1000
  const failed = async (afterMs: number) => (await watch.sweep(start + afterMs)).failed
  assert.deepEqual([await failed(3_600_000), await failed(3_600_001), await failed(0)], [1, 0, 1])
})

it('a folder that goes away and comes back is watched again, and each is reported once', async () => {
  const { folder, call } = dropped(`${READ} setTimeout(() => {}, 1000)`)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const how = { isRemoved: true, quietMs: 0, pollMs: 50 }
  const watch = new FolderWatch({ folder, spool, log, call, ...how })
  const ending = new AbortController()
  const watching = watch.run(ending.signal)
  await until(() => logOf({ spool }).includes('raw file removed'))
  rmSync(folder, { recursive: true })
  await until(() => logOf({ spool }).includes('not looked through'))
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'core.2'), CORE)
  await until(() => logOf({ spool }).includes('core.2: written'))
  ending.abort()
  await watching
  assert.equal(logOf({ spool }).match(/not looked through/g)?.length, 1)
  assert.match(logOf({ spool }), /note .*looked through again/)
})

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !isSo(); i++) {
    // oxlint-disable-next-line no-await-in-loop -- it waits
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
  assert.ok(isSo())
}

it('a folder that is gone is reported', async () => {
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const call = { node: process.execPath, args: [] }
  const folder = place('none')
  const options = { folder, spool, log, call, isRemoved: false, quietMs: 0 }
  const message = `cannot read ${folder}: it is not there`
  assert.throws(() => new FolderWatch(options), { code: 'INPUT_UNREADABLE', message })
  mkdirSync(folder)
  const watch = new FolderWatch(options)
  rmSync(folder, { recursive: true })
  await assert.rejects(watch.sweep(0), { code: 'INPUT_UNREADABLE', message })
})

it('a dump among thousands of other files is written with the first scan', async () => {
  const { folder, call } = dropped(READ)
  for (let i = 0; i < 4000; i++) writeFileSync(path.join(folder, `a${i}.txt`), `line ${i}`)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: false, quietMs: 0 })
  assert.equal((await watch.sweep(Date.now() + 1000)).written, 1)
})

it('a file waits while another process may write to it, and no longer', async () => {
  const { folder, file, call } = dropped(READ)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const options = { folder, spool, log, call, isRemoved: false, quietMs: 0 } as const
  const descriptor = openSync(file, 'a')
  const writer = spawn('sleep', ['60'], { stdio: ['ignore', descriptor, 'ignore'] })
  await once(writer, 'spawn')
  closeSync(descriptor)
  const first = await new FolderWatch(options).sweep(Date.now() + 1000)
  assert.deepEqual([first.written, first.waiting], [0, 1])
  writer.kill()
  await once(writer, 'exit')
  assert.equal((await new FolderWatch(options).sweep(Date.now() + 1000)).written, 1)
})

it('a compressed file that yields nothing is reported; an empty file is no dump', async () => {
  const { folder, call } = dropped(READ)
  const cut = path.join(folder, 'cut.gz')
  writeFileSync(cut, Buffer.concat([gzipSync(CORE).subarray(0, 10), Buffer.alloc(100, 0xff)]))
  assert.deepEqual(await takeFile(cut, call, { isRemoved: true }), {
    outcome: 'failed',
    why: 'nothing comes out of it (gzip): it is cut or damaged',
  })
  assert.ok(existsSync(cut))
  const empty = path.join(folder, 'empty.gz')
  writeFileSync(empty, gzipSync(''))
  assert.deepEqual(await takeFile(empty, call, { isRemoved: true }), { outcome: 'no-dump' })
})

it('a dump of a machine whose pages are packed is reported, and stays', async () => {
  const { folder, call } = dropped(READ)
  for (const [name, bytes] of [
    ['vmcore', Buffer.concat([Buffer.from('KDUMP   '), Buffer.alloc(8192)])],
    ['vmcore.gz', gzipSync(Buffer.concat([Buffer.from('KDUMP   '), Buffer.alloc(8192)]))],
  ] as const) {
    const vmcore = path.join(folder, name)
    writeFileSync(vmcore, bytes)
    // oxlint-disable-next-line no-await-in-loop -- one case
    assert.deepEqual(await takeFile(vmcore, call, { isRemoved: true }), {
      outcome: 'left',
      why: 'its pages are packed by kdump: write it uncompressed first, as an ELF core (makedumpfile -E)',
    })
    assert.ok(existsSync(vmcore))
  }
})

const SEVEN_ZIP = Buffer.concat([Buffer.from('377abcaf271c', 'hex'), Buffer.alloc(64)])

for (const [name, content, why] of [
  ['memory.img', Buffer.alloc(8192, 'x\0'), /the head of no known dump format.*mintmark scrub/],
  ['memory.img.gz', gzipSync(Buffer.alloc(8192, 'x\0')), /the head of no known dump format/],
  ['cores.7z', SEVEN_ZIP, /it holds files of its own \(7z\): unpack it into this folder/],
  ['vmcore', Buffer.from(`KDUMP   ${'\0'.repeat(64)}`), /its pages are packed by kdump/],
] as const)
  it(`what may be a dump and is not taken stays, and the log says why, once: ${name}`, async () => {
    const { folder, file, call } = dropped('process.exit(9)')
    rmSync(file)
    writeFileSync(path.join(folder, name), content)
    const spool = Spool.open(place('spool'), { isMade: true })
    const log = new GateLog(spool.folder)
    const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
    const start = Date.now() + 1000
    const { failed, left } = await watch.sweep(start)
    assert.deepEqual([failed, left], [0, 1])
    assert.equal((await watch.sweep(start + 1e9)).left, 0)
    assert.ok(existsSync(path.join(folder, name)))
    const lines = logOf({ spool }).trimEnd().split('\n')
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /problem .*not taken, /)
    assert.match(lines[0] ?? '', why)
  })

it('a dump that another watch has in hand is left to it, and taken once', async () => {
  const { folder, file, call } = dropped(READ)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const options = { folder, spool, log, call, isRemoved: true, quietMs: 0 }
  const nowMs = Date.now() + 1000
  const both = [new FolderWatch(options), new FolderWatch(options)]
  const counts = await Promise.all(both.map((each) => each.sweep(nowMs)))
  assert.deepEqual(
    counts.map(({ written, failed, waiting }) => [written, failed, waiting]),
    [
      [1, 0, 0],
      [0, 0, 1],
    ],
  )
  assert.equal(existsSync(file), false)
  assert.deepEqual(readdirSync(spool.folder), ['gate.log'])
})

it('what a killed watch had in hand is free again', () => {
  const spool = place('spool')
  mkdirSync(spool)
  const release = claimFile(spool, 'a file')
  const [link] = readdirSync(spool)
  assert.equal(claimFile(spool, 'a file'), undefined)
  assert.notEqual(claimFile(spool, 'another file'), undefined)
  release?.()
  symlinkSync('0-0-1-1', path.join(spool, link ?? ''))
  assert.notEqual(claimFile(spool, 'a file'), undefined)
})

/** Makes the core and its report in the spool, as `mintmark gate receive` does, and is killed with the watch then. */
function landBefore(spool: string, raw: string, core: object | undefined): void {
  const { ino, size, mtimeMs } = statSync(raw)
  const source = { path: raw, bytes: size, modifiedMs: Math.floor(mtimeMs), inode: ino }
  const folder = path.join(spool, 'core.core_1.20260101T000000.000Z')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'a.report.json'), JSON.stringify({ core, source }))
}

for (const [what, bytes, core, isThere, line] of [
  ['goes', CORE, {}, false, /note .*had been written before, raw file removed/],
  [
    'goes where it is packed',
    gzipSync(CORE),
    {},
    false,
    /had been written before, raw file removed/,
  ],
  ['stays where it is packed and cut', gzipSync(CORE).subarray(0, -9), {}, true, /problem .*end/],
  ['stays where there is the report alone', CORE, undefined, true, /^$/],
] as const)
  it(`the raw dump of a watch that was killed after its core was written ${what}`, async () => {
    const { folder, file, call } = dropped(`${READ} process.exit(9)`)
    writeFileSync(file, bytes)
    const spool = Spool.open(place('spool'), { isMade: true })
    landBefore(spool.folder, file, core)
    const log = new GateLog(spool.folder)
    const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
    await watch.sweep(Date.now() + 1000)
    await watch.sweep(Date.now() + 1e9)
    assert.equal(existsSync(file), isThere)
    assert.match(logOf({ spool }), line)
    assert.ok(logOf({ spool }).split('\n').length <= 2)
  })

it('a dump that is still being received for a watch that was killed is left to that', async () => {
  const { folder, file, call } = dropped(READ)
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
  const entry = spool.begin('core.1')
  assert.equal((await watch.sweep(Date.now() + 1000)).waiting, 1)
  entry.discard()
  assert.equal((await watch.sweep(Date.now() + 2000)).written, 1)
  assert.equal(existsSync(file), false)
})

it('a file whose name is no UTF-8 is reported, once', async (t) => {
  const { folder, file, call } = dropped(READ)
  const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x61, 0xff])])
  try {
    renameSync(file, name)
  } catch {
    t.skip('the file system has no such names')
    return
  }
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
  for (let i = 0; i < 2; i++) await watch.sweep(Date.now() + 1000)
  assert.match(logOf({ spool }), /^\S+ problem .*not looked at, its name is no UTF-8: rename it\n$/)
})

it('a link to a dump is reported, once, and left; one to a folder or to nothing is not', async () => {
  const { folder, file, call } = dropped(READ)
  const elsewhere = place('elsewhere')
  renameSync(file, elsewhere)
  symlinkSync(elsewhere, file)
  symlinkSync(folder, path.join(folder, 'folder'))
  symlinkSync(path.join(folder, 'nothing'), path.join(folder, 'broken'))
  const spool = Spool.open(place('spool'), { isMade: true })
  const log = new GateLog(spool.folder)
  const watch = new FolderWatch({ folder, spool, log, call, isRemoved: true, quietMs: 0 })
  for (let i = 0; i < 2; i++) await watch.sweep(Date.now() + 1000)
  assert.match(
    logOf({ spool }),
    /^\S+ problem .*not looked at, it is a link: watch the folder .*\n$/,
  )
  assert.equal(existsSync(elsewhere), true)
})
