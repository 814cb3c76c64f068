/** Bytes of strings with escapes. */
import {
  ESCAPES,
  type EscapeReader,
  LETTERS,
  type Letter,
  NUMBERED,
} from '@mintmark/scan/text/escaped_text'
import type { Decode } from './piece_table.ts'

const MOST_BYTES = 1 << 14
/** Of a longer text, read again with what follows: more than any value has. */
const AGAIN = 4096
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
        encoding: width === 1 ? 'escaped-string' : 'escaped-string-utf16',
        spanOf: (a, b) => ({ from: begins[a] ?? 0, to: begins[b] ?? 0 }),
      })
    return count === MOST_BYTES ? (begins[count - AGAIN] ?? at) : at + Math.max(1, width * behind)
  }
}
