/** The whole private key from its public half and one number that only its owner has. */
import { createDiffieHellman } from 'node:crypto'
import {
  bitLength,
  fromBigEndian,
  gcd,
  inverse,
  squareRoot,
  toShortestBytes,
} from '@mintmark/keys/arithmetic/modular'
import { factorsFromExponent } from '@mintmark/keys/arithmetic/rsa'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'

/**
 * The key whose modulus this number divides, or undefined if it is no factor of a key.
 * A factor with less than a quarter of the bits is none of an RSA key in use, but what any number has.
 */
export function fromFactor(key: RsaMaterial, factor: bigint): RsaMaterial | undefined {
  const last = lastOf.get(key)
  if (last !== undefined && (last.p === factor || last.q === factor)) return last
  const material = byDivision(key, factor)
  if (material !== undefined) lastOf.set(key, material)
  return material
}

/** What a factor of a key gave last: memory can be full of it. */
const lastOf = new WeakMap<RsaMaterial, RsaMaterial>()

function byDivision({ n, e }: RsaMaterial, factor: bigint): RsaMaterial | undefined {
  if (factor <= 1n || factor >= n || n % factor !== 0n) return undefined
  const other = n / factor
  const [p, q] = factor > other ? [factor, other] : [other, factor]
  if (bitLength(q) * 4 < bitLength(n)) return undefined
  return { type: 'rsa', n, e, p, q, d: inverse(e, (p - 1n) * (q - 1n)) }
}

/** What a number as long as the modulus turns out to be. */
export interface FromWhole {
  readonly material: RsaMaterial
  readonly name: 'd' | 'phi' | 'lambda'
}

/** The key whose private exponent, φ(n) or λ(n) this number is, or undefined. */
export function fromWhole(key: RsaMaterial, value: bigint): FromWhole | undefined {
  const { n, e } = key
  if (value < 3n || value >= n) return undefined
  if (!isNearExponent(key, value)) return fromTotient(key, value)
  const primes = factorsFromExponent(n, e, value)
  const material = primes && fromFactor(key, primes.p)
  if (material !== undefined) return { material: { ...material, d: value }, name: 'd' }
  return fromTotient(key, value)
}

/** λ(n) that is a smaller part of φ(n) is not searched for. */
const MOST_PARTS = 2 ** 16

function fromTotient(key: RsaMaterial, value: bigint): FromWhole | undefined {
  const bits = BigInt(bitLength(key.n))
  const share = Number(key.n >> (bits - 52n)) / Number(value >> (bits - 52n))
  if (share > MOST_PARTS || Math.abs(share - Math.round(share)) > ROUGHLY * share) return undefined
  const multiple = key.n / value
  // λ(n) is φ(n) by a small even number; their quotients by n are distinguished from those of noise by their size alone.
  for (const g of [multiple, multiple + 1n]) {
    const sum = key.n + 1n - g * value
    if (sum <= 0n || bitLength(sum) > sumBits(key.n)) continue
    const square = sum * sum - 4n * key.n
    if (square < 0n) continue
    const root = squareRoot(square)
    const material = root * root === square ? fromFactor(key, (sum + root) >> 1n) : undefined
    if (material !== undefined) return { material, name: g === 1n ? 'phi' : 'lambda' }
  }
  return undefined
}

/** Most bits of p + q. Primes are equally long as a rule; those of python-rsa differ by an eighth of their bits. */
const sumBits = (n: bigint): number => Math.ceil((bitLength(n) * 17) / 32) + 2

/** Greatest g with which a private exponent is followed: gcd(p − 1, q − 1) of 98 % of keys is not above. */
const MOST_COMMON_FACTOR = 64

/**
 * Whether a number can be a private exponent of this key by its upper half: what is left of e · d by n is small, up to
 * a factor of both p − 1 and q − 1. Cost: 2 µs for most numbers.
 */
function isNearExponent({ n, e }: RsaMaterial, value: bigint): boolean {
  const bits = BigInt(bitLength(n))
  const rest = (e * value) % n
  // The same by 52 bits first: nearly all numbers fail that.
  const share = Number(rest >> (bits - 52n)) / Number(n >> (bits - 52n))
  const least = n - (1n << BigInt(sumBits(n) + bitLength(e) + 6))
  for (let g = 1; g <= MOST_COMMON_FACTOR; g += g === 1 ? 1 : 2) {
    const part = g * share
    // Rounded, it may be on either side of the integer that it is below.
    if (Math.abs(part - Math.round(part)) < ROUGHLY && (BigInt(g) * rest) % n >= least) return true
  }
  return false
}

/** Of one: more than what 52 bits and what e · (p + q) take, for the smallest keys that are searched for. */
const ROUGHLY = 2 ** -32

/**
 * Whether the upper half of `value` is that of a private exponent of this key, whatever the lower half is.
 * Anyone can compute that upper half up to a small factor, but nobody has it in memory without the rest.
 */
export function isExponentAbove(key: RsaMaterial, value: bigint): boolean {
  if (!isNearExponent(key, value)) return false
  const { n } = key
  const most = n - (1n << BigInt(sumBits(n) + 14))
  // A copy of n with damage fits as well, and so does a multiple of n by a small fraction.
  for (let g = 1n; g <= BigInt(MOST_COMMON_FACTOR); g++) {
    const rest = (g * value) % n
    if (rest < n - most || rest > most) return false
  }
  return true
}

/**
 * Raises 2 to powers modulo one number, by OpenSSL: a Diffie-Hellman key pair over it, five times as fast as BigInt.
 * Cost: 3 ms at first, then 1.6 ms for an exponent of half the bits of a modulus of 2048.
 */
export class PowersOfTwo {
  readonly #group: ReturnType<typeof createDiffieHellman>
  readonly #modulus: bigint

  constructor(modulus: bigint) {
    this.#modulus = modulus
    this.#group = createDiffieHellman(toShortestBytes(modulus), 2)
  }

  /** 2^exponent mod the modulus, or undefined where OpenSSL refuses. */
  raise(exponent: bigint): bigint | undefined {
    const secret = toShortestBytes(exponent)
    try {
      this.#group.setPrivateKey(secret)
      return fromBigEndian(this.#group.generateKeys()) % this.#modulus
    } catch {
      return undefined
    } finally {
      secret.fill(0)
    }
  }
}

/** The key whose d mod (p − 1) or d mod (q − 1) this number is, or undefined. Cost: one power. */
export function fromCrtExponent(
  key: RsaMaterial,
  powers: PowersOfTwo,
  value: bigint,
): RsaMaterial | undefined {
  const power = powers.raise(key.e * value)
  if (power === undefined) return undefined
  return fromFactor(key, gcd((power + key.n - 2n) % key.n, key.n))
}
