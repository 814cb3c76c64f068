/** ML-KEM (FIPS 203), by @noble/post-quantum. */
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { POLY_BYTES } from './ml_kem_polynomials.ts'
import { sha3 } from './shake.ts'

export interface MlKemParameters {
  readonly name: string
  readonly set: 512 | 768 | 1024
  readonly oid: string
  readonly k: number
  readonly secretLength: number
  /** Of the encapsulation key: t and ρ. */
  readonly publicLength: number
}

export const ML_KEM: readonly MlKemParameters[] = (
  [
    [512, '608648016503040401', 2, 1632, 800],
    [768, '608648016503040402', 3, 2400, 1184],
    [1024, '608648016503040403', 4, 3168, 1568],
  ] as const
).map(([set, oid, k, secretLength, publicLength]) => {
  return { name: `ML-KEM-${set}`, set, oid, k, secretLength, publicLength }
})

export const ML_KEM_SEED = 64

/** The polynomials of s in a decapsulation key, 12 bits a number; a copy. */
export function mlKemSecretVector({ k }: MlKemParameters, secret: Uint8Array): Uint8Array {
  return Uint8Array.from(secret.subarray(0, k * POLY_BYTES))
}

const OF_SET = { 512: ml_kem512, 768: ml_kem768, 1024: ml_kem1024 } as const

/** The key pair of a seed d‖z of 64 bytes. Cost: 1 to 4 ms. */
export function mlKemFromSeed(
  { set }: MlKemParameters,
  seed: Uint8Array,
): { secret: Buffer; publicKey: Buffer } {
  const { secretKey, publicKey } = OF_SET[set].keygen(seed)
  return { secret: Buffer.from(secretKey), publicKey: Buffer.from(publicKey) }
}

/** Of a key that decapsulates and whose hash is right. Its last 32 bytes (z) are any. */
export function mlKemPublicKey(
  { k, set, secretLength }: MlKemParameters,
  secret: Uint8Array,
): Uint8Array | undefined {
  if (secret.length !== secretLength) return undefined
  const publicKey = secret.slice(k * POLY_BYTES, 2 * k * POLY_BYTES + 32)
  const hash = secret.subarray(-64, -32)
  if (Buffer.compare(sha3(256, publicKey), hash) !== 0) return undefined
  try {
    const { cipherText, sharedSecret } = OF_SET[set].encapsulate(publicKey)
    const opened = OF_SET[set].decapsulate(cipherText, secret)
    return Buffer.compare(opened, sharedSecret) === 0 ? publicKey : undefined
  } catch {
    // Its numbers are not below q. What is thrown might repeat one of them.
    return undefined
  }
}
