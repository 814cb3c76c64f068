/**
 * Whether a signature is valid, and canonical: of (r, s) and (r, n − s), low s is chosen.
 * Source: RFC 7518, sections 3.3 to 3.5; RFC 8037; SEC 1, version 2, section 4.1.3.
 */
import { constants, type SigningOptions, verify } from 'node:crypto'
import type { Algorithm, TrustedKey } from './keys.ts'
import type { StrictJws } from './strict_jws.ts'

export { type Algorithm, isAlgorithm } from './keys.ts'

/** Orders of NIST P-256, P-384, P-521 (FIPS 186-5). */
const ORDERS: Partial<Readonly<Record<Algorithm, bigint>>> = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ES512:
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
}

/** The encoding of the parts is not checked here. */
export function isSigned(
  { signingInput, signature }: StrictJws,
  { key, alg }: TrustedKey,
): boolean {
  const half = HALVES.get(alg)
  if (half !== undefined && signature.length !== 2 * half.length) return false
  const input = Buffer.from(signingInput, 'latin1')
  try {
    return verify(digestOf(alg), input, { key, ...paddingOf(alg) }, signature)
  } catch {
    return false
  }
}

export const digestOf = (alg: Algorithm): string | undefined =>
  alg === 'EdDSA' ? undefined : `sha${alg.slice(2)}`

/** Both parts of an ECDSA signature in their full width; the salt of PSS as long as the digest. */
export function paddingOf(alg: Algorithm): SigningOptions {
  if (alg.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' }
  return alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}
}

const widthOf = (order: bigint) => Math.ceil(order.toString(16).length / 2)

/** The largest low s, as wide as it is in a signature. */
const HALVES: ReadonlyMap<string, Uint8Array> = new Map(
  Object.entries(ORDERS).map(([alg, order]) => {
    return [alg, bytesOf((order - 1n) / 2n, widthOf(order))]
  }),
)

function bytesOf(value: bigint, width: number): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * width, '0'), 'hex')
}

/** True for algorithms whose signatures have no twin. */
export function isLowS(signature: Uint8Array, alg: Algorithm): boolean {
  const half = HALVES.get(alg)
  if (half === undefined) return true
  for (let i = 0; i < half.length; i++) {
    const own = signature[half.length + i] ?? 0
    const most = half[i] ?? 0
    if (own !== most) return own < most
  }
  return true
}

/** The twin of an ECDSA signature with high s; every other signature as it is. */
export function toLowS(signature: Uint8Array, alg: Algorithm): Uint8Array {
  const order = ORDERS[alg]
  if (order === undefined || isLowS(signature, alg)) return signature
  const width = signature.length / 2
  const s = BigInt(`0x${Buffer.from(signature.subarray(width)).toString('hex')}`)
  return Buffer.concat([signature.subarray(0, width), bytesOf(order - s, width)])
}
