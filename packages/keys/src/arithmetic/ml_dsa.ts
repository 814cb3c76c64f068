/** ML-DSA (FIPS 204), by @noble/post-quantum. A private key's hash proves t = A·s₁ + s₂. */
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { shake256 } from './shake.ts'

export interface MlDsaParameters {
  readonly name: string
  readonly set: 44 | 65 | 87
  readonly oid: string
  readonly k: number
  readonly l: number
  readonly eta: 2 | 4
  /** Of the private key as FIPS 204 spells it: ρ, K, the public key's hash, s₁, s₂, t₀. */
  readonly secretLength: number
  readonly publicLength: number
}

export const ML_DSA: readonly MlDsaParameters[] = (
  [
    [44, '608648016503040311', 4, 4, 2, 2560, 1312],
    [65, '608648016503040312', 6, 5, 4, 4032, 1952],
    [87, '608648016503040313', 8, 7, 2, 4896, 2592],
  ] as const
).map(([set, oid, k, l, eta, secretLength, publicLength]) => {
  return { name: `ML-DSA-${set}`, set, oid, k, l, eta, secretLength, publicLength }
})

const OF_SET = { 44: ml_dsa44, 65: ml_dsa65, 87: ml_dsa87 } as const

export const ML_DSA_SEED = 32

const HEAD = 128

/** What signs, as FIPS 204 spells it: K, and s₁ and s₂ together; copies. */
export function mlDsaSecretParts(
  { k, l, eta }: MlDsaParameters,
  secret: Uint8Array,
): { k: Uint8Array; s1s2: Uint8Array } {
  const smallBytes = eta === 2 ? 96 : 128
  return {
    k: Uint8Array.from(secret.subarray(32, 64)),
    s1s2: Uint8Array.from(secret.subarray(HEAD, HEAD + (k + l) * smallBytes)),
  }
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
 * Checks that s₁ and s₂ are small and give the hashed public key. K and t₀ are not compared:
 * whoever has the rest can make t₀.
 */
export function mlDsaPublicKey(
  { set, secretLength }: MlDsaParameters,
  secret: Uint8Array,
): Uint8Array | undefined {
  if (secret.length !== secretLength) return undefined
  try {
    const publicKey = OF_SET[set].getPublicKey(secret)
    const isHashed = Buffer.compare(shake256(64, publicKey), secret.subarray(64, HEAD)) === 0
    return isHashed ? publicKey : undefined
  } catch {
    // Its small polynomials are not small. What is thrown might repeat a number of them.
    return undefined
  }
}
