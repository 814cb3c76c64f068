/** A file of heads that is new, cannot be written, or is another process's too. */
import assert from 'node:assert/strict'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { SimulatedDisk } from '@mintmark/testkit'
import { PinnedCheckpoints } from '../../src/home/pinned_checkpoints.ts'
import {
  createFolderLedger,
  createFolderWitness,
  type Head,
  openFolderLedger,
} from '../../src/index.ts'
import { openFolderWitness } from '../../src/witness/witness.ts'
import {
  claims,
  frontEndKey,
  issuanceFor,
  makeLedger,
  post,
  published,
  serve,
  token,
} from '../ledger_world.ts'
import { wantedLedger } from '../tested_store.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-pinned-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const head = (size: number, root = size): Head => ({
  origin: 'ledger.example.org/main/2026-11-25',
  size,
  root: new Uint8Array(32).fill(root),
})
const sizeIn = async (path: string) => (await PinnedCheckpoints.open(path)).seen[0]?.size

describe('a file of heads', () => {
  it('is made with its folder, for its owner alone', async () => {
    const path = join(scratch, 'var/lib/heads')
    await (await PinnedCheckpoints.open(path)).pin([head(3)])
    assert.equal(await sizeIn(path), 3)
    for (const folder of ['var', 'var/lib'])
      assert.equal(statSync(join(scratch, folder)).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(scratch, 'var/lib')), ['heads'])
  })

  it('that cannot be written is reported by a code', async () => {
    writeFileSync(join(scratch, 'file'), '')
    const pinned = await PinnedCheckpoints.open(join(scratch, 'file/heads'))
    await assert.rejects(pinned.pin([]), { code: 'OUTPUT_UNWRITABLE' })
  })

  it('of two processes never falls below what either relied on', async () => {
    const path = join(scratch, 'two')
    const [first, second] = [await PinnedCheckpoints.open(path), await PinnedCheckpoints.open(path)]
    await first.pin([head(7)])
    await second.pin([head(5)])
    assert.equal(await sizeIn(path), 7)
  })

  it('is of one ledger alone: what another copy of it has written ends it', async () => {
    for (const [theirs, own] of [
      [head(6), head(9)],
      [head(6), head(6, 1)],
      [head(9), head(6)],
    ] as const) {
      const path = join(scratch, `copies-${theirs.size}-${own.size}-${own.root[0]}`)
      await (await PinnedCheckpoints.open(path)).pinOwn([head(5)])
      const [first, second] = [
        await PinnedCheckpoints.open(path),
        await PinnedCheckpoints.open(path),
      ]
      await first.pinOwn([theirs])
      await first.pinOwn([head(theirs.size + 1)])
      await assert.rejects(second.pinOwn([own]), { code: 'LEDGER_BEHIND' })
      assert.equal(await sizeIn(path), theirs.size + 1)
    }
  })
})

it('of two copies of a ledger with one file of heads, one ends with its next publication', {
  timeout: 120_000,
}, async () => {
  const heads = join(scratch, 'shared')
  const { folder } = await makeLedger(scratch, 'first')
  const record = (url: string) => post(url, frontEndKey(folder), [issuanceFor(token(claims()))])
  const first = await serve(folder, { heads })
  await record(first.url)
  await published(first.url, 2)
  const copy = join(scratch, 'copy')
  cpSync(folder, copy, { recursive: true })
  rmSync(join(copy, 'private/lock'))
  const second = await serve(copy, { heads })
  const ended = Promise.race([first.failed, second.failed])
  ended.catch(() => undefined)
  await record(second.url)
  await published(second.url, 3)
  await record(first.url)
  await assert.rejects(ended, { code: 'LEDGER_BEHIND' })
  const [line = ''] = readFileSync(heads, 'utf8').split('\n')
  assert.match(line, /^\{"origin":"[^"]+","size":3,"root":"[^"]{44}"\}$/)
  await Promise.all([first.stop(), second.stop()].map((stopped) => stopped.catch(() => undefined)))
})

describe('a folder on a disk without room', () => {
  it('is reported by a code, whatever is done first', async () => {
    const disk = new SimulatedDisk()
    disk.failAt(1, 'full', 1)
    const full = { code: 'DISK_FULL' }
    await assert.rejects(createFolderLedger('/ledger', wantedLedger(), disk), full)
    const { key } = await createFolderLedger('/made', wantedLedger(), disk.heal())
    disk.failAt(1, 'full', 1)
    await assert.rejects(openFolderLedger('/made', { now: Date.now, files: disk }), full)
    const witness = { name: 'w1.example.org', logs: [key] }
    disk.failAt(1, 'full', 1)
    await assert.rejects(createFolderWitness('/witness', witness, disk), full)
    await createFolderWitness('/w', witness, disk.heal())
    disk.failAt(1, 'full', 1)
    await assert.rejects(openFolderWitness('/w', Date.now, disk), full)
  })
})
