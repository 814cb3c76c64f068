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

/** Undefined if no factor. Any number has small factors: those below a quarter of n's bits fail. */
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

export interface FromWhole {
  readonly material: RsaMaterial
  readonly name: 'd' | 'phi' | 'lambda'
}

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
  // λ(n) is φ(n) by a small even number; only quotients by n of that size count.
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

/** Most bits of p + q. Primes are equally long as a rule; python-rsa's differ by an eighth. */
const sumBits = (n: bigint): number => Math.ceil((bitLength(n) * 17) / 32) + 2

/** Greatest g that is followed: gcd(p − 1, q − 1) of 98 % of keys is not above. */
const MOST_COMMON_FACTOR = 64

/** e · d mod n is small, up to a common factor of p − 1 and q − 1. 2 µs for most numbers. */
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

/** More than 52 bits and e · (p + q) take, for the smallest keys that are searched for. */
const ROUGHLY = 2 ** -32

/** Anyone can compute the upper half up to a small factor, but nobody keeps it without the rest. */
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

/** By OpenSSL's Diffie-Hellman: 3 ms, then 1.6 ms (2048 bits); BigInt takes five times that. */
export class PowersOfTwo {
  readonly #group: ReturnType<typeof createDiffieHellman>
  readonly #modulus: bigint

  constructor(modulus: bigint) {
    this.#modulus = modulus
    this.#group = createDiffieHellman(toShortestBytes(modulus), 2)
  }

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
