/**
 * Finds pieces of keys whose bytes are spread: each in a word of its own, as lists and arrays of runtimes hold them.
 * A cell of a list of Erlang is {byte · 16 + 15, the next cell · 1}: one that was just made is right beside the one
 * before it. Arrays are those of numbers of 16 to 64 bits, and V8's of small integers and doubles. Sources:
 * `erts/emulator/beam/erl_term.h` of Erlang/OTP 27, seen where `crypto` takes a number; `src/objects/smi.h` of V8.
 */
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** A piece has as many cells at least: 96 bits. */
const LEAST_CELLS = 12
/** Cells that are read at once, and those of its end that are read again: more than any value has. */
const MOST_CELLS = 1 << 16
const AGAIN = 2048
/** Where zeros are searched for, in cells. */
const SAMPLED = [0, LEAST_CELLS / 4, -LEAST_CELLS / 4] as const

/** How a byte is in its cell. */
interface Spread {
  readonly form: string
  /** Bytes of a cell, and those of them that give the byte. */
  readonly stride: number
  readonly width: number
  /** The byte that a cell holds, or −1. */
  readonly byteAt: (view: DataView, at: number) => number
}

/** Of 0 to 255 as doubles: the higher half, whose lower half is zero. */
const DOUBLES = new Map(
  Array.from({ length: 256 }, (_, byte) => {
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, byte)
    return [view.getUint32(0), byte] as const
  }),
)

/** What is in a cell of Erlang's beside its byte: the bits of a small number, and of the address of a cell. */
const SMALL = 0xf
const LIST = { mask: 7, tag: 1 } as const
const NIL = 0x3b

const SPREADS: readonly Spread[] = [
  { form: 'erlang-list', stride: 16, width: 8, byteAt: erlangByte },
  ...(
    [
      ['u64', 8, (view, at) => halfByte(view, at, at + 4, 1)],
      ['smi', 8, (view, at) => halfByte(view, at + 4, at, 1)],
      ['double', 8, doubleByte],
      ['u16', 2, shortByte],
      ['u32', 4, (view, at) => halfByte(view, at, at, 1)],
      ['smi-compressed', 4, (view, at) => halfByte(view, at, at, 2)],
    ] as const satisfies readonly (readonly [string, number, Spread['byteAt']])[]
  ).map(([name, width, byteAt]) => ({ form: `bytes-in-${name}`, stride: width, width, byteAt })),
]

function erlangByte(view: DataView, at: number): number {
  const low = view.getUint32(at, true)
  if ((low & SMALL) !== SMALL || low >>> 12 !== 0 || view.getUint32(at + 4, true) !== 0) return -1
  const tail = view.getUint8(at + 8)
  const isCell = (tail & LIST.mask) === LIST.tag && view.getUint16(at + 14, true) === 0
  return isCell || tail === NIL ? low >>> 4 : -1
}

/** A byte times `times` in the half at `at`, where the one at `other` is zero, if it is another. */
function halfByte(view: DataView, at: number, other: number, times: 1 | 2): number {
  const value = view.getUint32(at, true)
  if (value > 255 * times || value % times !== 0) return -1
  return other === at || view.getUint32(other, true) === 0 ? value / times : -1
}

function shortByte(view: DataView, at: number): number {
  const value = view.getUint16(at, true)
  return value < 256 ? value : -1
}

function doubleByte(view: DataView, at: number): number {
  if (view.getUint32(at, true) !== 0) return -1
  return DOUBLES.get(view.getUint32(at + 4, true)) ?? -1
}

/** Whether there is nothing but zeros in `length` bytes, a multiple of 4, as far as they are there. */
function areZeros(view: DataView, at: number, length: number): boolean {
  const end = Math.min(at + length, view.byteLength - 3)
  for (let k = Math.max(0, at); k < end; k += 4) if (view.getUint32(k, true) !== 0) return false
  return true
}

export class SpreadPieces {
  readonly #table: PieceTable
  readonly #bytes: Uint8Array = new Uint8Array(MOST_CELLS)

  /** @param table stays the caller's */
  constructor(table: PieceTable) {
    this.#table = table
  }

  /** Overwrites what was read last. */
  wipe(): void {
    this.#bytes.fill(0)
  }

  /** Gives the pieces of runs that have a cell in `[from, to)`, with offsets in `bytes`. */
  find(bytes: Uint8Array, from: number, to: number, onPiece: (piece: Piece) => void): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (const spread of SPREADS) this.#findSpread(spread, { bytes, view, from, to }, onPiece)
  }

  /** A run of the least length has a cell at each multiple of so many cells, counted from anywhere. */
  #findSpread(spread: Spread, window: Window, onPiece: (piece: Piece) => void): void {
    const { stride } = spread
    const { view, from, to } = window
    const apart = LEAST_CELLS * stride
    /** Behind the last run of each offset within a cell. */
    const done = new Uint32Array(stride)
    const last = view.byteLength - stride
    for (let base = from; base < to; base += apart) {
      // Much of memory is zeros. Of three offsets one is in the run, and no value has as many zeros there.
      if (SAMPLED.every((cells) => areZeros(view, base + cells * stride, 2 * stride))) continue
      for (let phase = 0; phase < stride && base + phase <= last; phase++) {
        const at = base + phase
        if (at < (done[phase] ?? 0) || spread.byteAt(view, at) < 0) continue
        done[phase] = this.#inRun(spread, window, at, onPiece)
      }
    }
  }

  /** @returns behind what was read of the run around a cell */
  #inRun(
    { form, stride, width, byteAt }: Spread,
    { bytes, view }: Window,
    at: number,
    onPiece: (piece: Piece) => void,
  ): number {
    let begin = at
    while (begin >= stride && at - begin < AGAIN * stride && byteAt(view, begin - stride) >= 0)
      begin -= stride
    let count = 0
    let isZero = true
    for (let cell = begin; cell + stride <= bytes.length && count < MOST_CELLS; cell += stride) {
      const byte = byteAt(view, cell)
      if (byte < 0) break
      if (byte !== 0) isZero = false
      this.#bytes[count++] = byte
    }
    const end = begin + count * stride
    if (count < LEAST_CELLS || isZero) return end
    this.#table.find(this.#bytes.subarray(0, count), 0, count, (hit) => {
      const length = (hit.length - 1) * stride + width
      onPiece(pieceIn({ offset: begin + hit.at * stride, length }, hit, form))
    })
    return count === MOST_CELLS ? end - AGAIN * stride : end
  }
}

interface Window {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly from: number
  readonly to: number
}
