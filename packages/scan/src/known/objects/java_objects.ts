/**
 * Finds arrays and whole numbers (`BigInteger`) of a size in the memory of a 64-bit HotSpot, by their heads: {u64 mark,
 * u32 class, u32 length} and {u64 mark, u32 class, i32 signum, i32 bitCount + 1, i32 bitLength + 1}. @module
 */
import { BEFORE } from '../../slices/conjugate.ts'

/** Of the mark's two lowest bits those of what is not locked. */
const LOCK = { bits: 3, open: 1 } as const

/** @param slice of the kernel, with what is before it */
const wordsOf = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length >> 2)

/** Whether a mark and a class are in the 16 bytes before a word. */
const hasHead = (words: Uint32Array, k: number): boolean =>
  ((words[k - 4] ?? 0) & LOCK.bits) === LOCK.open && words[k - 2] !== 0

/** Offsets in [0, to), multiples of 8, at which arrays of either length begin. */
export function javaArrays(
  slice: Uint8Array,
  [one, other]: readonly [number, number],
  to: number,
): number[] {
  const words = wordsOf(slice)
  const places: number[] = []
  for (let k = BEFORE / 4; k < (BEFORE + to) / 4; k += 2) {
    const length = words[k - 1]
    if ((length === one || length === other) && hasHead(words, k)) places.push(4 * k - BEFORE)
  }
  return places
}

/** Offsets in [0, to), multiples of 8, at which the sizes of positive numbers of [least, most] bits are. */
export function javaNumbers(
  slice: Uint8Array,
  [least, most]: readonly [number, number],
  to: number,
): number[] {
  const words = wordsOf(slice)
  const places: number[] = []
  for (let k = BEFORE / 4; k < (BEFORE + to) / 4; k += 2) {
    if (words[k - 1] !== 1 || words[k] !== 0 || !hasHead(words, k)) continue
    const bits = (words[k + 1] ?? 0) - 1
    if (bits >= least && bits <= most) places.push(4 * k - BEFORE)
  }
  return places
}
