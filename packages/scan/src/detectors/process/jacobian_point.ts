/**
 * Points as OpenSSL and BoringSSL keep them: Jacobian coordinates, as they are or each in Montgomery's form.
 *
 * @module
 */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, type Point } from '@mintmark/keys/arithmetic/ec'
import { inverse } from '@mintmark/keys/arithmetic/modular'
import { charge } from '@mintmark/keys/material/effort'
import type { Curve } from '@mintmark/keys/material/key_material'

/** Of telling Montgomery's form, and of the equation of a curve. */
const POINT_UNITS = 20_000

/** The point of a curve that has these coordinates, or undefined if it is none. */
export function pointOf(curve: Curve, { x, y }: Point, z: bigint): Point | undefined {
  charge(POINT_UNITS)
  const { p, bits } = curveNamed(curve)
  const radix = inverse((1n << BigInt(Math.ceil(bits / 64) * 64)) % p, p) ?? 1n
  for (const scale of [1n, radix]) {
    const point = affine({ x: x * scale, y: y * scale }, z * scale, p)
    if (point !== undefined && isOnCurve(curveNamed(curve), point)) return point
  }
  return undefined
}

/** From Jacobian coordinates. */
function affine({ x, y }: Point, z: bigint, p: bigint): Point | undefined {
  const inverted = inverse(z % p, p)
  if (inverted === undefined) return undefined
  const square = (inverted * inverted) % p
  return { x: (x * square) % p, y: (y * ((square * inverted) % p)) % p }
}
