/**
 * Finds pieces of keys in the bytes of a string as programs print and send it: most of them escaped, the others as they
 * are. In literals of Python, Ruby, Go, C and JSON, in URLs, quoted-printable, and as UTF-8 of one letter a byte.
 *
 * Cost: bytes are read around escapes alone, once for each way to escape. @module
 */
import { type Piece, type PieceTable, pieceIn } from './piece_table.ts'

/** Bytes that are read at once, and of those how many again with what is behind: more than any value has. */
const MOST_BYTES = 1 << 14
const AGAIN = 4096
/** Between two escapes: as many letters of a key in a row are found as they are. */
const MOST_PLAIN = 16
const LEAST_BYTES = 12

/** Letters `width` bytes apart, −1 where something is between two. */
type Letter = (index: number) => number

/** The byte at a letter, and how many letters stand for it: `byte · 16 + letters`; −1 where the text ends. */
type Read = (letter: Letter, at: number) => number

const isHex = (letter: number): boolean =>
  (letter >= 0x30 && letter <= 0x39) || ((letter | 0x20) >= 0x61 && (letter | 0x20) <= 0x66)

/** The number that `[at, at + count)` spells in base 8 or 16; −1 where that is none. */
function digits(letter: Letter, at: number, count: number, base: 8 | 16): number {
  let text = ''
  for (let k = at; k < at + count; k++) {
    const code = letter(k)
    if (!isHex(code) || (base === 8 && code > 0x37)) return -1
    text += String.fromCodePoint(code)
  }
  return Number.parseInt(text, base)
}

const coded = (byte: number, letters: number): number => byte * 16 + letters
const isPrintable = (letter: number): boolean => letter >= 0x20 && letter < 0x7f

/** Marks before two hexadecimal digits. */
const withMark =
  (mark: number): Read =>
  (letter, at) => {
    const first = letter(at)
    const byte = first === mark ? digits(letter, at + 1, 2, 16) : -1
    if (byte >= 0) return coded(byte, 3)
    return isPrintable(first) ? coded(first, 1) : -1
  }

const BACKSLASH = 0x5c
/** What is behind the backslash of a number: its first letter, if it has one, its digits and their base. */
const NUMBERS: readonly (readonly [first: number | undefined, count: number, base: 8 | 16])[] = [
  [0x78, 2, 16],
  [0x75, 4, 16],
  [undefined, 3, 8],
  [undefined, 2, 8],
  [undefined, 1, 8],
]
/** Of a, b, t, n, v, f, r and e. */
const CONTROLS: ReadonlyMap<number, number> = new Map(
  Array.from(Buffer.from('abtnvfre'), (name, k) => [name, k < 7 ? 7 + k : 27]),
)

/** The number behind a backslash, with its letters as in {@link Read}. */
function numberAt(letter: Letter, at: number): number {
  for (const [first, count, base] of NUMBERS) {
    const begin = first === undefined ? at : at + 1
    const byte = begin > at && letter(at) !== first ? -1 : digits(letter, begin, count, base)
    if (byte >= 0 && byte < 256) return coded(byte, begin + count - at)
  }
  return -1
}

/** Of literals; backslashes before another belong to a literal around it. */
const literal: Read = (letter, at) => {
  const first = letter(at)
  if (first !== BACKSLASH) return isPrintable(first) || first > 0x7f ? coded(first, 1) : -1
  let name = at + 1
  while (letter(name) === BACKSLASH && name < at + 4) name++
  const number = numberAt(letter, name)
  if (number >= 0) return number + name - at
  const kind = letter(at + 1)
  return kind < 0 ? -1 : coded(CONTROLS.get(kind) ?? kind, 2)
}

const isLead = (letter: number): boolean => (letter & 0xfe) === 0xc2

const utf8: Read = (letter, at) => {
  const [first, second] = [letter(at), letter(at + 1)]
  if (first >= 0 && first < 0x80) return coded(first, 1)
  return isLead(first) && (second & 0xc0) === 0x80 && second >= 0
    ? coded(((first & 3) << 6) | (second & 0x3f), 2)
    : -1
}

/** Literals whose other letters are UTF-8, as JSON is sent. */
const wideLiteral: Read = (letter, at) => (letter(at) > 0x7f ? utf8 : literal)(letter, at)

/** Ways to escape, by what begins an escape. */
const READERS: readonly (readonly [number, readonly Read[]])[] = [
  [BACKSLASH, [literal, wideLiteral]],
  [0x25, [withMark(0x25)]],
  [0x3d, [withMark(0x3d)]],
  [0xc2, [utf8]],
  [0xc3, [utf8]],
]

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
    for (const [mark, readers] of READERS) {
      for (const read of readers) {
        for (let at = all.indexOf(mark, from); at !== -1 && at < to; )
          at = all.indexOf(mark, this.#inString(bytes, at, read, onPiece))
      }
    }
  }

  /** @returns behind what was read of the string around an escape */
  #inString(bytes: Uint8Array, at: number, read: Read, onPiece: (piece: Piece) => void): number {
    const width = bytes[at + 1] === 0 ? 2 : 1
    const letter: Letter = (index) =>
      width === 2 && bytes[at + 2 * index + 1] !== 0 ? -1 : (bytes[at + width * index] ?? -1)
    let next = 0
    while (next > -MOST_PLAIN && read(letter, next - 1) >= 0) next--
    let [count, behind] = [0, 0]
    while (count < MOST_BYTES) {
      const one = read(letter, next)
      if (one < 0 || next > behind + MOST_PLAIN) break
      this.#begins[count] = at + width * next
      this.#bytes[count++] = one >> 4
      next += one & 15
      if ((one & 15) > 1) behind = next
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
