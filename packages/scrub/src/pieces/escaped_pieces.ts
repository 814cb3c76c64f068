/** Finds pieces of keys in strings with escapes: see `text/escaped_text.ts` of the scan. */
import {
  ESCAPES,
  type EscapeReader,
  LETTERS,
  type Letter,
  NUMBERED,
} from '@mintmark/scan/text/escaped_text'
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** Bytes that are read at once, and of those how many again with what is behind: more than any value has. */
const MOST_BYTES = 1 << 14
const AGAIN = 4096
/** Between two numbers: as many letters of a key in a row are found as they are. */
const MOST_PLAIN = 16
const LEAST_BYTES = 12

export class EscapedPieces {
  readonly #table: PieceTable
  readonly #bytes: Uint8Array = new Uint8Array(MOST_BYTES)
  /** Where each of them begins, and the last ends. */
  readonly #begins: Uint32Array = new Uint32Array(MOST_BYTES + 1)

  /** @param table stays the caller's */
  constructor(table: PieceTable) {
    this.#table = table
  }

  /** Overwrites what was read last. */
  wipe(): void {
    this.#bytes.fill(0)
  }

  /** Gives the pieces of strings that have an escape in `[from, to)`, with offsets in `bytes`. */
  find(bytes: Uint8Array, from: number, to: number, onPiece: (piece: Piece) => void): void {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (const [mark, readers] of ESCAPES) {
      for (const read of readers) {
        for (let at = all.indexOf(mark, from); at !== -1 && at < to; )
          at = all.indexOf(mark, this.#inString(bytes, at, read, onPiece))
      }
    }
  }

  /** @returns behind what was read of the string around an escape */
  #inString(
    bytes: Uint8Array,
    at: number,
    read: EscapeReader,
    onPiece: (piece: Piece) => void,
  ): number {
    const width = bytes[at + 1] === 0 ? 2 : 1
    const letter: Letter = (index) =>
      width === 2 && bytes[at + 2 * index + 1] !== 0 ? -1 : (bytes[at + width * index] ?? -1)
    const first = read(letter, 0)
    if (first < 0) return at + 1
    // Other letters are escaped in any text.
    if ((first & NUMBERED) === 0) return at + width * (first & LETTERS)
    let next = 0
    while (next > -MOST_PLAIN && read(letter, next - 1) >= 0) next--
    let [count, behind] = [0, 0]
    while (count < MOST_BYTES) {
      const one = read(letter, next)
      if (one < 0 || next > behind + MOST_PLAIN) break
      this.#begins[count] = at + width * next
      this.#bytes[count++] = one >> 4
      next += one & LETTERS
      if ((one & NUMBERED) !== 0) behind = next
    }
    this.#begins[count] = at + width * next
    if (count >= LEAST_BYTES) this.#search(count, width === 1 ? '' : '-utf16', onPiece)
    return count === MOST_BYTES
      ? (this.#begins[count - AGAIN] ?? at)
      : at + Math.max(1, width * behind)
  }

  #search(count: number, suffix: string, onPiece: (piece: Piece) => void): void {
    this.#table.find(this.#bytes.subarray(0, count), 0, count, (hit) => {
      const offset = this.#begins[hit.at] ?? 0
      const length = (this.#begins[hit.at + hit.length] ?? 0) - offset
      onPiece(pieceIn({ offset, length }, hit, `escaped-string${suffix}`))
    })
  }
}
