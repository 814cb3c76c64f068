/** Publishing beside commits: it keeps none waiting, and where it fails, entries are recorded all the same. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { SimulatedDisk } from '@mintmark/testkit'
import {
  auditLedger,
  type Files,
  LedgerReader,
  logPolicy,
  openFolderLedger,
  type Sequencer,
} from '../../src/index.ts'
import { newLedgerOn } from '../ledger_folder.ts'
import { issuance } from '../tokens.ts'

const FOLDER = '/ledger'
const PUBLIC = `${FOLDER}/public/`

/** A disk on which something else can come before an operation on a published file. */
class Interposed {
  readonly disk: SimulatedDisk = new SimulatedDisk()
  before: (operation: 'write' | 'sync') => Promise<void> = () => Promise.resolve()

  constructor() {
    const { disk } = this
    const [write, sync] = [disk.write.bind(disk), disk.sync.bind(disk)]
    disk.write = async (path, bytes) => {
      if (path.startsWith(PUBLIC)) await this.before('write')
      await write(path, bytes)
    }
    disk.sync = async (path) => {
      if (path.startsWith(PUBLIC)) await this.before('sync')
      await sync(path)
    }
  }

  async open(): Promise<Sequencer> {
    await newLedgerOn(this.disk, FOLDER)
    return await openOn(this.disk)
  }
}

const openOn = (files: Files) =>
  openFolderLedger(FOLDER, {
    now: Date.now,
    files,
    publishIntervalMs: 5,
    segmentBytes: 20_000,
  })

async function append(ledger: Sequencer, count: number): Promise<void> {
  for (let i = 0; i < count; i += 10) {
    const batch = Array.from({ length: 10 }, () => issuance())
    // oxlint-disable-next-line no-await-in-loop -- one batch after the other
    await Promise.all(batch.map((entry) => ledger.append(entry)))
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- it is waited for
    if (await condition()) return
    assert.ok(Date.now() < end, 'waited for too long')
    // oxlint-disable-next-line no-await-in-loop -- it is waited for
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Opens what a kill left, closes it, and demands that so many tokens are recorded. */
async function assertHolds(disk: SimulatedDisk, count: number): Promise<void> {
  await (await openOn(disk)).close()
  const reader = await LedgerReader.open((path) => disk.read(`${PUBLIC}${path}`))
  const policy = logPolicy(reader.description.key)
  const report = await auditLedger(reader, { policy, seen: [], nowMs: Date.now() })
  assert.deepEqual([report.findings, report.issuances], [[], count])
}

const segments = (disk: SimulatedDisk) => disk.list(`${FOLDER}/private/journal`)

const failing = () => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }))

describe('a publication that hangs', () => {
  it('keeps no entry waiting, and keeps the journal until it is published', async () => {
    const at = new Interposed()
    const ledger = await at.open()
    const held = new AbortController()
    const released = once(held.signal, 'abort').then(() => undefined)
    at.before = () => released
    await append(ledger, 500)
    // Two parts at least: the first one stays, since nobody has published what it holds.
    assert.ok((await segments(at.disk)).length > 1)
    await assertHolds(at.disk.copy(), 500)
    held.abort()
    await until(async () => (await segments(at.disk)).length === 1)
    await append(ledger, 10)
    await ledger.close()
    await assertHolds(at.disk.copy(), 510)
  })
})

describe('a publication that fails', () => {
  it('stops no entry, is reported, and is made up for', async () => {
    const at = new Interposed()
    const ledger = await at.open()
    at.before = failing
    await append(ledger, 300)
    await until(() => ledger.publishFailure !== undefined)
    await append(ledger, 100)
    assert.match(String(ledger.publishFailure), /broken/)
    assert.equal(ledger.trouble, undefined)
    await assertHolds(at.disk.copy(), 400)
    at.before = () => Promise.resolve()
    await until(() => ledger.publishFailure === undefined)
    await append(ledger, 10)
    await ledger.close()
    await assertHolds(at.disk.copy(), 410)
  })

  it('for want of a sync stops none either: the journal stays until the ledger is opened again', async () => {
    const at = new Interposed()
    const ledger = await at.open()
    at.before = (operation) => (operation === 'sync' ? failing() : Promise.resolve())
    await append(ledger, 200)
    await until(() => ledger.publishFailure !== undefined)
    const [oldest] = await segments(at.disk)
    at.before = () => Promise.resolve()
    await append(ledger, 400)
    assert.match(String(ledger.publishFailure), /published files cannot be made durable \(EIO\)/)
    assert.equal((await segments(at.disk))[0], oldest)
    // Nothing that was not synced is there: the journal has it.
    await assertHolds(at.disk.afterCut(7), 600)
    await ledger.close()
    assert.equal((await segments(at.disk))[0], oldest)
    await assertHolds(at.disk.copy(), 600)
    assert.equal((await segments(at.disk)).length > 0, true)
  })
})
