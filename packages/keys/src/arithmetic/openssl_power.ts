/**
 * Powers modulo an odd number by OpenSSL: to encrypt by RSA without padding is one. An eighth of
 * what BigInt takes.
 */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'

/** Below, setting up takes as long as it saves; above, OpenSSL refuses long exponents. */
export const OPENSSL_BITS = { least: 384, most: 3072 } as const

/** A base below the modulus to a power, or undefined where OpenSSL refuses. */
type Raise = (base: bigint) => bigint | undefined

/** Undefined where the modulus is too small or too large. Its numbers are not wiped. */
export function opensslPower(exponent: bigint, modulus: bigint): Raise | undefined {
  const digits = modulus.toString(16).length
  if (4 * digits < OPENSSL_BITS.least || 4 * digits > OPENSSL_BITS.most) return undefined
  const length = Math.ceil(digits / 2)
  const bytes = (value: bigint): Buffer =>
    Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
  const spelled = (value: bigint): string => bytes(value).toString('base64url')
  try {
    const jwk = { kty: 'RSA', n: spelled(modulus), e: spelled(exponent) }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const padding = constants.RSA_NO_PADDING
    return (base) => {
      try {
        return BigInt(`0x${publicEncrypt({ key, padding }, bytes(base)).toString('hex')}`)
      } catch {
        return undefined
      }
    }
  } catch {
    return undefined
  }
}
