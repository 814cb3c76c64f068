/** Bytes that a text spells by binary digits. */
import type { Decode } from './piece_table.ts'

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
      take({ bytes: decoded.subarray(0, count), encoding: 'binary', spanOf })
    }
    done = end - begin === MOST_DIGITS ? end - DIGITS_AGAIN : end
  }
  decoded.fill(0)
}
