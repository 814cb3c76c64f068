/**
 * Keys from the numbers that a text names: put together, proven, or dropped.
 *
 * What is given here has no place yet: offset and length are 0, the form is empty. Where a text spells the public half too, it
 * must agree: else the key is a candidate at most.
 *
 * @module
 */
import { curveNamed, NAMED_CURVES } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { OKP } from '@mintmark/keys/arithmetic/okp'
import type { RsaParts } from '@mintmark/keys/arithmetic/rsa'
import { der, derInteger, derOid, derSequence } from '@mintmark/keys/der/der_write'
import { proveEc, proveOkp, proveRsa } from '@mintmark/keys/der_keys/prove'
import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import type { Curve } from '@mintmark/keys/material/key_material'
import { type Proof, REFUSED } from '@mintmark/keys/material/proof'
import type { Detected } from '../../anchors/detected.ts'
import { keyIn } from './decoded.ts'

const NOWHERE = { offset: 0, length: 0, form: '' } as const

/** A number from its big-endian bytes; undefined where there are none, or more than 16,384 bits have. */
export function numberOf(bytes: Uint8Array | undefined): bigint | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > 2056) return undefined
  return fromBigEndian(bytes)
}

/** An RSA key, if its parts prove each other. */
export function rsaKey(parts: RsaParts): Detected | undefined {
  const proven = proveRsa(parts)
  const material = proven?.material
  if (proven === undefined || material?.type !== 'rsa') return undefined
  if (parts.n === undefined || parts.n === material.n) return placeless(proven)
  const proof = `${proven.proof}, but the n beside it is another`
  return placeless({ ...proven, certainty: 'candidate', proof })
}

function placeless({ certainty, proof, bits, kind, material, possible }: Proof): Detected {
  return {
    ...NOWHERE,
    kind,
    bits,
    certainty,
    proof,
    ...(material === undefined ? {} : { material }),
    ...(possible === undefined ? {} : { possible }),
  }
}

/** Names of curves in JWK, OpenSSH, GnuPG and OpenSSL. */
const CURVE_NAMES: ReadonlyMap<string, Curve> = new Map([
  ['nistp256', 'P-256'],
  ['nistp384', 'P-384'],
  ['nistp521', 'P-521'],
  ['NIST P-224', 'P-224'],
  ['NIST P-256', 'P-256'],
  ['NIST P-384', 'P-384'],
  ['NIST P-521', 'P-521'],
  ['P-256K', 'secp256k1'],
  ['NIST P-192', 'P-192'],
  ['sm2p256v1', 'SM2'],
  ...NAMED_CURVES.flatMap(({ curve, openssl }) => [
    [curve, curve] as const,
    [openssl, curve] as const,
  ]),
])

/**
 * An EC key. It is proven by d·G = Q, or by one coordinate of Q; without them it is a candidate, since any scalar in
 * range has a point.
 *
 * @param d as long as the curve's order, or a byte longer (sign)
 */
export function ecKey(
  name: string,
  d: Uint8Array | undefined,
  x: Uint8Array | undefined,
  y: Uint8Array | undefined,
): Detected | undefined {
  const curve = CURVE_NAMES.get(name)
  if (curve === undefined || d === undefined || d.length === 0) return undefined
  const { lengthBytes } = curveNamed(curve)
  const isHeld = x !== undefined && y !== undefined
  if (d.length > lengthBytes + 1 || (!isHeld && d.length !== lengthBytes)) return undefined
  if (isHeld && (x.length > lengthBytes || y.length > lengthBytes)) return undefined
  const stored = isHeld ? { x: fromBigEndian(x), y: fromBigEndian(y) } : undefined
  const proof = proveEc(curve, fromBigEndian(d), stored)
  return isHeld ? held(proof, true) : held(withCoordinate(proof, x, y), (x ?? y) !== undefined)
}

