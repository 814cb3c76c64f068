/**
 * Keys of LibTomMath (LibTomCrypt, Dropbear, CryptX of Perl), found by the chunk of a number of theirs.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detector } from '../../anchors/detected.ts'
import { curvesOf, tomMathEcAt } from './tommath_ec.ts'
import {
  TOMMATH_BUILDS,
  type TomMathBuild,
  tomMathAnchors,
  tomMathNumberAt,
} from './tommath_numbers.ts'
import { isPrimeLike, tomMathRsaAt } from './tommath_rsa.ts'

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
