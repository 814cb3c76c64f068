/**
 * The ledger on a disk that fails or loses its power at every one of its operations.
 * After each, the ledger is opened again and must hold what was acknowledged, where it was said to stand, and know those
 * of its tokens that live; each batch whole or not at all; and every head that was published.
 */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { type Fault, SimulatedDisk } from '@mintmark/testkit'
import {
  auditLedger,
  type Issuance,
  LedgerReader,
  logPolicy,
  openFolderLedger,
  type Receipt,
  type SeenHead,
  verifiedEntries,
  walkShards,
} from '../../src/index.ts'
import { tokenIdBytes } from '../../src/tree/entry.ts'
import { newLedgerOn } from '../ledger_folder.ts'
import { issuance } from '../tokens.ts'

const FOLDER = '/ledger'
/** Seeds of what survives, at each place. */
const SEEDS = Number(process.env['FAULT_SEEDS'] ?? 1)
const START = Date.parse('2026-11-25T23:59:58Z')
const DAY = 86_400_000

/** What somebody outside knows. */
class Outside {
  readonly batches: Issuance[][] = []
  readonly acknowledged = new Map<string, Receipt>()
  readonly published: SeenHead[] = []
}

/** Entries of each batch, and whether a new day begins before it. Fills a tile, and opens a second shard. */
const BATCHES: readonly (readonly [number, boolean])[] = [
  [3, false],
  [260, false],
  [2, true],
  [120, false],
  [4, false],
]

const at = (nowMs: number) => ({ iat: nowMs / 1000, exp: nowMs / 1000 + 600 })

/** Opens the ledger, appends, and closes it; ends early when the disk does. */
async function live(disk: SimulatedDisk, outside: Outside): Promise<void> {
  let nowMs = START
  const ledger = await openFolderLedger(FOLDER, {
    now: () => nowMs,
    elapsed: () => nowMs,
    files: disk,
    segmentBytes: 20_000,
    publishIntervalMs: 0,
    runRecords: 100,
    onHeads: (heads) => {
      outside.published.push(...heads)
      return Promise.resolve()
    },
  })
  try {
    for (const [count, isNextDay] of BATCHES) {
      if (isNextDay) nowMs += DAY
      const batch = Array.from({ length: count }, () => issuance(at(nowMs)))
      outside.batches.push(batch)
      const receipts = await Promise.all(batch.map((entry) => ledger.append(entry)))
      for (const [i, entry] of batch.entries()) {
        const receipt = receipts[i]
        if (receipt !== undefined) outside.acknowledged.set(entry.tokenId, receipt)
      }
    }
  } finally {
    await ledger.close()
  }
}

/** Reopens the ledger on a disk that works, and compares it with what is known outside. */
async function check(disk: SimulatedDisk, outside: Outside): Promise<void> {
  const ledger = await openFolderLedger(FOLDER, {
    now: () => START + DAY,
    files: disk,
    seen: outside.published,
    runRecords: 100,
  })
  for (const { tokenId, inputHash, expiresMs } of outside.batches.flat()) {
    const receipt = outside.acknowledged.get(tokenId)
    if (receipt === undefined || expiresMs < START + DAY) continue
    const { shard, index } = receipt
    const known = ledger.find('agency', tokenIdBytes(tokenId), inputHash)
    assert.deepEqual(known, { shard, index, isRevoked: false }, 'a token that lives')
  }
  await ledger.append(issuance(at(START + DAY)))
  await ledger.close()
  const reader = await LedgerReader.open((path) => disk.read(`${FOLDER}/public/${path}`))
  const report = await auditLedger(reader, {
    policy: logPolicy(reader.description.key),
    seen: outside.published,
    nowMs: START + DAY,
  })
  assert.deepEqual(report.findings, [])
  const places = await placesOf(reader)
  for (const [tokenId, { shard, index }] of outside.acknowledged)
    assert.equal(places.get(tokenId), `${shard}#${index}`, 'an acknowledged entry')
  for (const batch of outside.batches) {
    const there = batch.filter(({ tokenId }) => places.has(tokenId)).length
    assert.ok(there === 0 || there === batch.length, `${there} of a batch of ${batch.length}`)
  }
}

