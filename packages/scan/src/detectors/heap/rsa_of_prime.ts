/**
 * Finds the RSA key of a prime among numbers near it: a second prime fits where their product is one of them, or where
 * one is d: e·d = 1 modulo p − 1 and q − 1. @module
 */
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import type { Verification } from '@mintmark/keys/material/verification'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'

/** Public exponents that are distinguished from each other by their d: all that programs make keys with. */
export const EXPONENTS: readonly bigint[] = [65_537n, 3n, 17n, 5n, 257n]

interface Numbered {
  readonly value: bigint
}

/** Of a division by a prime of 512 bits. */
const DIVISION_COST = 2000

const isInverse = (e: bigint, d: bigint, prime: bigint): boolean =>
  (e * d - 1n) % (prime - 1n) === 0n

/**
 * The key of `p`. Where its product shows it, and no d, its exponent is taken to be 65,537.
 *
 * @param others numbers that may be the other prime
 * @param wholes numbers that may be n or d
 */
export function rsaOfPrime(
  p: bigint,
  others: readonly Numbered[],
  wholes: readonly Numbered[],
  budget: WorkBudget,
): Verification | undefined {
  budget.spend(wholes.length * EXPONENTS.length * DIVISION_COST * (bitLength(p) / 512) ** 2)
  const secrets = wholes.flatMap(({ value: d }) => {
    const e = EXPONENTS.find((each) => isInverse(each, d, p))
    return e === undefined ? [] : { d, e }
  })
  for (const { value: q } of others) {
    if (q === p) continue
    const n = p * q
    const byExponent = secrets.find(({ d, e }) => isInverse(e, d, q))
    const isProduct = byExponent === undefined && wholes.some(({ value }) => value === n)
    if (byExponent === undefined && !isProduct) continue
    const verification = verifyRsa(
      { n, e: byExponent?.e ?? 65_537n, p, q, d: byExponent?.d },
      budget,
    )
    if (verification !== undefined) return verification
  }
  return undefined
}
