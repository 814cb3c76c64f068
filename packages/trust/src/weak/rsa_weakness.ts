/**
 * RSA moduli and exponents that arithmetic alone breaks.
 *
 * Sources: FIPS 186-5, appendix A.1.1 (exponents); Fermat, 1643, and CVE-2022-26320 (close primes); Wiener, "Cryptanalysis
 * of Short RSA Secret Exponents", 1990; CVE-2017-15361 (ROCA).
 *
 * @module
 */
import { checkPrimeSync } from 'node:crypto'
import { remembered } from '@mintmark/core'
import { isRoca } from '@mintmark/guard/weak-rsa'
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'

type RsaWeakness =
  | 'exponent'
  | 'small-factor'
  | 'prime-modulus'
  | 'close-primes'
  | 'roca'
  | 'small-private-exponent'

/** Rounds of Fermat's method: keys of the affected libraries fall in the first few; badkeys takes as many. */
const FERMAT_ROUNDS = 100
const LEAST_EXPONENT = 65_537n
const MOST_EXPONENT_BITS = 256n
const MOST_SMALL_FACTOR = 65_537

export function rsaWeaknesses(n: bigint, e: bigint): readonly RsaWeakness[] {
  const found: RsaWeakness[] = []
  if (e % 2n === 0n || e < LEAST_EXPONENT || e >> MOST_EXPONENT_BITS !== 0n) found.push('exponent')
  if (hasSmallFactor(n)) return [...found, 'small-factor']
  if (hasClosePrimes(n)) found.push('close-primes')
  if (isRoca(n)) found.push('roca')
  if (hasSmallPrivateExponent(n, e)) found.push('small-private-exponent')
  return found
}

/** Apart from the others: it takes some milliseconds a key. */
export function isPrimeModulus(n: bigint): boolean {
  return checkPrimeSync(n, { checks: 2 })
}

/** Product of the primes up to a number: those up to {@link MOST_SMALL_FACTOR} take 12 kB. */
const primorial = remembered((most: number): bigint => {
  const isComposite = new Uint8Array(most + 1)
  let product = 1n
  for (let p = 2; p <= most; p++) {
    if (isComposite[p] === 1) continue
    product *= BigInt(p)
    for (let multiple = p * p; multiple <= most; multiple += p) isComposite[multiple] = 1
  }
  return product
}, 1)

function hasSmallFactor(n: bigint): boolean {
  return n < 2n || fastGcd(n, primorial(MOST_SMALL_FACTOR) % n) !== 1n
}

/** Whether n = a² − b² with a close to its root: both primes are close to it, then. */
function hasClosePrimes(n: bigint): boolean {
  let a = root(n)
  if (a * a < n) a += 1n
  for (let round = 0; round < FERMAT_ROUNDS; round++, a += 1n) if (isSquare(a * a - n)) return true
  return false
}

/** Largest number whose square is not above n. */
function root(n: bigint): bigint {
  if (n < 2n) return n
  let x = 1n << BigInt(Math.ceil(n.toString(16).length * 2))
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}

/** Of 64 remainders 12 are those of squares; of 63 and 65 few are, too. */
const SQUARES = [64, 63, 65].map(
  (modulus) =>
    [
      BigInt(modulus),
      new Set(Array.from({ length: modulus }, (_, i) => (i * i) % modulus)),
    ] as const,
)

function isSquare(n: bigint): boolean {
  if (n < 0n || SQUARES.some(([modulus, squares]) => !squares.has(Number(n % modulus))))
    return false
  const r = root(n)
  return r * r === n
}

/**
 * Wiener's attack: a private exponent below n^(1/4) / 3 is the denominator of a convergent of e / n.
 *
 * Such an exponent goes with a public one that is about as large as n: others are not looked at.
 */
function hasSmallPrivateExponent(n: bigint, e: bigint): boolean {
  if (e >> 64n === 0n) return false
  let [numerator, denominator] = [e, n]
  let [k, nextK, d, nextD] = [0n, 1n, 1n, 0n]
  const most = root(root(n))
  while (denominator !== 0n) {
    const quotient = numerator / denominator
    ;[numerator, denominator] = [denominator, numerator % denominator]
    ;[k, nextK] = [nextK, quotient * nextK + k]
    ;[d, nextD] = [nextD, quotient * nextD + d]
    if (nextD > most) return false
    if (nextK !== 0n && isPrivate(n, e, nextK, nextD)) return true
  }
  return false
}

/** Whether e·d = 1 + k·φ for the φ of two factors of n. */
function isPrivate(n: bigint, e: bigint, k: bigint, d: bigint): boolean {
  const product = e * d - 1n
  if (product % k !== 0n) return false
  const sum = n - product / k + 1n
  return isSquare(sum * sum - 4n * n)
}
