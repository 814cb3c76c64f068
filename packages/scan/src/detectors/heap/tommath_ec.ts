/**
 * EC keys of LibTomMath: two numbers that are a point of a curve, and near them the secret that gives it.
 *
 * Source: `ecc_key` in tomcrypt_pk.h of LibTomCrypt 1.18, whose points lie there with z = 1.
 *
 * @module
 */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, type Point } from '@mintmark/keys/arithmetic/ec'
import { proveEc } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import type { Curve } from '@mintmark/keys/material/key_material'
import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { digitCount } from '../../known/values/digit_forms.ts'
import {
  type TomMathBuild,
  type TomMathNumber,
  type TomMathPlace,
  tomMathNumbersNear,
} from './tommath_numbers.ts'

const CURVES: readonly Curve[] = ['P-256', 'secp256k1', 'P-384', 'P-521']
/** Of the equation of a curve. */
const POINT_UNITS = 15_000
/** Numbers near a point that are tried as its secret, and what one takes. */
const MOST_SECRETS = 8
const MULTIPLE_UNITS = 2_000_000

const digitsOf = (curve: Curve, { digits }: TomMathBuild): number =>
  digitCount(digits, curveNamed(curve).bits)

/** Curves whose numbers have so many digits, or one more, where the highest is 0. */
export function curvesOf(count: number, build: TomMathBuild): readonly Curve[] {
  return CURVES.filter((curve) => [count, count + 1].includes(digitsOf(curve, build)))
}

function pointFrom(
  { value: x }: TomMathNumber,
  others: readonly TomMathNumber[],
  curves: readonly Curve[],
): (Point & { readonly curve: Curve }) | undefined {
  for (const { value: y } of others) {
    charge(POINT_UNITS * curves.length)
    const curve = curves.find((each) => isOnCurve(curveNamed(each), { x, y }))
    if (curve !== undefined) return { x, y, curve }
  }
  return undefined
}

/** The key of whose point the number at `place` is x. */
export function tomMathEcAt(
  place: TomMathPlace,
  x: TomMathNumber,
  curves: readonly Curve[],
): Detected | undefined {
  const [first = 'P-256'] = curves
  const others = tomMathNumbersNear(place, digitsOf(first, place.build))
  const point = pointFrom(x, others, curves)
  if (point === undefined) return undefined
  const secrets = others.filter(({ value }) => value !== point.y && value !== point.x)
  for (const { value, from, to } of secrets.slice(0, MOST_SECRETS)) {
    charge(MULTIPLE_UNITS)
    const proof = proveEc(point.curve, value, point)
    if (proof.certainty === 'proven') return hit(proof, place.build.digits.form, from, to)
  }
  return undefined
}
