import { createECDH } from 'node:crypto'
import type { Curve } from '../material/key_material.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { type CurveParameters, curveNamed } from './curves.ts'
import { fromBigEndian, toBigEndian } from './modular.ts'

export interface Point {
  readonly x: bigint
  readonly y: bigint
}

export function pointOf(coordinates: Uint8Array, budget: WorkBudget = UNLIMITED): Point {
  const half = coordinates.length / 2
  const [x, y] = [coordinates.subarray(0, half), coordinates.subarray(half)]
  return { x: fromBigEndian(x, budget), y: fromBigEndian(y, budget) }
}

export function isOnCurve({ p, a, b }: CurveParameters, { x, y }: Point): boolean {
  if (x >= p || y >= p) return false
  return (y * y - (x * x + a) * x - b) % p === 0n
}

/**
 * Undefined if d is not in [1, n − 1]. By OpenSSL (0.05 to 1 ms), else @noble/curves: some builds
 * lack brainpool and secp256k1.
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
    return pointOf(pair.getPublicKey().subarray(1))
  } catch {
    return undefined
  } finally {
    secret.fill(0)
  }
}

/** Undefined if that is no affine point. */
export function multiple(curve: CurveParameters, { x, y }: Point, d: bigint): Point | undefined {
  const point = curve
    .points()
    .fromAffine({ x, y })
    .multiplyUnsafe(d % curve.n)
  return point.is0() ? undefined : { ...point.toAffine() }
}
