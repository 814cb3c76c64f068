/** Points of the curves: d·G, and whether a point is on a curve. @module */
import { createECDH } from 'node:crypto'
import type { Curve } from '../material/key_material.ts'
import { type CurveParameters, curveNamed } from './curves.ts'
import { fromBigEndian, toBigEndian } from './modular.ts'

export interface Point {
  readonly x: bigint
  readonly y: bigint
}

/** Whether the point satisfies the equation, with both coordinates below p. */
export function isOnCurve({ p, a, b }: CurveParameters, { x, y }: Point): boolean {
  if (x >= p || y >= p) return false
  return (y * y - (x * x + a) * x - b) % p === 0n
}

/**
 * d·G of a named curve, or undefined if d is not in [1, n − 1].
 *
 * OpenSSL computes it where its build has the curve (some distributions leave brainpool and secp256k1 out), which
 * takes 0.05 to 1 ms; otherwise @noble/curves does.
 */
export function publicPoint(curve: Curve, d: bigint): Point | undefined {
  const parameters = curveNamed(curve)
  if (d < 1n || d >= parameters.n) return undefined
  return (
    opensslPoint(parameters, d) ?? multiple(parameters, { x: parameters.gx, y: parameters.gy }, d)
  )
}

function opensslPoint({ openssl, lengthBytes }: CurveParameters, d: bigint): Point | undefined {
  const secret = toBigEndian(d, lengthBytes)
  try {
    const pair = createECDH(openssl)
    pair.setPrivateKey(secret)
    const point = pair.getPublicKey()
    return {
      x: fromBigEndian(point.subarray(1, 1 + lengthBytes)),
      y: fromBigEndian(point.subarray(1 + lengthBytes)),
    }
  } catch {
    return undefined
  } finally {
    secret.fill(0)
  }
}

/**
 * A multiple of a point of a named curve, or undefined if that is no affine point. Cost: 0.4 ms for 256 bits, 2 ms for 521;
 * some 10 ms more the first time.
 */
export function multiple(curve: CurveParameters, { x, y }: Point, d: bigint): Point | undefined {
  const point = curve
    .points()
    .fromAffine({ x, y })
    .multiplyUnsafe(d % curve.n)
  return point.is0() ? undefined : { ...point.toAffine() }
}
