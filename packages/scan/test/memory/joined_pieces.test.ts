import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Piece } from '../../src/anchors/scan_plan.ts'
import { joinedPieces, smallPieces } from '../../src/memory/joined_pieces.ts'

const pieceOf = (begin: number, length: number): Piece => {
  const end = begin + length
  return { begin, end, from: begin, to: end, isAligned: false, array: 'other' }
}

/** What is before an array of so many bytes in a JVM. */
const headOf = (length: number): Uint8Array =>
  new Uint8Array(Uint32Array.of(1, 0, 1, length).buffer)

it('pieces are side by side, at multiples of 16, zeros and heads between them, and lead back to their offsets', () => {
  const window = Uint8Array.from({ length: 200_000 }, (_, i) => (i % 251) + 1)
  // More than there is room for at once.
  const pieces = Array.from({ length: 3000 }, (_, i) => pieceOf(60 * i + 3, 20 + (i % 40)))
  const large = Array.from({ length: 40 }, (_, i) => pieceOf(1000 * i, 64 << 10))
  const all = [...pieces, ...large].map(({ begin, end }) => ({ begin, length: end - begin }))
  const seen: number[] = []
  for (const { bytes, offsetOf, isWithin } of joinedPieces(window, [...pieces, ...large])) {
    let last = -1
    for (let at = 0; at < bytes.length; at++) {
      if (!isWithin(at, 1)) continue
      const offset = offsetOf(at)
      assert.equal(bytes[at], window[offset])
      if (offset === last + 1 && isWithin(at - 1, 2)) {
        last = offset
        continue
      }
      assert.equal(at % 16, 0)
      const length = all[seen.length]?.length ?? 0
      assert.deepEqual(bytes.slice(at - 16, at), headOf(length))
      assert.ok(bytes.subarray(at - 64, at - 16).every((byte) => byte === 0))
      seen.push(offset)
      last = offset
    }
  }
  assert.deepEqual(
    seen,
    all.map(({ begin }) => begin),
  )
})

it('few pieces, parts of a run and what has an address are not joined', () => {
  const few = Array.from({ length: 15 }, (_, i) => pieceOf(100 * i, 50))
  assert.deepEqual(smallPieces(few), { small: [], others: few })
  const part = { ...pieceOf(5000, 100), to: 5050 }
  const addressed = { ...pieceOf(6000, 100), address: 4096n }
  const large = pieceOf(7000, (64 << 10) + 1)
  const other = { ...pieceOf(8000, 100), array: undefined }
  const more = [...few, pieceOf(4000, 1)]
  assert.deepEqual(smallPieces([...more, part, addressed, large, other]), {
    small: more,
    others: [part, addressed, large, other],
  })
})
