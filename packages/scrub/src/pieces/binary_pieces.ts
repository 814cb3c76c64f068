/**
 * Finds pieces of keys that a text has as binary digits: `bin` of Python, of which python-ecdsa makes a key.
 */
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** A run that is longer than a piece has a digit at a multiple of this. */
const STRIDE = 64
const LEAST_DIGITS = 96
/** Digits that are read at once, and those of its end that are read again: more than any value has. */
const MOST_DIGITS = 1 << 17
const AGAIN = 1 << 15

const isDigit = (byte: number | undefined): boolean => byte === 0x30 || byte === 0x31

export class BinaryPieces {
  readonly #table: PieceTable
  readonly #bytes: Uint8Array = new Uint8Array(MOST_DIGITS / 8)

  /** @param table stays the caller's */
  constructor(table: PieceTable) {
    this.#table = table
  }

  /** Overwrites what was read last. */
  wipe(): void {
    this.#bytes.fill(0)
  }

  /** Gives the pieces of runs that have a digit in `[from, to)`, with offsets in `bytes`. */
  find(bytes: Uint8Array, from: number, to: number, onPiece: (piece: Piece) => void): void {
    let done = 0
    for (let at = from - (from % STRIDE); at < to; at += STRIDE) {
      if (at < done || !isDigit(bytes[at]) || !isDigit(bytes[at + 1])) continue
      let begin = at
      while (begin > Math.max(0, at - AGAIN) && isDigit(bytes[begin - 1])) begin--
      let end = at + 2
      while (end - begin < MOST_DIGITS && isDigit(bytes[end])) end++
      if (end - begin >= LEAST_DIGITS)
        for (let phase = 0; phase < 8; phase++) this.#search(bytes, begin + phase, end, onPiece)
      done = end - begin === MOST_DIGITS ? end - AGAIN : end
    }
  }

  #search(bytes: Uint8Array, begin: number, end: number, onPiece: (piece: Piece) => void): void {
    const count = (end - begin) >> 3
    for (let k = 0; k < count; k++) {
      let byte = 0
      for (let bit = 0; bit < 8; bit++) byte = byte * 2 + ((bytes[begin + 8 * k + bit] ?? 0) & 1)
      this.#bytes[k] = byte
    }
    this.#table.find(this.#bytes.subarray(0, count), 0, count, (hit) => {
      onPiece(pieceIn({ offset: begin + 8 * hit.at, length: 8 * hit.length }, hit, 'binary'))
    })
  }
}
