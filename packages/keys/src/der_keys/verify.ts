/** Verifies key material by arithmetic. Reports words for people, never a value. */
import { curveNamed } from '../arithmetic/curves.ts'
import { isOnCurve, type Point, publicPoint } from '../arithmetic/ec.ts'
import { bitLength } from '../arithmetic/modular.ts'
import { type OkpCurve, okpNamed, okpPublicKey } from '../arithmetic/okp.ts'
import { completeRsa, type RsaParts } from '../arithmetic/rsa.ts'
import { type Key, REFUSED, unverified } from '../material/key.ts'
import type { Curve, KeyMaterial } from '../material/key_material.ts'
import { isRandomLooking } from '../material/random_looking.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { verifyOpaque } from './verify_opaque.ts'

/** Verifies material found by a public key. Gives what is not verified; undefined for no match. */
export function verifyMaterial(
  material: KeyMaterial,
  budget: WorkBudget = UNLIMITED,
): Key | undefined {
  if (material.type === 'rsa') return verifyRsa(material, budget)
  if (material.type === 'ec') {
    const { curve, d } = material
    return d === undefined ? undefined : verifyEc(curve, d, material, budget)
  }
  if (material.type !== 'okp') return verifyOpaque(material, budget)
  const { curve, secret, publicKey } = material
  return secret && verifyOkp(curve, secret, publicKey, budget)
}

function pointCost(curve: Curve): number {
  return curve === 'P-256' ? 100_000 : 1_000_000 * (curveNamed(curve).bits / 384) ** 2
}

const okpCost = (curve: OkpCurve): number => (curve.endsWith('448') ? 300_000 : 80_000)

export function verifyRsa(parts: RsaParts, budget: WorkBudget): Key | undefined {
  const found = completeRsa(parts, budget)
  if (found === undefined) return undefined
  const { material, verification } = found
  return { certainty: 'verified', verification, bits: bitLength(material.n), kind: 'rsa', material }
}

/** A damaged key: no equation holds, but all of `filled` looks like numbers. */
export function verifyRsaFields(
  parts: RsaParts,
  filled: readonly Uint8Array[],
  bits: number,
  budget: WorkBudget,
): Key | undefined {
  const found = verifyRsa(parts, budget)
  if (found !== undefined || !filled.every((each) => isRandomLooking(each, budget))) return found
  return unverified('rsa', bits, 'laid out as a key, no equation of RSA holds')
}

/** @param stored the public point that was beside d, if any */
export function verifyEc(
  curve: Curve,
  d: bigint,
  stored: Point | undefined,
  budget: WorkBudget,
): Key {
  const { bits, n } = curveNamed(curve)
  const kind = 'ec'
  if (d < 1n || d >= n) return unverified(kind, bits, 'scalar out of range')
  // Noise fails here, before expensive steps.
  if (stored !== undefined && !isOnCurve(curveNamed(curve), stored)) {
    return unverified(kind, bits, 'the public point is not on the curve')
  }
  const point = budget.within(pointCost(curve), () => publicPoint(curve, d))
  if (point === undefined) return unverified(kind, bits, REFUSED)
  const { x, y } = point
  const material: KeyMaterial = { type: 'ec', curve, x, y, d }
  const certainty = 'verified'
  if (stored === undefined) {
    const verification = 'key decodes, scalar in range'
    return { certainty, verification, bits, kind, material, isWellFormed: true }
  }
  if (x === stored.x && y === stored.y)
    return { certainty, verification: 'd·G = Q', bits, kind, material }
  return { ...unverified(kind, bits, 'd·G is another point'), possible: [material] }
}

/** An unverified key that would be one of these keys: known public halves decide. */
export function withPossible(verification: Key, verifications: readonly Key[]): Key {
  const possible = verifications.flatMap(({ material }) => material ?? [])
  return possible.length === 0 ? verification : { ...verification, possible }
}

/** @param stored the public half that was beside the secret, if any */
export function verifyOkp(
  curve: OkpCurve,
  secret: Uint8Array,
  stored: Uint8Array | undefined,
  budget: WorkBudget,
): Key {
  const { kind, bits, lengthBytes } = okpNamed(curve)
  if (secret.length !== lengthBytes) return unverified(kind, bits, 'wrong length')
  const publicKey = budget.within(okpCost(curve), () => okpPublicKey(curve, secret))
  if (publicKey === undefined) return unverified(kind, bits, REFUSED)
  const material: KeyMaterial = { type: 'okp', curve, publicKey, secret: new Uint8Array(secret) }
  if (stored !== undefined && Buffer.compare(stored, publicKey) !== 0) {
    const words = 'the secret gives another public half'
    return { ...unverified(kind, bits, words), possible: [material] }
  }
  const verification = stored === undefined ? 'key decodes' : 'the secret gives its public half'
  return { certainty: 'verified', verification, bits, kind, material }
}