/** What was computed, beside the one coordinate that is there. */
function withCoordinate(proof: Proof, x: Uint8Array | undefined, y: Uint8Array | undefined): Proof {
  const { material } = proof
  const coordinate = x ?? y
  if (material?.type !== 'ec' || coordinate === undefined) return proof
  if (fromBigEndian(coordinate) !== (x === undefined ? material.y : material.x))
    return { ...proof, certainty: 'candidate', proof: 'd·G is another point' }
  const { computed: _, ...known } = material
  const which = x === undefined ? 'y' : 'x'
  return { ...proof, proof: `d·G has the ${which} beside it`, material: known }
}

/** An Edwards or Montgomery key. Proven by its public half; a candidate without. */
export function okpKey(
  name: string,
  secret: Uint8Array | undefined,
  publicKey: Uint8Array | undefined,
): Detected | undefined {
  const parameters = OKP.find(({ curve }) => curve === name)
  if (parameters === undefined || secret?.length !== parameters.lengthBytes) return undefined
  return held(proveOkp(parameters.curve, secret, publicKey), publicKey !== undefined)
}

/** What did not fit is no key; what was not computed stays a candidate. */
function held(proof: Proof, isHeld: boolean): Detected | undefined {
  if (proof.certainty !== 'proven') return proof.proof === REFUSED ? placeless(proof) : undefined
  if (isHeld) return placeless(proof)
  const words = `${proof.proof}; no public half beside it`
  return placeless({ ...proof, certainty: 'candidate', proof: words })
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** A DSA key whose y is g^x modulo p. */
export function dsaKey(
  p: bigint | undefined,
  q: bigint | undefined,
  g: bigint | undefined,
  y: bigint | undefined,
  x: bigint | undefined,
): Detected | undefined {
  if (p === undefined || q === undefined || g === undefined) return undefined
  if (y === undefined || x === undefined) return undefined
  const proof = proveGroupKey('dsa', { p, q, g, y, x })
  return proof === undefined ? undefined : placeless(proof)
}

/** A DH key, which is what ElGamal has too: y is g^x modulo p. */
export function dhKey(
  p: bigint | undefined,
  g: bigint | undefined,
  y: bigint | undefined,
  x: bigint | undefined,
): Detected | undefined {
  if (p === undefined || g === undefined || y === undefined || x === undefined) return undefined
  const proof = proveGroupKey('dh', { p, q: undefined, g, y, x })
  return proof === undefined ? undefined : placeless(proof)
}

/** Last byte of the object identifier 2.16.840.1.101.3.4.3.x or .4.x, by name: FIPS 204. */
const PQ_OIDS: ReadonlyMap<string, string> = new Map([
  ['ML-DSA-44', '608648016503040311'],
  ['ML-DSA-65', '608648016503040312'],
  ['ML-DSA-87', '608648016503040313'],
  ['ML-KEM-512', '608648016503040401'],
  ['ML-KEM-768', '608648016503040402'],
  ['ML-KEM-1024', '608648016503040403'],
])

/** An ML-DSA or ML-KEM key from its seed, looked at as PKCS#8. */
export function pqKey(
  name: string,
  seed: Uint8Array | undefined,
  publicKey: Uint8Array | undefined,
): Detected | undefined {
  const oid = PQ_OIDS.get(name)
  if (oid === undefined || seed === undefined) return undefined
  if (seed.length !== (name.startsWith('ML-DSA') ? 32 : 64)) return undefined
  const inner = der(0x04, der(0x80, seed))
  const key = inDer(derSequence(derInteger(0n), derSequence(derOid(oid)), inner))
  if (key === undefined || publicKey === undefined) return key
  const material = key.material
  const computed =
    material !== undefined && 'publicKey' in material ? material.publicKey : undefined
  if (computed === undefined) return { ...key, certainty: 'candidate' }
  return equal(computed.subarray(-publicKey.length), publicKey) ? key : undefined
}

function inDer(spelled: Uint8Array): Detected | undefined {
  const key = keyIn(spelled)
  spelled.fill(0)
  return key === undefined ? undefined : { ...key, ...NOWHERE }
}
