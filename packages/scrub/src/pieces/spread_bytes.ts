/**
 * Bytes in a word each: Erlang's lists ({byte · 16 + 15, next · 1}), arrays, V8's small integers
 * and doubles. Source: `erl_term.h` of Erlang/OTP 27, `src/objects/smi.h` of V8.
 */
import type { Decode } from './piece_table.ts'

/** A piece has as many cells at least: 96 bits. */
const LEAST_CELLS = 12
/** Read at once, with those of its end read again: more than any value has. */
const MOST_CELLS = 1 << 16
const AGAIN = 2048
/** Where zeros are searched for, in cells. */
const SAMPLED = [0, LEAST_CELLS / 4, -LEAST_CELLS / 4] as const

type ByteAt = (view: DataView, at: number) => number

/** Of 0 to 255 as doubles: the higher half, whose lower half is zero. */
const DOUBLES = new Map(
  Array.from({ length: 256 }, (_, byte) => {
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, byte)
    return [view.getUint32(0), byte] as const
  }),
)

/** By the name of the encoding: bytes of a cell, those of them that give the byte, and the byte. */
const SPREADS: readonly (readonly [encoding: string, stride: number, width: number, ByteAt])[] = [
  ['erlang-list', 16, 8, erlangByte],
  ['bytes-in-u64', 8, 8, (view, at) => halfByte(view, at, at + 4, 1)],
  ['bytes-in-smi', 8, 8, (view, at) => halfByte(view, at + 4, at, 1)],
  [
    'bytes-in-double',
    8,
    8,
    (view, at) =>
      view.getUint32(at, true) === 0 ? (DOUBLES.get(view.getUint32(at + 4, true)) ?? -1) : -1,
  ],
  [
    'bytes-in-u16',
    2,
    2,
    (view, at) => (view.getUint16(at, true) < 256 ? view.getUint16(at, true) : -1),
  ],
  ['bytes-in-u32', 4, 4, (view, at) => halfByte(view, at, at, 1)],
  ['bytes-in-smi-compressed', 4, 4, (view, at) => halfByte(view, at, at, 2)],
]

/** Beside the byte: a small number's bits, and a cell's address or the list's end. */
function erlangByte(view: DataView, at: number): number {
  const low = view.getUint32(at, true)
  if ((low & 0xf) !== 0xf || low >>> 12 !== 0 || view.getUint32(at + 4, true) !== 0) return -1
  const tail = view.getUint8(at + 8)
  const isCell = (tail & 7) === 1 && view.getUint16(at + 14, true) === 0
  return isCell || tail === 0x3b ? low >>> 4 : -1
}

/** A byte times `times` in the half at `at`, where the one at `other` is zero, if it is another. */
function halfByte(view: DataView, at: number, other: number, times: 1 | 2): number {
  const value = view.getUint32(at, true)
  if (value > 255 * times || value % times !== 0) return -1
  return other === at || view.getUint32(other, true) === 0 ? value / times : -1
}

/** Of `length` bytes, a multiple of 4, as far as they are there. */
function areZeros(view: DataView, at: number, length: number): boolean {
  const end = Math.min(at + length, view.byteLength - 3)
  for (let k = Math.max(0, at); k < end; k += 4) if (view.getUint32(k, true) !== 0) return false
  return true
}

export const spreadBytes: Decode = (bytes, from, to, take) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoded = new Uint8Array(MOST_CELLS)
  for (const [encoding, stride, width, byteAt] of SPREADS) {
    /** Behind the last run of each offset within a cell. */
    const done = new Uint32Array(stride)
    const last = view.byteLength - stride
    // A run of the least length has a cell at each multiple of so many, counted from anywhere.
    for (let base = from; base < to; base += LEAST_CELLS * stride) {
      // Much of memory is zeros. One of three offsets is in the run: no value has as many zeros.
      if (SAMPLED.every((cells) => areZeros(view, base + cells * stride, 2 * stride))) continue
      for (let at = base; at < base + stride && at <= last; at++) {
        if (at < (done[at - base] ?? 0) || byteAt(view, at) < 0) continue
        const begin = beginOf(view, at, stride, byteAt)
        const count = readCells(view, begin, stride, byteAt, decoded)
        const end = begin + count * stride
        done[at - base] = count === MOST_CELLS ? end - AGAIN * stride : end
        const cells = decoded.subarray(0, count)
        if (count < LEAST_CELLS || cells.every((byte) => byte === 0)) continue
        const spanOf = (a: number, b: number) => ({
          from: begin + a * stride,
          to: begin + (b - 1) * stride + width,
        })
        take({ bytes: cells, encoding, spanOf })
      }
    }
  }
  decoded.fill(0)
}

function beginOf(view: DataView, at: number, stride: number, byteAt: ByteAt): number {
  let begin = at
  while (begin >= stride && at - begin < AGAIN * stride && byteAt(view, begin - stride) >= 0)
    begin -= stride
  return begin
}

function readCells(
  view: DataView,
  begin: number,
  stride: number,
  byteAt: ByteAt,
  decoded: Uint8Array,
): number {
  let count = 0
  for (let at = begin; at + stride <= view.byteLength && count < MOST_CELLS; at += stride) {
    const byte = byteAt(view, at)
    if (byte < 0) break
    decoded[count++] = byte
  }
  return count
}
