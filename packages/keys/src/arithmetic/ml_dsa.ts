/**
 * ML-DSA (FIPS 204): the key that a seed gives, and the public half that a private key proves: t = A·s₁ + s₂, whose hash is in
 * it. The arithmetic is that of @noble/post-quantum. @module
 */
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { shake256 } from './shake.ts'

export interface MlDsaParameters {
  readonly name: string
  /** Number of the parameter set. */
  readonly set: 44 | 65 | 87
  /** Content of its object identifier, hex. */
  readonly oid: string
  readonly k: number
  readonly l: number
  readonly eta: 2 | 4
}

export const ML_DSA: readonly MlDsaParameters[] = [
  { name: 'ML-DSA-44', set: 44, oid: '608648016503040311', k: 4, l: 4, eta: 2 },
  { name: 'ML-DSA-65', set: 65, oid: '608648016503040312', k: 6, l: 5, eta: 4 },
  { name: 'ML-DSA-87', set: 87, oid: '608648016503040313', k: 8, l: 7, eta: 2 },
]

const OF_SET = { 44: ml_dsa44, 65: ml_dsa65, 87: ml_dsa87 } as const

export const ML_DSA_SEED = 32

const HEAD = 128
/** Of a polynomial of t₀, and of one of t₁. */
const T0_BYTES = 416
const T1_BYTES = 320

/** Of a small polynomial. */
function smallBytes(eta: number): number {
  return eta === 2 ? 96 : 128
}

/** Of the private key as FIPS 204 spells it: ρ, K, the public key's hash, s₁, s₂, t₀. */
export function mlDsaSecretLength({ k, l, eta }: MlDsaParameters): number {
  return HEAD + (k + l) * smallBytes(eta) + k * T0_BYTES
}

/** Of the public key: ρ and t₁, ten bits a number. */
export function mlDsaPublicLength({ k }: MlDsaParameters): number {
  return 32 + T1_BYTES * k
}

/** What signs, of a private key as FIPS 204 spells it: K, and s₁ and s₂ one behind the other; copies. */
export function mlDsaSecretParts(
  { k, l, eta }: MlDsaParameters,
  secret: Uint8Array,
): { k: Uint8Array; s1s2: Uint8Array } {
  return {
    k: Uint8Array.from(secret.subarray(32, 64)),
    s1s2: Uint8Array.from(secret.subarray(HEAD, HEAD + (k + l) * smallBytes(eta))),
  }
}

/** The ρ that a seed gives: what a public key begins with. Cost: 3 µs. */
export function mlDsaRho({ k, l }: MlDsaParameters, seed: Uint8Array): Uint8Array {
  return shake256(128, seed, Uint8Array.of(k, l)).subarray(0, 32)
}

/** The key pair of a seed of 32 bytes. Cost: 2 to 8 ms. */
export function mlDsaFromSeed(
  { set }: MlDsaParameters,
  seed: Uint8Array,
): { secret: Buffer; publicKey: Buffer } {
  const { secretKey, publicKey } = OF_SET[set].keygen(seed)
  return { secret: Buffer.from(secretKey), publicKey: Buffer.from(publicKey) }
}

/**
 * The public key of a private key that holds together: s₁ and s₂ are small, and the hash in it is that of the public key that
 * they give.
 *
 * K (32 bytes, for signing without randomness) and t₀ are not compared: whoever has the rest can make the latter. Cost: 10 µs for
 * noise, 3 to 8 ms for a key.
 */
export function mlDsaPublicKey(
  parameters: MlDsaParameters,
  secret: Uint8Array,
): Uint8Array | undefined {
  if (secret.length !== mlDsaSecretLength(parameters)) return undefined
  try {
    const publicKey = OF_SET[parameters.set].getPublicKey(secret)
    const isHashed = Buffer.compare(shake256(64, publicKey), secret.subarray(64, HEAD)) === 0
    return isHashed ? publicKey : undefined
  } catch {
    // Its small polynomials are not small. What is thrown might repeat a number of them.
    return undefined
  }
}
