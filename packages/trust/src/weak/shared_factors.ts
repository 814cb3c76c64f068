/**
 * Moduli that share a prime, by product and remainder trees. With P the product of all N and S the
 * sum of P / N, S modulo N is (P / N) modulo N: a shared factor divides both.
 */
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'

interface SharedFactor {
  readonly first: number
  readonly second: number
}

/** So many are compared with so many others: some seconds. Of further ones only that they share a factor is known. */
const MOST_SINGLE = 50
const MOST_COMPARED = 1000
const COST_OF_BIT = 300

interface SharedFactors {
  readonly shared: readonly number[]
  readonly pairs: readonly SharedFactor[]
  readonly isCut: boolean
}

export function sharedFactors(
  moduli: readonly bigint[],
  budget: WorkBudget = UNLIMITED,
): SharedFactors {
  if (moduli.length < 2) return { shared: [], pairs: [], isCut: false }
  const found = factorsShared(moduli)
  const shared = found.flatMap((factor, i) => (factor === 1n ? [] : [i]))
  return { shared, ...pairsOf(moduli, found, shared, budget) }
}

function pairsOf(
  moduli: readonly bigint[],
  found: readonly bigint[],
  shared: readonly number[],
  budget: WorkBudget,
): Pick<SharedFactors, 'pairs' | 'isCut'> {
  const groups = Map.groupBy(shared, (at) => found[at] ?? 1n)
  const pairs: SharedFactor[] = []
  for (const [first = 0, ...others] of groups.values())
    for (const second of others) pairs.push({ first, second })
  const single = [...groups.values()].flatMap((group) => (group.length === 1 ? group : []))
  const among = shared.slice(0, MOST_COMPARED)
  for (const at of single.slice(0, MOST_SINGLE)) {
    const modulus = moduli[at] ?? 1n
    const isPartner = (each: number) =>
      budget.within(
        COST_OF_BIT * bitLength(modulus),
        () => fastGcd(modulus, moduli[each] ?? 1n) !== 1n,
      )
    const other = among.find((each) => each !== at && isPartner(each) === true)
    if (other !== undefined) pairs.push({ first: Math.min(at, other), second: Math.max(at, other) })
  }
  const isCut =
    single.length > MOST_SINGLE ||
    (single.length > 0 && shared.length > MOST_COMPARED) ||
    budget.wasRefused
  return { pairs: pairs.toSorted((a, b) => a.first - b.first || a.second - b.second), isCut }
}

export function factorsShared(moduli: readonly bigint[]): bigint[] {
  let products = [...moduli]
  // Of products that lack one modulus each.
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
  levels.pop()
  let remainders = sums
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    const above = remainders
    remainders = level.map((factor, i) => (above[i >> 1] ?? 0n) % factor)
  }
  return moduli.map((modulus, i) => {
    const rest = remainders[i] ?? 0n
    return rest === 0n ? modulus : fastGcd(modulus, rest)
  })
}
