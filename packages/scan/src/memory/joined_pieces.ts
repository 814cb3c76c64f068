/**
 * Lays many small pieces of a window side by side, so that a search that has much to do before its
 * first byte goes through them at once: a Java heap has tens of thousands of arrays.
 */
import { countBefore } from '@mintmark/core'
import type { Piece } from '../anchors/scan_plan.ts'
import { ARRAY_HEAD } from '../known/objects/java_objects.ts'

/** Longer pieces are worth a search of their own. */
const SMALL_BYTES = 64 << 10
/** Fewer are not worth the copy. */
const LEAST_PIECES = 16
/** As pieces begin in memory, for what is searched for at multiples. */
const ALIGNMENT = 16
/** Between two are zeros, so that what ends with one does not go on in the next, and the head of an array. */
const GAP_BYTES = 64
/** In the head of each array: not locked, and of some class. */
const HEAD = { mark: 1, class: 1 } as const
/** Of pieces that are side by side. */
const JOINED_BYTES = 1 << 20

/** Pieces side by side. Offsets are those in `bytes`. */
export interface JoinedPieces {
  /** Valid until the next are asked for. */
  readonly bytes: Uint8Array
  /** Where in the window an offset is that is in a piece; of one between two, the end of the first; of any before, its begin. */
  readonly offsetOf: (at: number) => number
  /** Whether so many bytes from an offset on are in one piece. */
  readonly isWithin: (at: number, length: number) => boolean
}

/** Whether a piece can be laid beside others: a whole array without a known address in the process. */
const isSmall = ({ begin, end, from, to, address, array }: Piece): boolean =>
  array !== undefined &&
  address === undefined &&
  begin === from &&
  end === to &&
  end - begin <= SMALL_BYTES

/** The pieces of a window to be joined, and the others; none are joined where they are few. */
export function smallPieces(pieces: readonly Piece[]): {
  readonly small: readonly Piece[]
  readonly others: readonly Piece[]
} {
  const small = pieces.filter(isSmall)
  if (small.length < LEAST_PIECES) return { small: [], others: pieces }
  return { small, others: pieces.filter((piece) => !isSmall(piece)) }
}

/** Copies pieces of `window` side by side, as many at a time as there is room for. What was copied is wiped. */
export function* joinedPieces(
  window: Uint8Array,
  pieces: readonly Piece[],
): Generator<JoinedPieces, void, void> {
  const buffer = new Uint8Array(JOINED_BYTES)
  const view = new DataView(buffer.buffer)
  for (let first = 0; first < pieces.length; ) {
    const begins: number[] = []
    let end = GAP_BYTES
    let next = first
    for (; next < pieces.length; next++) {
      const piece = pieces[next]
      if (piece === undefined || end + piece.end - piece.begin > buffer.length) break
      const length = piece.end - piece.begin
      begins.push(end)
      writeHead(view, end, length)
      buffer.set(window.subarray(piece.begin, piece.end), end)
      end = roundedUp(end + length) + GAP_BYTES
    }
    const length = Math.min(end, buffer.length)
    yield joinedOf(buffer.subarray(0, length), begins, pieces.slice(first, next))
    buffer.fill(0, 0, length)
    first = next
  }
}

/** What is before the `length` bytes at `at` where they are an array of bytes in memory. */
function writeHead(view: DataView, at: number, length: number): void {
  const head = at - ARRAY_HEAD.bytes
  view.setUint32(head + ARRAY_HEAD.mark, HEAD.mark, true)
  view.setUint32(head + ARRAY_HEAD.class, HEAD.class, true)
  view.setUint32(head + ARRAY_HEAD.length, length, true)
}

const roundedUp = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT

function joinedOf(
  bytes: Uint8Array,
  begins: readonly number[],
  pieces: readonly Piece[],
): JoinedPieces {
  const pieceAt = (at: number) => {
    // Of any before, the first.
    const number = Math.max(0, countBefore(begins.length, (k) => (begins[k] ?? 0) <= at) - 1)
    const { begin = 0, end = 0 } = pieces[number] ?? {}
    return { begin, length: end - begin, inside: at - (begins[number] ?? 0) }
  }
  return {
    bytes,
    offsetOf: (at) => {
      const { begin, length, inside } = pieceAt(at)
      return begin + Math.max(0, Math.min(inside, length))
    },
    isWithin: (at, length) => {
      const piece = pieceAt(at)
      return piece.inside >= 0 && piece.inside + length <= piece.length
    },
  }
}
