/**
 * RSA keys from the replay's own numbers: the same for every run with one seed, and so never a secret.
 *
 * Source: RFC 8017, section 3; primes are tested by OpenSSL (Miller-Rabin, error below 2^-128).
 *
 * @module
 */
import { checkPrimeSync, createPrivateKey, type KeyObject } from 'node:crypto'
import type { Random } from '../world/random.ts'

const PRIME_BITS = 1024
const EXPONENT = 65_537n
const SMALL_PRIMES = primesBelow(5000)

/** An RSA-2048 private key with the exponent 65537. Whoever knows the seed knows the key. */
export function seededKey(random: Random): KeyObject {
  const one = seededPrime(random)
  let other = seededPrime(random)
  while (other === one) other = seededPrime(random)
  const [p, q] = one > other ? [one, other] : [other, one]
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const jwk = {
    kty: 'RSA',
    n: base64url(p * q),
    e: base64url(EXPONENT),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(d % (p - 1n)),
    dq: base64url(d % (q - 1n)),
    qi: base64url(inverse(q, p)),
  }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

/** The two highest bits are set, so that the product of two has its full length. */
function seededPrime(random: Random): bigint {
  const bytes = Buffer.alloc(PRIME_BITS / 8)
  for (let offset = 0; offset < bytes.length; offset += 4)
    bytes.writeUInt32BE(random.next(), offset)
  bytes.writeUInt8(bytes.readUInt8(0) | 0xc0, 0)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) | 1, bytes.length - 1)
  for (let candidate = fromBytes(bytes); ; candidate += 2n) {
    if (SMALL_PRIMES.some((small) => candidate % small === 0n)) continue
    if (candidate % EXPONENT !== 1n && checkPrimeSync(candidate)) return candidate
  }
}

function primesBelow(bound: number): bigint[] {
  const primes: number[] = []
  for (let n = 3; n < bound; n += 2) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes.map(BigInt)
}

/** The number whose product with `value` is 1 modulo `modulus`; the two have no common factor. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [modulus, value % modulus]
  let [before, now] = [0n, 1n]
  while (high !== 1n) {
    const quotient = low / high
    ;[low, high] = [high, low - quotient * high]
    ;[before, now] = [now, before - quotient * now]
  }
  return now < 0n ? now + modulus : now
}

function fromBytes(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function base64url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}
