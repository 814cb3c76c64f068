/**
 * Says what the kernel of `conjugate.ts` means, one window at a time and in whole numbers. Tests only.
 *
 * @module
 */
import { fromLittleEndian } from './arithmetic/modular.ts'
import { type Candidate, type CandidateKind, type FactorShape, ORDERS } from './conjugate.ts'

/** Bytes that a number of `length` bytes takes in an order. */
export function spanOf(order: number, length: number): number {
  const word = ORDERS[order]?.word ?? 1
  return Math.ceil(length / word) * word
}

/** The number of a window as little-endian bytes, as many as it spans; a copy. */
export function gatherReference(window: Uint8Array, order: number): Uint8Array {
  const bytes = Uint8Array.from(window)
  if (order === 1) return bytes.toReversed()
  if (order === 2) return swapWords(bytes.toReversed(), 4)
  if (order === 3) return swapWords(bytes.toReversed(), 8)
  if (order === 4) return swapWords(bytes, 8)
  return order === 5 ? swapWords(bytes, 4) : bytes
}

function swapWords(bytes: Uint8Array, word: number): Uint8Array {
  for (let at = 0; at + word <= bytes.length; at += word) bytes.subarray(at, at + word).reverse()
  return bytes
}

const SMALL_PRIMES = [3n, 5n, 7n, 13n, 17n]

/** The numbers that must be a prime factor if a window of this value is what its kind says. */
export function factorsOf(value: bigint, kind: CandidateKind, bits: number): bigint[] {
  if (kind === 'factor') return [value]
  if (kind === 'beside') return [value + 1n, value - 1n]
  return [(1n << BigInt(bits)) - value]
}

/** The keys whose modulus a candidate gives a factor of, as (key, is p + 1). */
export function testReference(
  slice: Uint8Array,
  { at, order, kind }: Candidate,
  shape: FactorShape,
  moduli: readonly bigint[],
): { key: number; isAbove: boolean }[] {
  const window = slice.subarray(at, at + spanOf(order, shape.length))
  const value = fromLittleEndian(gatherReference(window, order).subarray(0, shape.length))
  return factorsOf(value, kind, shape.bits).flatMap((factor, round) => {
    if (SMALL_PRIMES.some((prime) => factor % prime === 0n)) return []
    return moduli.flatMap((n, key) =>
      factor > 1n && n % factor === 0n ? [{ key, isAbove: round === 1 }] : [],
    )
  })
}

/** Whether all windows that begin in the group of 16 at `at` can be random numbers. See `looksRandom` in the kernel. */
export function looksRandomReference(slice: Uint8Array, at: number, length: number): boolean {
  const bytes = slice.subarray((at & ~15) + 16, ((at & ~15) + length) & ~15)
  const n = bytes.length
  if (n < 16) return true
  const zeros = bytes.reduce((sum, byte) => sum + (byte === 0 ? 1 : 0), 0)
  const highs = bytes.reduce((sum, byte) => sum + (byte >> 7), 0)
  return zeros <= 2 + Math.trunc(n / 18) && (highs - (n >> 1)) ** 2 <= n * 7
}

/** Every candidate that begins in [from, to), whatever its list. `slice` has eight bytes before its begin. */
export function candidatesReference(
  slice: Uint8Array,
  shape: FactorShape,
  from: number,
  to: number,
  beside: number,
): Candidate[] {
  const found: Candidate[] = []
  for (let at = from; at < to; at++) {
    if (!looksRandomReference(slice, at, shape.length)) continue
    const isBesideLane = ((beside >> (at & 15)) & 1) === 1
    for (const [order, { alignment }] of ORDERS.entries()) {
      if (at % alignment !== 0) continue
      const window = slice.subarray(at, at + spanOf(order, shape.length))
      for (const kind of kindsOf(gatherReference(window, order), shape)) {
        if (kind !== 'factor' && !isBesideLane && !isBounded(slice, at, order, shape)) continue
        found.push({ at, order, kind })
      }
    }
  }
  return found
}

function kindsOf(bytes: Uint8Array, shape: FactorShape): CandidateKind[] {
  const isOdd = ((bytes[0] ?? 0) & 1) === 1
  const top = bytes[shape.length - 1] ?? 0
  const kinds: CandidateKind[] = []
  if (top >= shape.low && top <= shape.high) kinds.push(isOdd ? 'factor' : 'beside')
  if (isOdd && top <= shape.negated) kinds.push('negated')
  return kinds
}

/** Whether something else visibly ends before a window or begins behind it. See `boundaries` in the kernel. */
function isBounded(slice: Uint8Array, at: number, order: number, { length }: FactorShape): boolean {
  // Views reach before the slice's begin, which is BEFORE bytes into the kernel's.
  const whole = new Uint8Array(slice.buffer, 0, slice.byteOffset + slice.length)
  const begin = slice.byteOffset + at
  const end = begin + spanOf(order, length)
  return (
    isStructureReference(whole.subarray(begin - 8, begin)) ||
    isStructureReference(whole.subarray(end, end + 8)) ||
    isAfterLengthReference(whole.subarray(begin - 3, begin), length)
  )
}

function isStructureReference(word: Uint8Array): boolean {
  const count = (test: (byte: number) => boolean): number =>
    word.filter((byte) => test(byte)).length
  if (word[6] === 0 && word[7] === 0) return true
  if (count((byte) => byte === 0) >= 4 || count((byte) => byte === 0xff) >= 4) return true
  return count((byte) => byte >= 0x20 && byte < 0x80) === 8
}

/** @param before the three bytes before a number */
function isAfterLengthReference(before: Uint8Array, length: number): boolean {
  const [third = 0, second = 0, first = 0] = before
  const spells = (high: number, low: number, value: number): boolean =>
    length > 255
      ? high * 256 + low === value
      : low === value && [0, 2, 0x81, ...(value === length ? [4] : [])].includes(high)
  return spells(second, first, length) || (first === 0 && spells(third, second, length + 1))
}
