/**
 * Keys of SubjectPublicKeyInfo and bare RSAPublicKey. Source: RFC 5280 4.1.2.7, RFC 8017 A.1.1, RFC
 * 5480, RFC 8410; RFC 3279 and PKCS#3 for DSA and DH.
 */
import { ECDH } from 'node:crypto'
import type { CurveParameters } from '../arithmetic/curves.ts'
import { isOnCurve } from '../arithmetic/ec.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { okpOfOid } from '../arithmetic/okp.ts'
import { contentOf } from '../der/der.ts'
import { Row } from '../der/row.ts'
import { pqSchemeOfOid } from '../der_keys/post_quantum.ts'
import { curveOfParameters } from '../der_keys/sec1.ts'
import type { EcMaterial, LatticeMaterial, RsaMaterial } from '../material/key_material.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { groupKeyOfSpki, groupMaterial } from '../public_half/group_spki.ts'
import type { PublicKey } from '../public_half/public_key.ts'
import { EC_OIDS, plainSpki, RSA_OIDS, spkiParts } from '../public_half/spki.ts'

export type PublicMaterial = PublicKey['material']

/** Undefined also for kinds that are not searched for. */
export function keyOfSpki(
  spki: Uint8Array,
  budget: WorkBudget = UNLIMITED,
): PublicMaterial | undefined {
  const parts = spkiParts(spki)
  if (parts === undefined) return undefined
  const { oid, parameters, publicKey } = parts
  if (RSA_OIDS.has(oid)) return keyOfRsaPublicKey(publicKey, budget)
  if (EC_OIDS.has(oid)) {
    const curve = parameters && curveOfParameters(spki, parameters, budget)
    return curve && pointKey(curve, publicKey, budget)
  }
  const group = groupKeyOfSpki(spki, budget)
  if (group !== undefined) return groupMaterial(group)
  const lattice = latticeMaterial(oid, publicKey)
  if (lattice !== undefined) return lattice
  const okp = okpOfOid(oid)
  if (okp === undefined || publicKey.length !== okp.lengthBytes) return undefined
  return {
    type: 'okp',
    curve: okp.curve,
    publicKey: Uint8Array.from(publicKey),
    secret: undefined,
  }
}

function latticeMaterial(oid: string, publicKey: Uint8Array): LatticeMaterial | undefined {
  const scheme = pqSchemeOfOid(oid)
  if (scheme === undefined || scheme.kind === 'slh-dsa') return undefined
  if (publicKey.length !== scheme.publicLength) return undefined
  const spki = new Uint8Array(plainSpki(oid, publicKey))
  return { type: scheme.kind, secret: new Uint8Array(0), publicKey: spki }
}

const RSA_PUBLIC_KEY = new Row('02 02 *?')

export function keyOfRsaPublicKey(
  der: Uint8Array,
  budget: WorkBudget = UNLIMITED,
): RsaMaterial | undefined {
  const [n, e, more] = RSA_PUBLIC_KEY.in(der)
  if (n === undefined || e === undefined || more !== undefined) return undefined
  return rsaKey(fromBigEndian(contentOf(der, n), budget), fromBigEndian(contentOf(der, e), budget))
}

/** A key that can be one: both numbers odd, n of 256 to 16384 bits, e smaller. */
export function rsaKey(n: bigint, e: bigint): RsaMaterial | undefined {
  if (n >> 255n === 0n || n >> 16_384n !== 0n) return undefined
  if ((n & 1n) === 0n || (e & 1n) === 0n || e < 3n || e >= n) return undefined
  return { type: 'rsa', n, e, p: undefined, q: undefined, d: undefined }
}

export function pointKey(
  curve: CurveParameters,
  point: Uint8Array,
  budget: WorkBudget,
): EcMaterial | undefined {
  const whole = point[0] === 4 ? point : uncompressed(curve, point)
  const length = curve.lengthBytes
  if (whole?.length !== 1 + 2 * length) return undefined
  return ecKey(curve, whole.subarray(1, 1 + length), whole.subarray(1 + length), budget)
}

export function ecKey(
  parameters: CurveParameters,
  xBytes: Uint8Array,
  yBytes: Uint8Array,
  budget: WorkBudget,
): EcMaterial | undefined {
  const [x, y] = [fromBigEndian(xBytes, budget), fromBigEndian(yBytes, budget)]
  if (!isOnCurve(parameters, { x, y })) return undefined
  return { type: 'ec', curve: parameters.curve, x, y, d: undefined }
}

function uncompressed({ openssl }: CurveParameters, point: Uint8Array): Uint8Array | undefined {
  try {
    const whole = ECDH.convertKey(point, openssl, undefined, undefined, 'uncompressed')
    return typeof whole === 'string' ? undefined : whole
  } catch {
    return undefined
  }
}
