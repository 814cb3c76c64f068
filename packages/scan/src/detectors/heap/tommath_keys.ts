/**
 * Keys of LibTomMath (LibTomCrypt, Dropbear, CryptX of Perl), found by the chunk of a number of theirs.
 *
 * Source: `rsa_key` in tomcrypt_pk.h of LibTomCrypt 1.18, `dropbear_rsa_key` in src/rsa.h of Dropbear 2025.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import { digitCount } from '../../known/values/digit_forms.ts'
import { rsaOfPrime } from './rsa_of_prime.ts'
import { curvesOf, tomMathEcAt } from './tommath_ec.ts'
import {
  TOMMATH_BUILDS,
  type TomMathBuild,
  type TomMathNumber,
  type TomMathPlace,
  tomMathAnchors,
  tomMathNumberAt,
  tomMathNumbersNear,
} from './tommath_numbers.ts'

/** Bits of a prime: of the sizes that are in use. */
const BITS: ReadonlySet<number> = new Set([512, 768, 1024, 1536, 2048])

const isPrimeLike = ({ value, bits }: TomMathNumber): boolean =>
  BITS.has(bits) && (value & 1n) === 1n

/** The key of which the number at `place` is a prime. */
function tomMathRsaAt(place: TomMathPlace, p: TomMathNumber): Detected | undefined {
  const { digits } = place.build
  const others = tomMathNumbersNear(place, p.count).filter(
    (number) => number.bits === p.bits && isPrimeLike(number),
  )
  const wholes = tomMathNumbersNear(place, digitCount(digits, 2 * p.bits))
  const proof = rsaOfPrime(p.value, others, wholes)
  return proof === undefined ? undefined : hit(proof, digits.form, p.from, p.to)
}

function detector(build: TomMathBuild): Detector {
  return (bytes, at) => {
    const place = { bytes, at, build }
    const number = tomMathNumberAt(place)
    if (number === undefined) return undefined
    if (isPrimeLike(number)) return tomMathRsaAt(place, number)
    const curves = curvesOf(number.count, build)
    return curves.length === 0 ? undefined : tomMathEcAt(place, number, curves)
  }
}

export const TOMMATH_ANCHORS: readonly Anchor[] = TOMMATH_BUILDS.flatMap((build) =>
  tomMathAnchors(build, detector(build)),
)