async function placesOf(reader: LedgerReader): Promise<Map<string, string>> {
  const places = new Map<string, string>()
  for await (const { shard } of walkShards(reader, 'agency'))
    for await (const { entry, index } of verifiedEntries(shard))
      if (entry.kind === 'issuance') places.set(entry.tokenId, `${shard.path}#${index}`)
  return places
}

it('a disk without room refuses the batch, and takes the next one when there is room', async ({
  mock,
}) => {
  const disk = new SimulatedDisk()
  await newLedgerOn(disk, FOLDER)
  const publishIntervalMs = 60_000
  const options = { now: () => START, files: disk, publishIntervalMs }
  const ledger = await openFolderLedger(FOLDER, options)
  await ledger.append(issuance(at(START)))
  // The first publication is over: the next operation is the journal's.
  await new Promise((resolve) => setTimeout(resolve, 50))
  disk.failAt(1, 'full', 7)
  const entry = issuance(at(START))
  await assert.rejects(ledger.append(entry), { code: 'DISK_FULL' })
  assert.notEqual(ledger.health, undefined)
  // A balancer that sends nothing to an unhealthy ledger would never let it find room.
  const later = performance.now() + 10_000
  const { mock: clock } = mock.method(performance, 'now', () => later)
  assert.equal(ledger.health, undefined)
  assert.notEqual(ledger.trouble, undefined)
  clock.restore()
  const { index, isRepeated } = await ledger.append(entry)
  assert.deepEqual([index, isRepeated], [2, false])
  await ledger.close()
})

it('a disk that fails ends the ledger at once, also while there is nothing to publish', async () => {
  const disk = new SimulatedDisk()
  await newLedgerOn(disk, FOLDER)
  const ledger = await openFolderLedger(FOLDER, { now: () => START, files: disk })
  await ledger.append(issuance(at(START)))
  await ledger.publishedAfter(0, AbortSignal.timeout(60_000))
  await new Promise((resolve) => setTimeout(resolve, 50))
  disk.failAt(1, 'error', 7)
  await assert.rejects(ledger.append(issuance(at(START))), { code: 'LEDGER_FAILED' })
  await assert.rejects(ledger.failed, { code: 'LEDGER_FAILED' })
  await ledger.close()
})

describe('a ledger on a disk that fails', () => {
  let fresh: SimulatedDisk
  let operations = 0

  before(async () => {
    fresh = new SimulatedDisk()
    await newLedgerOn(fresh, FOLDER)
    const disk = fresh.copy()
    disk.failAt(Number.POSITIVE_INFINITY, 'cut', 1)
    await live(disk, new Outside())
    operations = disk.operations
  })

  /** Lets operation `n` fail, and says whether what is found then is whole. */
  async function failing(n: number, fault: Fault, seed: number): Promise<void> {
    const disk = fresh.copy()
    disk.failAt(n, fault, seed)
    const outside = new Outside()
    try {
      await live(disk, outside)
    } catch (error) {
      // Anything else is a bug.
      if (!(error instanceof MintmarkError)) throw error
    }
    await check(fault === 'cut' ? disk.afterCut(seed) : disk.heal(), outside)
  }

  for (const fault of ['cut', 'error', 'full'] as const) {
    it(`keeps what it acknowledged, whichever operation it is: ${fault}`, async () => {
      assert.ok(operations > 100, `${operations} operations`)
      for (let n = 1; n <= operations; n++)
        for (let seed = 1; seed <= SEEDS; seed++)
          await failing(n, fault, 1000 * n + seed).catch((cause: unknown) => {
            const why = cause instanceof Error ? cause.stack : String(cause)
            throw new Error(`operation ${n} of ${operations}, seed ${1000 * n + seed}: ${why}`)
          })
    })
  }
})
