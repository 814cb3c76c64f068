/** Bytes that a text lists as numbers. */
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
    encoding: width === 1 ? 'byte-list' : 'byte-list-utf16',
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
