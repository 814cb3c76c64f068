/**
 * Numbers of a slice that can share a factor with a known modulus without being one: Montgomery
 * leftovers, d mod (p − 1). Each costs an operation on whole moduli, so only offsets where a number
 * visibly begins or ends are examined.
 */
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { BEFORE, type ConjugateKernel, ORDERS } from '../../slices/conjugate.ts'
import { type FactorLeak, leftovers } from './factor_leaks.ts'
import { numberAt, numberIn, type Spelled, spanOf } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'

/** A number of a window that is examined once the cheap tests are done. */
export interface LocatedNumber extends Spelled {
  readonly group: RsaGroup
  /** What it is, or in which of {@link ORDERS} it is in the window. */
  readonly x: bigint | { readonly order: number }
  /** What it may be. */
  readonly leaks: readonly FactorLeak[]
  /** Bits 0 and 1: something else ends before it, begins behind it. Bit 2: its length is before it. Bit 3: less. */
  readonly sides: number
}

/** Where both sides or a length mark a number. */
const ALL_ORDERS = [0, 1, 2, 3, 4, 5]
/** Where one side does: what OpenSSL, mbedTLS and Go leave alone is lowest byte first. */
const PLAIN_ORDER = [0]
/** Of a number, what is examined before it is read. */
const PROBED_BYTES = 64

/** Estimate in nanoseconds for a modulus of 2048 bits. */
const PRODUCT_COST = 3000

/** What it costs to see whether a number of this group has one of so many factor leaks to a key. */
export function leakCost({ keys, shape }: RsaGroup, leaks: number): number {
  return PRODUCT_COST * (shape.bits / 1024) ** 2 * leaks * keys.length
}

/** With more keys than this, a number is only searched for where both sides or its length mark it. */
const FEW_KEYS = 4

/**
 * The numbers of the slice that have a boundary, as many as the budget allows. Their group's keys get them as factors.
 * @param isText the slice is what text means, and gone with it: a number there has an end on both sides, or its length before it
 */
export function boundedNumbers(
  kernel: ConjugateKernel,
  length: number,
  group: RsaGroup,
  isText: boolean,
): LocatedNumber[] {
  const { shape, searchLimits } = group
  const { depth, budgets } = searchLimits
  const { remainders: budget } = budgets
  const leaks = leftovers(shape.bits)
  const isDeep = depth === 'deep' && !isText
  const cost = leakCost(group, leaks.length)
  const numbers: LocatedNumber[] = []
  if (budget.isSpent(cost)) return numbers
  const pairs = likelyPairs(kernel, length, group, isDeep, isText)
  // Discovered keys have a claim on spare budget alone.
  const least = depth === 'discovered' ? budget.most / 2 : Number.NEGATIVE_INFINITY
  for (let k = 0; k < pairs.length; k += 2) {
    const at = pairs[k] ?? 0
    const sides = pairs[k + 1] ?? 0
    // The last ones: see likelyPairs.
    if (!isEnclosed(sides) && budget.left - cost < least) break
    for (const order of ordersAt(at, isEnclosed(sides) || isDeep)) {
      if (!budget.take(cost)) return numbers
      const x = isText ? numberAt(kernel, { at, order }, shape.length) : { order }
      const spelling = ORDERS[order]?.form ?? ''
      // Written out: there are many, and what is spread costs twenty times as much.
      numbers.push({ at, length: spanOf(order, shape.length), spelling, group, x, leaks, sides })
    }
  }
  return numbers
}

function ordersAt(at: number, isEvery: boolean): readonly number[] {
  const orders = isEvery ? ALL_ORDERS : PLAIN_ORDER
  return orders.filter((order) => at % (ORDERS[order]?.alignment ?? 1) === 0)
}

/** The same number so many bytes further on. */
export function movedBy(number: LocatedNumber, bytes: number): LocatedNumber {
  const { at, length, spelling, group, x, leaks, sides } = number
  return { at: at + bytes, length, spelling, group, x, leaks, sides }
}

/**
 * Offsets and their sides in turn. First those that both sides or a length mark: what the budget does not reach is the
 * least likely.
 * @param isDeep those without a boundary as well, at multiples of 8
 */
function likelyPairs(
  kernel: ConjugateKernel,
  length: number,
  { keys, shape }: RsaGroup,
  isDeep: boolean,
  isText: boolean,
): readonly number[] {
  const isOneSided = !isText && keys.length <= FEW_KEYS
  const size = shape.length
  const bounded = kernel.boundedPairs(size, length, isDeep, Math.min(size, PROBED_BYTES))
  const byWeight: [number[], number[], number[]] = [[], [], []]
  for (let k = 0; k < bounded.length; k += 2) {
    const at = bounded[k] ?? 0
    const sides = bounded[k + 1] ?? 0
    // One side alone marks numbers in allocated words: at multiples of 8.
    const isWorth = isDeep || (isOneSided && sides < 4 && at % 8 === 0)
    if (!isEnclosed(sides) && !isWorth) continue
    byWeight[weightOf(sides)].push(at, sides)
  }
  const [least, enclosed, lengths] = byWeight
  const unbounded = isDeep ? unboundedPairs(kernel, length, size) : []
  return [...lengths, ...enclosed, ...least, ...unbounded]
}

/** Whether both sides or a length mark a number. */
export function isEnclosed(sides: number): boolean {
  return (sides & 4) !== 0 || (sides & 3) === 3
}

/** Random-looking windows of `size` bytes at multiples of 8, which nothing marks. */
function unboundedPairs(kernel: ConjugateKernel, length: number, size: number): readonly number[] {
  const pairs: number[] = []
  const slice = kernel.slice
  for (const [first, behind] of kernel.groups(size, length)) {
    for (let at = 16 * first; at < Math.min(16 * behind, length); at += 8) {
      if (isRandomLookingAt(slice, BEFORE + at, size)) pairs.push(at, 0)
    }
  }
  return pairs
}

/** How well a number is marked: one side or less, both sides, a length. */
export function weightOf(sides: number): 0 | 1 | 2 {
  if ((sides & 4) !== 0) return 2
  return isEnclosed(sides) ? 1 : 0
}

/** @param window that the number was located in */
export function numberOf({ x, at, group }: LocatedNumber, window: Uint8Array): bigint {
  return typeof x === 'bigint' ? x : numberIn(window, at, x.order, group.shape.length)
}
