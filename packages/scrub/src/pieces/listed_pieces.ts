/**
 * Finds pieces of keys that a text has as lists of numbers, whatever is between two: those that no spelling there
 * has word for word, or whose lines are shorter than a piece.
 */
import { isListed, MOST_NUMBERS, type Notation, NumberList } from '@mintmark/scan/text/number_text'
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** A list is searched for at multiples of this, and is longer if it holds a piece. */
const STRIDE = 16
/** So many characters in a row that a list may have. */
const SAMPLED = 8
/** Characters of a text in UTF-16 that are narrowed at once, and those of its end that are narrowed again with what is behind. */
const MOST_WIDE = 1 << 14
const WIDE_AGAIN = 512
/** Numbers that are read again with those behind, where a list is longer than is read at once: more than any value has. */
const AGAIN = 4096
const LEAST_NUMBERS = 16

const NOTATIONS: readonly Notation[] = ['hex', 'decimal']

type OnPiece = (piece: Piece) => void

/** Text of a window: where it begins there, and bytes a character. */
interface Text {
  readonly chars: Uint8Array
  readonly base: number
  readonly width: 1 | 2
}

export class ListedPieces {
  readonly #table: PieceTable
  readonly #list: NumberList = new NumberList()

  /** @param table stays the caller's */
  constructor(table: PieceTable) {
    this.#table = table
  }

  /** Overwrites what was read last. */
  wipe(): void {
    this.#list.wipe()
  }

  /** Gives the pieces of lists that have a character in `[from, to)`, with offsets in `bytes`. */
  find(bytes: Uint8Array, from: number, to: number, onPiece: OnPiece): void {
    const text: Text = { chars: bytes, base: 0, width: 1 }
    let done = 0
    for (let at = from - (from % STRIDE); at < to; at += STRIDE) {
      if (at < done || !(isListed(bytes[at]) || isListed(bytes[at + 1]))) continue
      if (isRun(bytes, at)) done = this.#inRun(text, at, done, onPiece)
      else if (isWideRun(bytes, at)) done = this.#inWide(bytes, at, done, onPiece)
      else if (isWideRun(bytes, at + 1)) done = this.#inWide(bytes, at + 1, done, onPiece)
    }
  }

  /** @returns where in `bytes` the text around an offset is read */
  #inWide(bytes: Uint8Array, at: number, done: number, onPiece: OnPiece): number {
    const text = wideTextAt(bytes, at, done)
    const { chars, base } = text
    let read = 0
    for (let k = 0; k < chars.length; k += STRIDE) {
      if (k >= read && isRun(chars, k)) read = this.#inRun(text, k, read, onPiece)
    }
    const whole = chars.length < MOST_WIDE
    chars.fill(0)
    return base + 2 * (chars.length - (whole ? 0 : WIDE_AGAIN))
  }

  /** @returns where in its characters the lists around an offset are read */
  #inRun(text: Text, at: number, done: number, onPiece: OnPiece): number {
    const { chars } = text
    let begin = at
    while (begin > done && isListed(chars[begin - 1])) begin--
    let furthest = at + 1
    for (const notation of NOTATIONS) {
      let next = begin
      while (next <= at || (next < furthest && isListed(chars[next]))) {
        const end = this.#list.read(chars, next, notation)
        const { length, begins } = this.#list
        if (length >= LEAST_NUMBERS) this.#search(text, onPiece)
        if (this.#list.reverseWords()) this.#search(text, onPiece)
        const isCut = length >= MOST_NUMBERS
        next = isCut ? (begins[length - AGAIN] ?? end) : Math.max(end, next + 1)
      }
      furthest = Math.max(furthest, next)
    }
    return furthest
  }

  #search({ base, width }: Text, onPiece: OnPiece): void {
    const { bytes, begins, ends, length } = this.#list
    const form = width === 1 ? 'byte-list' : 'byte-list-utf16'
    this.#table.find(bytes.subarray(0, length), 0, length, (hit) => {
      const to = hit.at + hit.length
      const offset = base + width * Math.min(...begins.subarray(hit.at, to))
      const end = base + width * Math.max(...ends.subarray(hit.at, to))
      onPiece(pieceIn({ offset, length: end - offset }, hit, form))
    })
  }
}

function isRun(chars: Uint8Array, at: number): boolean {
  for (let k = 0; k < SAMPLED; k++) if (!isListed(chars[at + k])) return false
  return true
}

/** The same of UTF-16. */
function isWideRun(bytes: Uint8Array, at: number): boolean {
  for (let k = 0; k < SAMPLED; k++) {
    if (bytes[at + 2 * k + 1] !== 0 || !isListed(bytes[at + 2 * k])) return false
  }
  return true
}

/** UTF-16 from where the list around an offset may begin, in a copy of its own of one byte a character. */
function wideTextAt(bytes: Uint8Array, at: number, done: number): Text {
  let base = at
  while (base - 2 >= done && isListed(bytes[base - 2]) && bytes[base - 1] === 0) base -= 2
  const isText = (k: number): boolean => bytes[base + 2 * k + 1] === 0 && bytes[base + 2 * k] !== 0
  let length = 0
  while (length < MOST_WIDE && isText(length)) length++
  const chars = new Uint8Array(length)
  for (let k = 0; k < length; k++) chars[k] = bytes[base + 2 * k] ?? 0
  return { chars, base, width: 2 }
}
