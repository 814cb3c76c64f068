/**
 * RSA keys of more than two primes (RFC 8017, section 3.2): their primes from the private exponent, and what of them can lie
 * in memory.
 *
 * @module
 */
import { bitLength, gcd, inverse, isProbablePrime, power } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { Budget } from './budget.ts'

/** OpenSSL makes keys of up to five. */
const MOST_PRIMES = 5
const BASES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]

/**
 * Numbers that looked like the exponent of such a key and were none, and of how many the powers are raised: a file can
 * be made of them.
 */
const MOST_FAILURES = 64

/** What {@link fromExponentOfMany} may fail in one search. */
export function failuresAllowed(): Budget {
  return new Budget(0, MOST_FAILURES)
}

/** Keys of which two primes are known: they have no third. */
const ofTwo = new WeakSet<RsaMaterial>()

/** Marks those of `keys` that are found already, with their two primes. */
export function markOfTwo(keys: readonly RsaMaterial[], found: readonly RsaMaterial[]): void {
  const moduli = new Set<bigint>()
  for (const { n, p, q } of found)
    if (p !== undefined && q !== undefined && p * q === n) moduli.add(n)
  for (const key of keys) if (moduli.has(key.n)) ofTwo.add(key)
}

/**
 * The key with all its primes, three at least, from a number that may be its private exponent. Cost: some powers modulo n.
 *
 * @param failures of the search: where none is left, no number is looked at, and the budget says so
 */
export function fromExponentOfMany(
  key: RsaMaterial,
  d: bigint,
  failures: Budget,
): RsaMaterial | undefined {
  if (ofTwo.has(key) || !failures.take(1)) return undefined
  const primes = primesOf(key.n, key.e * d - 1n)
  const [p, q, ...others] = primes ?? []
  if (p === undefined || q === undefined || others.length === 0) {
    return undefined
  }
  failures.pay(-1)
  return { ...key, p, q, others, d }
}

/** Largest first. */
function primesOf(n: bigint, multiple: bigint): readonly bigint[] | undefined {
  let odd = multiple
  let twos = 0
  while (odd > 0n && (odd & 1n) === 0n) {
    odd >>= 1n
    twos++
  }
  let parts = [n]
  for (const base of BASES) {
    const roots = rootsOf(power(base, odd, n), twos, n)
    if (roots === undefined) return undefined
    for (const root of roots) parts = parts.flatMap((part) => split(part, gcd(root - 1n, part)))
    if (parts.length > MOST_PRIMES) return undefined
    if (parts.length > 2 && parts.every((part) => isProbablePrime(part))) break
  }
  if (!parts.every((part) => isProbablePrime(part))) return undefined
  return parts.toSorted((a, b) => (a < b ? 1 : -1))
}

/** What lies before 1 where a power is squared again and again; undefined where it never gets there. */
function rootsOf(first: bigint, twos: number, n: bigint): readonly bigint[] | undefined {
  const roots = [first]
  let x = first
  for (let k = 0; k < twos && x !== 1n; k++) {
    x = (x * x) % n
    roots.push(x)
  }
  return x === 1n ? roots : undefined
}

function split(part: bigint, factor: bigint): bigint[] {
  return factor > 1n && factor < part ? [factor, part / factor] : [part]
}

/** The primes beside p and q; the last is what is left of n. */
export function otherPrimes({ n, p, q, others }: RsaMaterial): readonly bigint[] {
  if (others !== undefined || p === undefined || q === undefined) return others ?? []
  const rest = n / (p * q)
  return rest > 1n && n % (p * q) === 0n && isProbablePrime(rest) ? [rest] : []
}

/** The inverses modulo a prime of all products of others: which of them a key has depends on the order of its primes. */
export function coefficientsOf(prime: bigint, all: readonly bigint[]): readonly bigint[] {
  let products = [1n]
  for (const other of all) {
    if (other !== prime) products = products.flatMap((product) => [product, product * other])
  }
  return products.flatMap((product) => (product === 1n ? [] : (inverse(product, prime) ?? [])))
}

/** Bits above which the gap between n and e times an exponent of such a key never is, of n's bits. */
export function gapOfMany(n: bigint, e: bigint): number {
  return Math.ceil((bitLength(n) * (MOST_PRIMES - 1)) / MOST_PRIMES) + bitLength(e) + 8
}
