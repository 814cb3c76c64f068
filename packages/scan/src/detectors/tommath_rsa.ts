/**
 * RSA keys of LibTomMath: two primes are of one key where their product is a number near, or where one near is d:
 * e·d = 1 modulo p − 1 and q − 1.
 *
 * Source: `rsa_key` in tomcrypt_pk.h of LibTomCrypt 1.18, `dropbear_rsa_key` in src/rsa.h of Dropbear 2025.
 *
 * @module
 */
import type { Detected } from '../detected.ts'
import { charge } from '../effort.ts'
import { digitCount } from '../known/digit_forms.ts'
import type { Proof } from '../proof.ts'
import { proveRsa } from '../prove.ts'
import { hit } from './anchored.ts'
import { EXPONENTS } from './malloc_rsa.ts'
import { type TomMathNumber, type TomMathPlace, tomMathNumbersNear } from './tommath_numbers.ts'

/** Bits of a prime: of the sizes that are in use. */
const BITS: ReadonlySet<number> = new Set([512, 768, 1024, 1536, 2048])
/** Of a division by a prime of 512 bits. */
const DIVISION_UNITS = 2000

export const isPrimeLike = ({ value, bits }: TomMathNumber): boolean =>
  BITS.has(bits) && (value & 1n) === 1n

const isInverse = (e: bigint, d: bigint, { value: p }: TomMathNumber): boolean =>
  (e * d - 1n) % (p - 1n) === 0n

/** The public exponent of the key with these primes whose secret one is among `wholes`. */
function exponentAmong(
  wholes: readonly TomMathNumber[],
  p: TomMathNumber,
  q: TomMathNumber,
): bigint | undefined {
  charge((wholes.length * EXPONENTS.length * DIVISION_UNITS * p.bits ** 2) / 512 ** 2)
  return EXPONENTS.find((e) =>
    wholes.some(({ value: d }) => isInverse(e, d, p) && isInverse(e, d, q)),
  )
}

/** The key of two primes, where one of `wholes` shows that they belong to each other. */
function keyOf(
  p: TomMathNumber,
  q: TomMathNumber,
  wholes: readonly TomMathNumber[],
): Proof | undefined {
  const n = p.value * q.value
  const e = exponentAmong(wholes, p, q)
  if (e === undefined && !wholes.some(({ value }) => value === n)) return undefined
  return proveRsa({ n, e: e ?? 65_537n, p: p.value, q: q.value })
}

/** The key of which the number at `place` is a prime. */
export function tomMathRsaAt(place: TomMathPlace, p: TomMathNumber): Detected | undefined {
  const { digits } = place.build
  const others = tomMathNumbersNear(place, p.count)
  const wholes = tomMathNumbersNear(place, digitCount(digits, 2 * p.bits))
  for (const q of others) {
    if (q.value === p.value || q.bits !== p.bits || !isPrimeLike(q)) continue
    const proof = keyOf(p, q, wholes)
    if (proof !== undefined) return hit(proof, digits.form, p.from, p.to)
  }
  return undefined
}
