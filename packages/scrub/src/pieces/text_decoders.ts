/** Bytes that a text spells by digits, numbers or escapes, whatever is between two of them. */

import {
  ESCAPES,
  type EscapeReader,
  LETTERS,
  type Letter,
  NUMBERED,
} from '@mintmark/scan/text/escaped_text'
import { isListed, MOST_NUMBERS, type Notation, NumberList } from '@mintmark/scan/text/number_text'
import type { Decode, Take } from './piece_table.ts'

/** Of a longer text, read again with what follows: more than any value has. */
const AGAIN = 4096

/** A list is searched for at multiples of this, by so many of its characters in a row. */
const LIST_STRIDE = 16
const SAMPLED = 8
const LEAST_NUMBERS = 16
const NOTATIONS: readonly Notation[] = ['hex', 'decimal']
/** Characters of UTF-16 that are narrowed at once, and those of the end that are narrowed again. */
const MOST_WIDE = 1 << 14
const WIDE_AGAIN = 512

interface Text {
  readonly chars: Uint8Array
  readonly base: number
  readonly width: 1 | 2
}

export const listedBytes: Decode = (bytes, from, to, take) => {
  const list = new NumberList()
  const text: Text = { chars: bytes, base: 0, width: 1 }
  let done = 0
  for (let at = from - (from % LIST_STRIDE); at < to; at += LIST_STRIDE) {
    if (at < done || !(isListed(bytes[at]) || isListed(bytes[at + 1]))) continue
    if (isRun(bytes, at, 1)) done = readLists(list, text, at, done, take)
    else if (isRun(bytes, at, 2)) done = readWide(list, bytes, at, done, take)
    else if (isRun(bytes, at + 1, 2)) done = readWide(list, bytes, at + 1, done, take)
  }
  list.wipe()
}

function isRun(bytes: Uint8Array, at: number, width: 1 | 2): boolean {
  for (let k = at; k < at + SAMPLED * width; k += width) {
    if (!isListed(bytes[k]) || (width === 2 && bytes[k + 1] !== 0)) return false
  }
  return true
}

function readLists(list: NumberList, text: Text, at: number, done: number, take: Take): number {
  const { chars } = text
  let begin = at
  while (begin > done && isListed(chars[begin - 1])) begin--
  let furthest = at + 1
  for (const notation of NOTATIONS) {
    let next = begin
    while (next <= at || (next < furthest && isListed(chars[next]))) {
      const end = list.read(chars, next, notation)
      const { length, begins } = list
      if (length >= LEAST_NUMBERS) takeList(list, text, take)
      if (list.reverseWords()) takeList(list, text, take)
      next = length >= MOST_NUMBERS ? (begins[length - AGAIN] ?? end) : Math.max(end, next + 1)
    }
    furthest = Math.max(furthest, next)
  }
  return furthest
}

function takeList({ bytes, begins, ends, length }: NumberList, text: Text, take: Take): void {
  const { base, width } = text
  take({
    bytes: bytes.subarray(0, length),
    form: width === 1 ? 'byte-list' : 'byte-list-utf16',
    spanOf: (from, to) => ({
      from: base + width * Math.min(...begins.subarray(from, to)),
      to: base + width * Math.max(...ends.subarray(from, to)),
    }),
  })
}

/** UTF-16 from where the list may begin, narrowed. @returns where it was read to */
function readWide(
  list: NumberList,
  bytes: Uint8Array,
  at: number,
  done: number,
  take: Take,
): number {
  let base = at
  while (base - 2 >= done && isListed(bytes[base - 2]) && bytes[base - 1] === 0) base -= 2
  let length = 0
  while (length < MOST_WIDE && bytes[base + 2 * length + 1] === 0 && bytes[base + 2 * length] !== 0)
    length++
  const chars = Uint8Array.from({ length }, (_, k) => bytes[base + 2 * k] ?? 0)
  let read = 0
  for (let k = 0; k < length; k += LIST_STRIDE) {
    if (k >= read && isRun(chars, k, 1))
      read = readLists(list, { chars, base, width: 2 }, k, read, take)
  }
  chars.fill(0)
  return base + 2 * (length < MOST_WIDE ? length : length - WIDE_AGAIN)
}

/** A run of binary digits that is longer than a piece has a digit at a multiple of this. */
const DIGIT_STRIDE = 64
const LEAST_DIGITS = 96
const MOST_DIGITS = 1 << 17
const DIGITS_AGAIN = 1 << 15

const isDigit = (byte: number | undefined): boolean => byte === 0x30 || byte === 0x31

/** As Python's `bin` writes them: read eight times, since a byte may begin at any. */
export const binaryDigits: Decode = (bytes, from, to, take) => {
  const decoded = new Uint8Array(MOST_DIGITS / 8)
  let done = 0
  for (let at = from - (from % DIGIT_STRIDE); at < to; at += DIGIT_STRIDE) {
    if (at < done || !isDigit(bytes[at]) || !isDigit(bytes[at + 1])) continue
    let begin = at
    while (begin > Math.max(0, at - DIGITS_AGAIN) && isDigit(bytes[begin - 1])) begin--
    let end = at + 2
    while (end - begin < MOST_DIGITS && isDigit(bytes[end])) end++
    const phases = end - begin >= LEAST_DIGITS ? 8 : 0
    for (let first = begin; first < begin + phases; first++) {
      const count = (end - first) >> 3
      for (let k = 0; k < count; k++) {
        let byte = 0
        for (let bit = 0; bit < 8; bit++) byte = byte * 2 + ((bytes[first + 8 * k + bit] ?? 0) & 1)
        decoded[k] = byte
      }
      const spanOf = (a: number, b: number) => ({ from: first + 8 * a, to: first + 8 * b })
      take({ bytes: decoded.subarray(0, count), form: 'binary', spanOf })
    }
    done = end - begin === MOST_DIGITS ? end - DIGITS_AGAIN : end
  }
  decoded.fill(0)
}

const MOST_BYTES = 1 << 14
/** Letters between two numbers: as many letters of a key in a row are found as they are. */
const MOST_PLAIN = 16
const LEAST_BYTES = 12

/** Strings with escapes, in every way to escape of `text/escaped_text.ts` of the scan. */
export const escapedStrings: Decode = (bytes, from, to, take) => {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoded = new Uint8Array(MOST_BYTES)
  /** Where each of them begins, and the last ends. */
  const begins = new Uint32Array(MOST_BYTES + 1)
  for (const [mark, readers] of ESCAPES) {
    for (const read of readers) {
      for (let at = all.indexOf(mark, from); at !== -1 && at < to; )
        at = all.indexOf(mark, readString(at, read))
    }
  }
  decoded.fill(0)

  /** @returns behind what was read of the string around an escape */
  function readString(at: number, read: EscapeReader): number {
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
      begins[count] = at + width * next
      decoded[count++] = one >> 4
      next += one & LETTERS
      if ((one & NUMBERED) !== 0) behind = next
    }
    begins[count] = at + width * next
    if (count >= LEAST_BYTES)
      take({
        bytes: decoded.subarray(0, count),
        form: width === 1 ? 'escaped-string' : 'escaped-string-utf16',
        spanOf: (a, b) => ({ from: begins[a] ?? 0, to: begins[b] ?? 0 }),
      })
    return count === MOST_BYTES ? (begins[count - AGAIN] ?? at) : at + Math.max(1, width * behind)
  }
}
