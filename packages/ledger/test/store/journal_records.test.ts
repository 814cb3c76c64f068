import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  encodeRecord,
  newSegmentHeader,
  readRecords,
  SEGMENT_HEADER_BYTES,
  seedOf,
} from '../../src/store/journal_records.ts'
import type { RecoveredStep } from '../../src/store/store.ts'

const batch = (first: number, entry: Uint8Array): RecoveredStep => ({
  kind: 'batch',
  appends: [{ shard: 'agency/2026-11-25', first, entries: [entry] }],
})

/** A segment with a record for each entry, and where each record begins. */
function segmentOf(entries: readonly Uint8Array[]) {
  let bytes = Buffer.from(newSegmentHeader())
  const seed = Buffer.from(seedOf(bytes) ?? [])
  const starts: number[] = []
  for (const [i, entry] of entries.entries()) {
    starts.push(bytes.length)
    bytes = Buffer.concat([bytes, encodeRecord(batch(i, entry), seed, bytes.length)])
  }
  return { bytes, seed, starts }
}

describe('a segment of a journal', () => {
  const { bytes, seed, starts } = segmentOf([
    Buffer.from('one'),
    Buffer.from('two'),
    Buffer.alloc(40),
  ])
  const last = starts[2] ?? 0

  it('is read whole', () => {
    const { records, end } = readRecords(bytes, seed)
    assert.deepEqual([records.length, end], [3, 'clean'])
  })

  it('that is cut anywhere ends with a torn record, and gives those before it', () => {
    for (let length = SEGMENT_HEADER_BYTES; length < bytes.length; length++) {
      const { records, end, wholeBytes } = readRecords(bytes.subarray(0, length), seed)
      const whole = starts.filter(
        (start, i) => (starts[i + 1] ?? bytes.length) <= length && start >= 0,
      )
      assert.equal(records.length, whole.length)
      assert.equal(end, wholeBytes === length ? 'clean' : 'torn')
    }
  })

  it('with any byte changed is torn in its last record, and damaged before it', () => {
    for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; at++) {
      const bent = Buffer.from(bytes)
      bent[at] = (bent[at] ?? 0) ^ 0x10
      assert.equal(readRecords(bent, seed).end, at < last ? 'damaged' : 'torn', `byte ${at}`)
    }
  })

  it('is not taken for damaged because an entry holds what looks like records', () => {
    const fake = segmentOf([Buffer.from('inner')]).bytes.subarray(SEGMENT_HEADER_BYTES)
    const made = segmentOf([Buffer.from('one'), Buffer.concat([fake, fake])])
    const cut = made.bytes.subarray(0, -1)
    assert.equal(readRecords(cut, made.seed).end, 'torn')
  })

  it('has no seed without its header', () => {
    assert.equal(seedOf(bytes.subarray(0, SEGMENT_HEADER_BYTES - 1)), undefined)
    assert.equal(seedOf(Buffer.alloc(SEGMENT_HEADER_BYTES)), undefined)
  })
})
