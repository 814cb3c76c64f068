/** Numbers that may share a factor with a modulus. Tests cost: only visible bounds are examined. */
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { BEFORE, type ConjugateKernel, ORDERS } from '../../slices/conjugate.ts'
import { type FactorLeak, leftovers } from './factor_leaks.ts'
import { numberAt, numberIn, type Spelled, spanOf } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'

export interface LocatedNumber extends Spelled {
  readonly group: RsaGroup
  /** What it is, or in which of {@link ORDERS} it is in the window. */
  readonly x: bigint | { readonly order: number }
  readonly leaks: readonly FactorLeak[]
  /** Bits: 0, 1: something else ends before it, begins behind it; 2: length before it; 3: less. */
  readonly sides: number
}

const ALL_ORDERS = [0, 1, 2, 3, 4, 5]
/** Where one side does: what OpenSSL, mbedTLS and Go leave alone is lowest byte first. */
const PLAIN_ORDER = [0]
const PROBED_BYTES = 64

/** Estimate in nanoseconds for a modulus of 2048 bits. */
const PRODUCT_COST = 3000

export function leakCost({ keys, shape }: RsaGroup, leaks: number): number {
  return PRODUCT_COST * (shape.bits / 1024) ** 2 * leaks * keys.length
}

/** With more keys than this, one-sided numbers are not searched for. */
const FEW_KEYS = 4

/** Within the budget. `isText`: only those with both sides or a length. */
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
      const spelling = ORDERS[order]?.encoding ?? ''
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

export function movedBy(number: LocatedNumber, bytes: number): LocatedNumber {
  const { at, length, spelling, group, x, leaks, sides } = number
  return { at: at + bytes, length, spelling, group, x, leaks, sides }
}

/** Likeliest first, as the budget may end. `isDeep`: unmarked ones at multiples of 8 too. */
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

export function isEnclosed(sides: number): boolean {
  return (sides & 4) !== 0 || (sides & 3) === 3
}

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

export function weightOf(sides: number): 0 | 1 | 2 {
  if ((sides & 4) !== 0) return 2
  return isEnclosed(sides) ? 1 : 0
}

export function numberOf({ x, at, group }: LocatedNumber, window: Uint8Array): bigint {
  return typeof x === 'bigint' ? x : numberIn(window, at, x.order, group.shape.length)
}
