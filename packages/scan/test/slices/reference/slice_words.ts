/**
 * Says what the kernel of `assembly/slice_words.ts` means, one byte at a time. Tests only.
 *
 * @module
 */
import type { DigitShape } from '../../../src/slices/conjugate.ts'

/** Where one of `words` is at multiples of `step` below `to`, and which: of equal ones the first. */
export function findWordsReference(
  bytes: Uint8Array,
  words: readonly bigint[],
  to: number,
  step = 1,
): { at: number; word: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const found: { at: number; word: number }[] = []
  for (let at = 0; at < to; at += step) {
    const value = view.getBigUint64(at, true)
    const word = words.indexOf(value)
    if (value !== 0n && word >= 0) found.push({ at, word })
  }
  return found
}

const isTextByte = (byte: number): boolean => /[\w+/:\r\n-]/.test(String.fromCodePoint(byte))

/** Runs of text in [0, to), at least `least` bytes long. */
export function textRunsReference(
  bytes: Uint8Array,
  to: number,
  least: number,
): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  let from = 0
  for (let at = 0; at <= to; at++) {
    if (at < to && isTextByte(bytes[at] ?? 0)) continue
    if (at - from >= least) runs.push({ from, to: at })
    from = at + 1
  }
  return runs
}

/** Runs of whole blocks of 16 bytes that are text of two bytes a character, in either order. */
export function wideRunsReference(
  bytes: Uint8Array,
  to: number,
  least: number,
): { from: number; to: number }[] {
  const isWide = (at: number): boolean =>
    [0, 1].some((first) => {
      for (let k = 0; k < 16; k++) {
        const byte = bytes[at + k] ?? 0
        if (k % 2 === first ? !isTextByte(byte) : byte !== 0) return false
      }
      return true
    })
  const runs: { from: number; to: number }[] = []
  let from = 0
  for (let at = 0; at <= to; at += 16) {
    if (at + 16 <= to && isWide(at)) continue
    if (at - from >= least) runs.push({ from, to: at })
    from = at + 16
  }
  return runs
}

/** Offsets in [0, to) at which words can be the digits of one number. */
export function digitRunsReference(bytes: Uint8Array, shape: DigitShape, to: number): number[] {
  const slot = shape.digitKind === 0 ? 4 : 8
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const wordAt = (at: number): bigint =>
    slot === 4 ? BigInt(view.getUint32(at, true)) : view.getBigUint64(at, true)
  const found: number[] = []
  for (let at = 0; at < to; at += slot) {
    const words = Array.from({ length: shape.slots }, (_, k) => wordAt(at + k * slot))
    // Of the blocks that every number holds which begins in the same group of 16.
    const group = at & ~15
    const last = (group + shape.slots * slot) >> 4
    let isDigits = true
    for (let b = (group >> 4) + 1; b < last; b++) {
      const block = Array.from({ length: 16 / slot }, (_, k) => wordAt(b * 16 + k * slot))
      const before = Array.from({ length: 16 / slot }, (_, k) => wordAt(b * 16 - 16 + k * slot))
      isDigits &&= isDigitBlock(block, before, shape.digitKind)
      if (b > (group >> 4) + 1 && shape.digitKind === 1) isDigits &&= !isTextPair(bytes, b)
    }
    if (isDigits && isNumber(words, shape)) found.push(at)
  }
  return found
}

/** Whether two blocks have no byte of 0x80 and more: words of eight bytes look like letters. */
export function isTextPair(bytes: Uint8Array, block: number): boolean {
  return bytes.subarray(block * 16 - 16, block * 16 + 16).every((byte) => byte < 0x80)
}

/** Whether a word is zero or the double of a whole number below 2^28. */
const isDouble = (w: bigint): boolean =>
  w === 0n || ((w & 0xffffffn) === 0n && w >> 52n >= 0x3ffn && w >> 52n <= 0x41an)

const isHalfSmall = (words: readonly bigint[]): boolean =>
  words.filter((w) => w >> 20n === 0n).length > 1

/**
 * Whether a word is a small number, a pointer of Linux, one or an integer of V8, or a double near 1. See `dullWords` in
 * the kernel.
 */
const isDull = (w: bigint): boolean =>
  [0x00n, 0x55n, 0x56n, 0x7fn].includes(w >> 40n) ||
  [0x3fn, 0x40n].includes(w >> 56n) ||
  (w >> 47n === 0n && (w & 7n) === 1n) ||
  (w & 0xffffffffn) === 0n

/** Whether a word is such a one, or eight characters. */
const isPlain = (w: bigint): boolean => isDull(w) || (w & 0x8080808080808080n) === 0n

/** Whether all words can be digits, and one of them is not small. `before`: the words of the block before. */
export function isDigitBlock(
  words: readonly bigint[],
  before: readonly bigint[],
  digitKind: DigitShape['digitKind'],
): boolean {
  if (digitKind === 0) {
    // Of an array of pointers every second word is the upper half of one.
    const isPointers = isHalfSmall(words) && isHalfSmall(before)
    return !isPointers && words.every((w) => w >> 30n === 0n)
  }
  if (digitKind === 1) {
    // Pointers of a process are below 2^47.
    const both = [...words, ...before]
    const isLarge = both.some((w) => w >> 47n !== 0n)
    const isRecord =
      both.filter((w) => isDull(w)).length > 2 ||
      (before.length > 0 && both.every((w) => isPlain(w)))
    return isLarge && !isRecord && words.every((w) => w >> 63n === 0n)
  }
  if (digitKind === 2) {
    const isHigh = words.every((w) => (w & 0xffffffffn) === 0n && w >> 60n === 0n)
    return isHigh && words.some((w) => w >> 42n !== 0n)
  }
  return words.every((w) => isDouble(w)) && words.some((w) => w !== 0n)
}

function isNumber(words: readonly bigint[], shape: DigitShape): boolean {
  const { low, high, second, least, large, most, shift } = shape
  const top = words.at(-1) ?? 0n
  const under = words.at(-2) ?? 0n
  if (top < low || top > high || under < second || under > most) return false
  if (words.some((word) => word !== 0n && (word < least || word > most))) return false
  const dull = words.filter((word, k) => {
    const before = k === 0 ? 0n : (words[k - 1] ?? 0n)
    return word < large || (word ^ before) >> BigInt(shift) === 0n
  })
  return dull.length <= 4 + (words.length >> 2)
}
