/** Bytes of escaped strings: literals, URLs, quoted-printable, UTF-8 of a byte a letter. */
import { hexDigit } from './base64.ts'

/** The letter at an index, −1 where the text has ended. */
export type Letter = (index: number) => number

/** `byte · 16 + letters`, with {@link NUMBERED} for its number; −1 at the text's end. */
export type EscapeReader = (letter: Letter, at: number) => number

function digits(letter: Letter, at: number, count: number, base: 8 | 16): number {
  let number = 0
  for (let k = at; k < at + count; k++) {
    const digit = hexDigit(letter(k))
    if (digit < 0 || digit >= base) return -1
    number = number * base + digit
  }
  return number
}

export const LETTERS = 7
export const NUMBERED = 8

const withLength = (byte: number, letters: number): number => byte * 16 + letters
const isPrintable = (letter: number): boolean => letter >= 0x20 && letter < 0x7f

/** Marks before two hexadecimal digits; before a line end it breaks a line of quoted-printable. */
const withMark =
  (mark: number): EscapeReader =>
  (letter, at) => {
    const begin = letter(at) === mark && letter(at + 1) === 0x0a ? at + 2 : at
    const first = letter(begin)
    const byte = first === mark ? digits(letter, begin + 1, 2, 16) : -1
    if (byte >= 0) return withLength(byte, NUMBERED + 3 + begin - at)
    return isPrintable(first) ? withLength(first, 1 + begin - at) : -1
  }

const BACKSLASH = 0x5c
/** Behind a number's backslash: its first letter if any, its digits and their base. */
const NUMBERS: readonly (readonly [first: number | undefined, count: number, base: 8 | 16])[] = [
  [0x78, 2, 16],
  [0x75, 4, 16],
  [undefined, 3, 8],
  [undefined, 2, 8],
  [undefined, 1, 8],
]
const CONTROLS: ReadonlyMap<number, number> = new Map(
  Array.from(Buffer.from('abtnvfre'), (name, k) => [name, k < 7 ? 7 + k : 27]),
)

function numberAt(letter: Letter, at: number): number {
  for (const [first, count, base] of NUMBERS) {
    const begin = first === undefined ? at : at + 1
    const byte = begin > at && letter(at) !== first ? -1 : digits(letter, begin, count, base)
    if (byte >= 0 && byte < 256) return withLength(byte, NUMBERED + begin + count - at)
  }
  return -1
}

/** Of literals, and of those that are in a literal: there each backslash is two. */
const literalOf =
  (depth: 1 | 2): EscapeReader =>
  (letter, at) => {
    const first = letter(at)
    if (first !== BACKSLASH) return isPrintable(first) || first > 0x7f ? withLength(first, 1) : -1
    const isInner = depth === 2 && letter(at + 1) === BACKSLASH
    const name = isInner ? at + 2 : at + 1
    const number = isInner || depth === 1 ? numberAt(letter, name) : -1
    if (number >= 0) return number + name - at
    // A backslash or a quote of the inner literal is escaped again.
    const last = isInner && letter(name) === BACKSLASH ? name + 1 : name
    const kind = letter(last)
    return kind < 0 ? -1 : withLength(CONTROLS.get(kind) ?? kind, last + 1 - at)
  }

const isLead = (letter: number): boolean => (letter & 0xfe) === 0xc2

const utf8: EscapeReader = (letter, at) => {
  const [first, second] = [letter(at), letter(at + 1)]
  if (first >= 0 && first < 0x80) return withLength(first, 1)
  return isLead(first) && (second & 0xc0) === 0x80 && second >= 0
    ? withLength(((first & 3) << 6) | (second & 0x3f), NUMBERED + 2)
    : -1
}

const literal = literalOf(1)
/** A literal whose other letters are UTF-8, as JSON is sent. */
const wideLiteral: EscapeReader = (letter, at) => (letter(at) > 0x7f ? utf8 : literal)(letter, at)

export const ESCAPES: readonly (readonly [mark: number, readers: readonly EscapeReader[]])[] = [
  [BACKSLASH, [literal, literalOf(2)]],
  [0x25, [withMark(0x25)]],
  [0x3d, [withMark(0x3d)]],
  [0xc2, [utf8, wideLiteral]],
  [0xc3, [utf8, wideLiteral]],
]
