/** Streams of a PDF that are told together. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { StreamsTold } from '../src/pdf/pdf_messages.ts'
import { StreamBatch } from '../src/pdf/stream_batch.ts'

const MIB = 1 << 20

/** Streams of these lengths, each of bytes of its own, as they come out; and how many messages it took. */
function told(lengths: readonly number[]): { out: readonly string[]; messages: number } {
  const messages: StreamsTold[] = []
  const batch = new StreamBatch((streams, moved) => {
    assert.deepEqual(moved, [streams.bytes.buffer])
    messages.push(structuredClone(streams, { transfer: [...moved] }))
  })
  for (const [i, length] of lengths.entries())
    batch.add(1000 * i, new Uint8Array(length).fill(i + 1))
  batch.flush()
  batch.flush()
  const out = messages.flatMap(({ parts, bytes }) => {
    let from = 0
    const each = parts.map(({ stream, length }) => {
      const own = bytes.subarray(from, from + length)
      from += length
      const [first] = own
      return `${stream}: ${length} of ${own.every((byte) => byte === first) ? first : 'several'}`
    })
    assert.equal(from, bytes.length)
    return each
  })
  return { out, messages: messages.length }
}

const expected = (lengths: readonly number[]): readonly string[] =>
  lengths.map((length, i) => `${1000 * i}: ${length} of ${length === 0 ? undefined : i + 1}`)

describe('streams of a PDF', () => {
  it('come out in order and whole, small ones in one message', () => {
    const lengths = Array.from({ length: 200 }, (_, i) => i)
    assert.deepEqual(told(lengths), { out: expected(lengths), messages: 1 })
  })

  for (const lengths of [
    [MIB],
    [MIB + 1],
    [1, MIB, 1],
    [7, 3 * MIB, 9, MIB - 9, 1],
    [MIB / 2, MIB / 2, MIB / 2 + 1, MIB / 2],
  ]) {
    it(`come out in order and whole, of ${lengths.join(', ')} bytes`, () => {
      const { out, messages } = told(lengths)
      assert.deepEqual(out, expected(lengths))
      assert.ok(messages <= lengths.length)
    })
  }

  it('that are none are not told', () => {
    assert.deepEqual(told([]), { out: [], messages: 0 })
  })
})
