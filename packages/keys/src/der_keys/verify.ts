/** Verifies key material by arithmetic. Says what was verified in words for people, never a value. @module */
import { curveNamed } from '../arithmetic/curves.ts'
import { isOnCurve, type Point, publicPoint } from '../arithmetic/ec.ts'
import { bitLength } from '../arithmetic/modular.ts'
import { type OkpCurve, okpNamed, okpPublicKey } from '../arithmetic/okp.ts'
import { completeRsa, type RsaParts } from '../arithmetic/rsa.ts'
import type { Curve, KeyMaterial, RsaMaterial } from '../material/key_material.ts'
import { REFUSED, unverified, type Verification } from '../material/verification.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { verifyOpaque } from './verify_opaque.ts'

export type { Verification } from '../material/verification.ts'

/** Verifies material that was assembled elsewhere: a JWK, an XML file, a search by public key. */
export function verifyMaterial(
  material: KeyMaterial,
  budget: WorkBudget = UNLIMITED,
): Verification {
  const { type } = material
  if (type === 'rsa') return verifiedRsa(material, budget)
  if (type === 'ec')
    return verifiedEc(material.curve, material.d, material, material.computed, budget)
  if (type === 'okp') {
    return verifiedOkp(
      material.curve,
      material.secret,
      material.publicKey,
      material.computed,
      budget,
    )
  }
  return verifyOpaque(material, budget)
}

function verifiedRsa(material: RsaMaterial, budget: WorkBudget): Verification {
  const bits = bitLength(material.n)
  if (material.p === undefined && material.d === undefined) {
    return { certainty: 'candidate', proof: 'no private part', bits, kind: 'rsa', material }
  }
  return verifyRsa(material, budget) ?? unverified('rsa', bits, 'no equation of RSA holds')
}

/** Of d·G: OpenSSL has P-256 in assembly. */
function pointCost(curve: Curve): number {
  return curve === 'P-256' ? 100_000 : 1_000_000 * (curveNamed(curve).bits / 384) ** 2
}

const okpCost = (curve: OkpCurve): number => (curve.endsWith('448') ? 300_000 : 80_000)

/** An RSA key from its parts, or undefined where no equation holds. */
export function verifyRsa(parts: RsaParts, budget: WorkBudget): Verification | undefined {
  const found = completeRsa(parts, budget)
  if (found === undefined) return undefined
  const { material, proof } = found
  return { certainty: 'proven', proof, bits: bitLength(material.n), kind: 'rsa', material }
}

/** @param stored the public point that was beside d, if any */
export function verifyEc(
  curve: Curve,
  d: bigint,
  stored: Point | undefined,
  budget: WorkBudget,
): Verification {
  return verifiedEc(curve, d, stored, undefined, budget)
}

function verifiedEc(
  curve: Curve,
  d: bigint | undefined,
  stored: Point | undefined,
  computed: true | undefined,
  budget: WorkBudget,
): Verification {
  const { bits, n } = curveNamed(curve)
  const kind = 'ec'
  if (d === undefined) return unverified(kind, bits, 'no private part')
  if (d < 1n || d >= n) return unverified(kind, bits, 'scalar out of range')
  // Noise fails here, before expensive steps.
  if (stored !== undefined && !isOnCurve(curveNamed(curve), stored)) {
    return unverified(kind, bits, 'the public point is not on the curve')
  }
  const point = budget.within(pointCost(curve), () => publicPoint(curve, d))
  if (point === undefined) return unverified(kind, bits, REFUSED)
  const isComputed = stored === undefined || computed === true
  const { x, y } = point
  if (stored !== undefined && (x !== stored.x || y !== stored.y)) {
    const possible: KeyMaterial = { type: 'ec', curve, x, y, d, computed: true }
    return { ...unverified(kind, bits, 'd·G is another point'), possible: [possible] }
  }
  return {
    certainty: 'proven',
    proof: isComputed ? 'key decodes, scalar in range' : 'd·G = Q',
    bits,
    kind,
    material: { type: 'ec', curve, x, y, d, ...(isComputed ? { computed: true } : {}) },
    ...(isComputed ? { isWellFormed: true } : {}),
  }
}

/** A candidate that would be one of these keys: known public halves decide. */
export function withPossible(
  verification: Verification,
  verifications: readonly Verification[],
): Verification {
  const possible = verifications.flatMap(({ material }) => material ?? [])
  return possible.length === 0 ? verification : { ...verification, possible }
}

/** @param stored the public half that was beside the secret, if any */
export function verifyOkp(
  curve: OkpCurve,
  secret: Uint8Array,
  stored: Uint8Array | undefined,
  budget: WorkBudget,
): Verification {
  return verifiedOkp(curve, secret, stored, undefined, budget)
}

function verifiedOkp(
  curve: OkpCurve,
  secret: Uint8Array | undefined,
  stored: Uint8Array | undefined,
  computed: true | undefined,
  budget: WorkBudget,
): Verification {
  const { kind, bits, lengthBytes } = okpNamed(curve)
  if (secret === undefined) return unverified(kind, bits, 'no private part')
  if (secret.length !== lengthBytes) return unverified(kind, bits, 'wrong length')
  const publicKey = budget.within(okpCost(curve), () => okpPublicKey(curve, secret))
  if (publicKey === undefined) return unverified(kind, bits, REFUSED)
  const isComputed = stored === undefined || computed === true
  if (stored !== undefined && Buffer.compare(stored, publicKey) !== 0) {
    const own = new Uint8Array(secret)
    const possible: KeyMaterial = { type: 'okp', curve, publicKey, secret: own, computed: true }
    return {
      ...unverified(kind, bits, 'the secret gives another public half'),
      possible: [possible],
    }
  }
  return {
    certainty: 'proven',
    proof: isComputed ? 'key decodes' : 'the secret gives its public half',
    bits,
    kind,
    material: {
      type: 'okp',
      curve,
      publicKey,
      secret: new Uint8Array(secret),
      ...(isComputed ? { computed: true } : {}),
    },
  }
}
