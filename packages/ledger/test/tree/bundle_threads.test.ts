import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { BundleReader, BundleThreads, batchOf, encodeEntry, readBatch } from '../../src/index.ts'
import { TILE_WIDTH, writeBundle } from '../../src/tree/tiles.ts'
import { issuance } from '../tokens.ts'

const bundle = () => writeBundle(Array.from({ length: TILE_WIDTH }, () => encodeEntry(issuance())))
const BUNDLES = Array.from({ length: 6 }, bundle)

describe('threads that read bundles', () => {
  const threads = new BundleThreads(2)
  after(() => threads.stop())

  it('give the same results as reading without threads, each to its caller', async () => {
    const reader = new BundleReader()
    const batches = BUNDLES.map((_, i) => BUNDLES.slice(0, i + 1))
    const readings = await Promise.all(batches.map((each) => threads.read(batchOf(each))))
    const expected = batches.map((each) => readBatch(reader, batchOf(each)))
    assert.deepEqual(readings, expected)
    assert.equal(readings.at(-1)?.roots.length, 6 * 32)
  })

  it('say so where one bundle is none, and go on', async () => {
    const [whole = new Uint8Array()] = BUNDLES
    const cut = whole.subarray(0, whole.length - 1)
    const strange = Uint8Array.from(whole).fill(9, 3, 4)
    const asked = [[whole, cut], [strange], [whole]]
    const readings = await Promise.all(asked.map((each) => threads.read(batchOf(each))))
    assert.deepEqual(
      readings.map((reading) => reading?.roots.length),
      [undefined, undefined, 32],
    )
  })

  it('reject open calls when they are stopped', async () => {
    const stopped = new BundleThreads(1)
    const reading = stopped.read(batchOf(BUNDLES))
    const refused = assert.rejects(reading, /a thread that reads bundles ended/)
    await stopped.stop()
    await refused
  })
})
