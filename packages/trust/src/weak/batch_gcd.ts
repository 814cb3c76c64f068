/**
 * Factors that moduli share, by product and remainder trees.
 *
 * With P the product of all N and S the sum of P / N, S modulo N is (P / N) modulo N: the other terms are multiples of
 * N. So a factor that N shares with another modulus divides both. S grows with the product tree by multiplication alone,
 * and what is divided has half of the digits of the usual P modulo N².
 *
 * Source: Bernstein, "How to find small factors of integers", 2002; Heninger and others, "Mining Your Ps and Qs", 2012.
 *
 * @module
 */
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'

/** Products of some moduli, level by level up to all of them, and the sum of products that lack one each. */
export interface ProductTree {
  readonly levels: bigint[][]
  readonly sum: bigint
}

/** @param moduli at least one */
export function productTree(moduli: readonly bigint[]): ProductTree {
  let products = [...moduli]
  let sums = moduli.map(() => 1n)
  const levels = [products]
  while (products.length > 1) {
    const [above, sumsAbove]: [bigint[], bigint[]] = [[], []]
    for (let at = 0; at < products.length; at += 2) {
      const [left = 1n, right] = [products[at], products[at + 1]]
      const [leftSum = 0n, rightSum = 0n] = [sums[at], sums[at + 1]]
      above.push(right === undefined ? left : left * right)
      sumsAbove.push(right === undefined ? leftSum : leftSum * right + rightSum * left)
    }
    ;[products, sums] = [above, sumsAbove]
    levels.push(products)
  }
  return { levels, sum: sums[0] ?? 0n }
}

export const productOf = ({ levels }: ProductTree): bigint => levels.at(-1)?.[0] ?? 1n

/**
 * What each modulus shares with the others: 1 where nothing. The tree is used up.
 *
 * @param others product of the moduli that are in other trees, 1 for none
 */
export function sharedWith({ levels, sum }: ProductTree, others: bigint): bigint[] {
  const [moduli = []] = levels
  const product = levels.pop()?.[0] ?? 1n
  // Of the terms of the other trees each is a multiple of this product.
  let remainders = [(sum * (others % product)) % product]
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    const above = remainders
    remainders = level.map((factor, i) => (above[i >> 1] ?? 0n) % factor)
  }
  return moduli.map((modulus, i) => {
    const rest = remainders[i] ?? 0n
    return rest === 0n ? modulus : fastGcd(modulus, rest)
  })
}
