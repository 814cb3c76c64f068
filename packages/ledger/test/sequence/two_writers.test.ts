/** Two writers that meet since the lock was lost: each of them goes on whole, or fails with the reason. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import {
  auditLedger,
  diskFiles,
  type Files,
  logPolicy,
  openFolderLedger,
  type Sequencer,
  verifiedEntries,
  walkShards,
} from '../../src/index.ts'
import { newLedger, readerOf } from '../ledger_folder.ts'
import { issuance } from '../tokens.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-writers-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Longer than a test: a writer publishes its first entry at once, and the next when it closes. */
const NEVER_MS = 3_600_000
const isHead = (path: string) => path.includes('/checkpoint.')
const isTile = (path: string) => path.includes('/tile/') && path.endsWith('.new')

/** Files whose writer does something else, once, right after the first write of such a file. */
function filesWith(isMeant: (path: string) => boolean, then: () => Promise<void>): Files {
  let isDone = false
  return {
    ...diskFiles,
    run: 'another process',
    async write(path, bytes) {
      await diskFiles.write(path, bytes)
      if (isDone || !isMeant(path)) return
      isDone = true
      await then()
    },
  }
}

async function open(folder: string, files: Files = diskFiles): Promise<Sequencer> {
  return await openFolderLedger(folder, { now: Date.now, files, publishIntervalMs: NEVER_MS })
}

/** Two entries, of which the second is durable and not published. @returns their token ids */
async function appendTwo(ledger: Sequencer): Promise<string[]> {
  const entries = [issuance(), issuance()]
  const seen = ledger.publications
  for (const entry of entries) {
    // oxlint-disable-next-line no-await-in-loop -- the first is published before the second comes
    await ledger.append(entry)
    // oxlint-disable-next-line no-await-in-loop -- as above
    await ledger.publishedAfter(seen, AbortSignal.timeout(120_000))
  }
  return entries.map(({ tokenId }) => tokenId)
}

const loseLock = (folder: string) => diskFiles.remove(join(folder, 'private/lock'))

/** Token ids of all entries, of a ledger whose audit has nothing to say. */
async function entriesOf(folder: string): Promise<string[]> {
  const reader = await readerOf(folder)
  const policy = logPolicy(reader.description.key)
  const { findings } = await auditLedger(reader, { policy, seen: [], nowMs: Date.now() })
  assert.deepEqual(findings, [])
  const ids: string[] = []
  for await (const { shard } of walkShards(reader, 'agency'))
    for await (const { entry } of verifiedEntries(shard))
      if (entry.kind === 'issuance') ids.push(entry.tokenId)
  return ids
}

describe('a writer that was taken over', () => {
  for (const { times, name } of [
    { times: 1, name: 'another one has come and gone' },
    { times: 3, name: 'others have come and gone, and the numbers of their segments with them' },
  ])
    it(`acknowledges nothing after ${name}`, async () => {
      const folder = await newLedger(join(scratch, `gone-${times}`))
      const first = await open(folder, { ...diskFiles, run: 'another process' })
      const known = await appendTwo(first)
      await loseLock(folder)
      for (let i = 0; i < times; i++) {
        const later = await open(folder)
        known.push(...(await appendTwo(later)))
        await later.close()
      }
      await assert.rejects(first.append(issuance()), { code: 'LEDGER_BUSY' })
      await first.close()
      assert.deepEqual(await entriesOf(folder), known)
    })

  it('ends without a segment of its own where later ones have gone by', async () => {
    const folder = await newLedger(join(scratch, 'ends'))
    const first = await open(folder, { ...diskFiles, run: 'another process' })
    const known = await appendTwo(first)
    await first.publishedAfter(0, AbortSignal.timeout(120_000))
    await loseLock(folder)
    for (let i = 0; i < 3; i++) {
      const later = await open(folder)
      known.push(...(await appendTwo(later)))
      await later.close()
    }
    const journal = join(folder, 'private/journal')
    const segments = await diskFiles.list(journal)
    await first.close().catch(() => undefined)
    assert.deepEqual(await diskFiles.list(journal), segments)
    assert.deepEqual(await entriesOf(folder), known)
  })
})

describe('two writers that meet', () => {
  it('the later one publishes its head, whatever the earlier one does to the same file meanwhile', async () => {
    const folder = await newLedger(join(scratch, 'later'))
    const first = await open(folder)
    const mine = await appendTwo(first)
    await loseLock(folder)
    const meeting = filesWith(isHead, () => first.close().catch(() => undefined))
    const second = await open(folder, meeting)
    await assert.rejects(first.failed, { code: 'LEDGER_BUSY' })
    const theirs = await appendTwo(second)
    await second.close()
    assert.deepEqual(await entriesOf(folder), [...mine, ...theirs])
  })

  it('the earlier one does not put its older head in the place of the newer', async () => {
    const folder = await newLedger(join(scratch, 'earlier'))
    const theirs: string[] = []
    const takenOver = async () => {
      await loseLock(folder)
      const second = await open(folder)
      theirs.push(...(await appendTwo(second)))
      await second.close()
    }
    let isMeeting: boolean = false
    const first = await open(
      folder,
      filesWith((path) => isMeeting && isHead(path), takenOver),
    )
    const mine = await appendTwo(first)
    isMeeting = true
    await first.close()
    await assert.rejects(first.failed, { code: 'LEDGER_BUSY' })
    assert.deepEqual(await entriesOf(folder), [...mine, ...theirs])
  })

  it('the first one, whose folder is gone, reports who took it over instead of a missing file', async () => {
    const folder = await newLedger(join(scratch, 'folder'))
    let isMeeting: boolean = false
    const takenOver = async () => {
      await loseLock(folder)
      const second = await open(folder)
      await second.close()
      await diskFiles.remove(join(folder, 'public/agency'))
    }
    const first = await open(
      folder,
      filesWith((path) => isMeeting && isTile(path), takenOver),
    )
    await appendTwo(first)
    isMeeting = true
    await first.close()
    await assert.rejects(first.failed, { code: 'LEDGER_BUSY' })
  })
})

it('a later writer reads on where the earlier one removes a segment during its reading', async () => {
  const folder = await newLedger(join(scratch, 'segments'))
  const before = await open(folder)
  const mine = await appendTwo(before)
  await before.close()
  await loseLock(folder)
  const journal = join(folder, 'private/journal')
  // As the earlier writer leaves it between a new segment and the end of an old one.
  const [held = ''] = await diskFiles.list(journal)
  const older = `${journal}/${String(Number.parseInt(held, 10) - 1).padStart(10, '0')}.log`
  await diskFiles.write(older, Buffer.from('an old segment'))
  const letGo: Files = {
    ...diskFiles,
    run: 'another process',
    async read(path) {
      if (path === older) await diskFiles.remove(older)
      return await diskFiles.read(path)
    },
  }
  const second = await open(folder, letGo)
  const theirs = await appendTwo(second)
  await second.close()
  assert.deepEqual(await entriesOf(folder), [...mine, ...theirs])
})
