/**
 * RSA keys of LibTomMath, by the chunk of a prime.
 *
 * Source: `rsa_key` in tomcrypt_pk.h of LibTomCrypt 1.18, `dropbear_rsa_key` in src/rsa.h of Dropbear 2025.
 *
 * @module
 */

import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { digitCount } from '../../known/values/digit_forms.ts'
import { rsaOfPrime } from './rsa_of_prime.ts'
import { type TomMathNumber, type TomMathPlace, tomMathNumbersNear } from './tommath_numbers.ts'

/** Bits of a prime: of the sizes that are in use. */
const BITS: ReadonlySet<number> = new Set([512, 768, 1024, 1536, 2048])

export const isPrimeLike = ({ value, bits }: TomMathNumber): boolean =>
  BITS.has(bits) && (value & 1n) === 1n

/** The key of which the number at `place` is a prime. */
export function tomMathRsaAt(place: TomMathPlace, p: TomMathNumber): Detected | undefined {
  const { digits } = place.build
  const others = tomMathNumbersNear(place, p.count).filter(
    (number) => number.bits === p.bits && isPrimeLike(number),
  )
  const wholes = tomMathNumbersNear(place, digitCount(digits, 2 * p.bits))
  const proof = rsaOfPrime(p.value, others, wholes)
  return proof === undefined ? undefined : hit(proof, digits.form, p.from, p.to)
}
