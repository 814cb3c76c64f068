/** Joins small pieces for searches with a costly start: Java heaps have 10,000s of arrays. */
import { countBefore } from '@mintmark/core'
import type { Piece } from '../anchors/scan_plan.ts'
import { ARRAY_HEAD } from '../known/objects/java_objects.ts'

/** Longer pieces are worth a search of their own. */
const SMALL_BYTES = 64 << 10
/** Fewer are not worth the copy. */
const LEAST_PIECES = 16
/** As pieces begin in memory, for what is searched for at multiples. */
const ALIGNMENT = 16
/** Zeros between two pieces, so that what ends with one does not go on in the next. */
const GAP_BYTES = 64
/** In the head of each array: not locked, and of some class. */
const HEAD = { mark: 1, class: 1 } as const
const JOINED_BYTES = 1 << 20

export interface JoinedPieces {
  readonly bytes: Uint8Array
  /** An offset's location in the window; between two pieces, the end of the first. */
  readonly offsetOf: (at: number) => number
  readonly isWithin: (at: number, length: number) => boolean
}

/** Whether a piece can be joined: a whole array without a known address. */
const isSmall = ({ begin, end, from, to, address, array }: Piece): boolean =>
  array !== undefined &&
  address === undefined &&
  begin === from &&
  end === to &&
  end - begin <= SMALL_BYTES

export function smallPieces(pieces: readonly Piece[]): {
  readonly small: readonly Piece[]
  readonly others: readonly Piece[]
} {
  const small = pieces.filter(isSmall)
  if (small.length < LEAST_PIECES) return { small: [], others: pieces }
  return { small, others: pieces.filter((piece) => !isSmall(piece)) }
}

/** Copies as many pieces at a time as there is room for. What was copied is wiped. */
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
