/**
 * Says what the kernel of `assembly/exponents.ts` means, one window at a time and in whole numbers. Tests only.
 *
 * @module
 */
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { ORDERS } from '../../../src/slices/conjugate.ts'
import type { ExponentOffsets } from '../../../src/slices/conjugate_types.ts'
import { gatherReference, isRandomReference, marksReference, spanOf } from './conjugate.ts'

/** A window that can be the private exponent of a key. */
export interface ExponentReference {
  readonly at: number
  readonly order: number
  readonly key: number
}

/**
 * Windows of `bits` bits that begin in [0, to): the fraction of g·d·e/n is below an integer by no more than d's lower
 * bits can make it, for g = 1 or an even g up to 64. `bits` is a multiple of 64. `slice` has {@link
 * import('./conjugate.ts').BEFORE} bytes before its begin.
 */
export function exponentsReference(
  slice: Uint8Array,
  to: number,
  bits: number,
  keys: readonly { readonly n: bigint; readonly e: bigint }[],
  { lanes, others, orders }: Omit<ExponentOffsets, 'budget'>,
): ExponentReference[] {
  const length = bits / 8
  const { before, behind, lengths } = marksReference(slice, length, to)
  const found: ExponentReference[] = []
  let isRandom = false
  for (let at = 0; at < to; at++) {
    if (at % 16 === 0) isRandom = isRandomReference(slice, at, length)
    if (!isRandom) continue
    const isMarked = [before, behind, lengths].some((marks) => marks.has(at))
    for (const [order, { alignment }] of ORDERS.slice(0, orders).entries()) {
      const isProbed = (((order < 2 ? lanes : others) >> (at & 15)) & 1) === 1
      if (at % alignment !== 0 || !(isMarked || isProbed)) continue
      const window = gatherReference(slice.subarray(at, at + spanOf(order, length)), order)
      const top = fromLittleEndian(window.subarray(length - 8))
      for (const [key, { n, e }] of keys.entries()) {
        if (isExponent(top, ((e << BigInt(bits)) << 64n) / n)) found.push({ at, order, key })
      }
    }
  }
  return found
}

/** @param ratio e · 2^bits / n, and 64 bits of its fraction */
function isExponent(top: bigint, ratio: bigint): boolean {
  if (top === 0n) return false
  const fraction = BigInt.asUintN(64, (top * ratio) >> 64n)
  const error = (ratio >> 64n) + 2n
  const multiples = [1n, ...Array.from({ length: 32 }, (_, k) => 2n * BigInt(k + 1))]
  return multiples.some((g) => BigInt.asUintN(64, -fraction * g) <= error * g)
}
