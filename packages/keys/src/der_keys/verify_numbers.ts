import { type CurveParameters, curvesOfLength } from '../arithmetic/curves.ts'
import { isOnCurve, pointOf } from '../arithmetic/ec.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import type { Key } from '../material/key.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { verifyEc, verifyRsa } from './verify.ts'
import { verifyGroupKey } from './verify_opaque.ts'

type Name = 'n' | 'e' | 'd' | 'p' | 'q' | 'dP' | 'dQ' | 'qInv' | 'g' | 'y' | 'x'

/** @param names in order: of RSA n e d p q dP dQ qInv, of DSA and DH p q g y x */
export function verifyNumbers(
  kind: 'rsa' | 'dsa' | 'dh',
  names: string,
  numbers: readonly (bigint | undefined)[],
  budget: WorkBudget,
): Key | undefined {
  const named: Partial<Record<Name, bigint | undefined>> = Object.fromEntries(
    names.split(' ').map((name, i) => [name, numbers[i]]),
  )
  if (kind === 'rsa') return verifyRsa(named, budget)
  const { p = 0n, q, g = 0n, y, x = 0n } = named
  return verifyGroupKey(kind, { p, q, g, y, x }, budget)
}

export function verifyEcPoint(
  { curve, lengthBytes }: CurveParameters,
  secret: Uint8Array,
  point: Uint8Array | undefined,
  budget: WorkBudget,
): Key | undefined {
  if (point?.length !== 1 + 2 * lengthBytes || point[0] !== 4) return undefined
  return verifyEc(curve, fromBigEndian(secret, budget), pointOf(point.subarray(1), budget), budget)
}

/** X Y, which is on one known curve; otherwise undefined. */
export function verifyByPoint(
  secret: Uint8Array,
  coordinates: Uint8Array,
  budget: WorkBudget,
): Key | undefined {
  const point = pointOf(coordinates, budget)
  const curve = curvesOfLength(coordinates.length / 2).find((each) => isOnCurve(each, point))
  return curve && verifyEc(curve.curve, fromBigEndian(secret, budget), point, budget)
}
