/** Public halves of Edwards and Montgomery keys (RFC 8032, RFC 7748), computed by OpenSSL. */
import { createPrivateKey, type JsonWebKey, type JsonWebKeyInput } from 'node:crypto'
import { ed448 } from '@noble/curves/ed448.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { TAG } from '../der/der.ts'
import { der, derInteger, derOid, derSequence } from '../der/der_write.ts'
import type { OkpMaterial } from '../material/key_material.ts'
import { fromLittleEndian, inversesModPrime, toBigEndian } from './modular.ts'

export type OkpCurve = OkpMaterial['curve']

export interface OkpParameters {
  readonly curve: OkpCurve
  readonly kind: 'ed25519' | 'ed448' | 'x25519' | 'x448'
  /** Content of its object identifier, hex: RFC 8410, section 3. */
  readonly oid: string
  readonly lengthBytes: number
  readonly bits: number
}

export const OKP: readonly OkpParameters[] = [
  { curve: 'X25519', kind: 'x25519', oid: '2b656e', lengthBytes: 32, bits: 256 },
  { curve: 'X448', kind: 'x448', oid: '2b656f', lengthBytes: 56, bits: 448 },
  { curve: 'Ed25519', kind: 'ed25519', oid: '2b6570', lengthBytes: 32, bits: 256 },
  { curve: 'Ed448', kind: 'ed448', oid: '2b6571', lengthBytes: 57, bits: 456 },
]

const BY_OID = new Map(OKP.map((parameters) => [parameters.oid, parameters]))
const BY_CURVE = new Map(OKP.map((parameters) => [parameters.curve, parameters]))

export function okpOfOid(oid: string): OkpParameters | undefined {
  return BY_OID.get(oid)
}

export function okpNamed(curve: OkpCurve): OkpParameters {
  const parameters = BY_CURVE.get(curve)
  if (parameters === undefined) throw new TypeError('no such curve')
  return parameters
}

/**
 * Undefined for a wrong length. Node 24 takes raw keys, older ones JWK, and DER only where that
 * fails: DER takes ten times as long.
 */
export function okpPublicKey(curve: OkpCurve, secret: Uint8Array): Uint8Array | undefined {
  const { kind, lengthBytes } = okpNamed(curve)
  if (secret.length !== lengthBytes) return undefined
  return (
    publicOf({ key: secret, format: 'raw-private', asymmetricKeyType: kind }) ??
    publicOf({ key: asJwk(curve, secret), format: 'jwk' }) ??
    byDer(curve, secret)
  )
}

function asJwk(curve: OkpCurve, secret: Uint8Array): JsonWebKey {
  const d = Buffer.from(secret.buffer, secret.byteOffset, secret.length).toString('base64url')
  return { kty: 'OKP', crv: curve, d, x: d }
}

function publicOf(input: object): Uint8Array | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types do not know raw keys yet
    const { x } = createPrivateKey(input as JsonWebKeyInput).export({ format: 'jwk' })
    return x === undefined ? undefined : new Uint8Array(Buffer.from(x, 'base64url'))
  } catch {
    return undefined
  }
}

function byDer(curve: OkpCurve, secret: Uint8Array): Uint8Array | undefined {
  const { oid } = okpNamed(curve)
  const spelled = derSequence(
    derInteger(0n),
    derSequence(derOid(oid)),
    der(TAG.octets, der(TAG.octets, secret)),
  )
  const publicKey = publicOf({ key: spelled, format: 'der', type: 'pkcs8' })
  spelled.fill(0)
  return publicKey
}

/** Whether it is a point that only its owner can sign for: anybody can for one of small order. */
export function isSigningPoint(curve: 'Ed25519' | 'Ed448', publicKey: Uint8Array): boolean {
  const { Point } = curve === 'Ed25519' ? ed25519 : ed448
  try {
    return !Point.fromBytes(publicKey).isSmallOrder()
  } catch {
    return false
  }
}

const FIELD = (1n << 255n) - 19n

/**
 * u = (1 + y) / (1 − y), also of the X25519 key with the same scalar (RFC 7748, section 4.1).
 * One takes 0.1 ms by itself, and 5 µs among many.
 */
export function montgomeryOfEach(
  publicKeys: readonly Uint8Array[],
): readonly (Uint8Array | undefined)[] {
  const ys = publicKeys.map((key) => BigInt.asUintN(255, fromLittleEndian(key)) % FIELD)
  const divisors = ys.map((y) => (1n - y + FIELD) % FIELD)
  return inversesModPrime(divisors, FIELD).map((divisor, i) => {
    if (divisor === undefined) return undefined
    const u = ((1n + (ys[i] ?? 0n)) * divisor) % FIELD
    return Uint8Array.from(toBigEndian(u, 32)).toReversed()
  })
}
