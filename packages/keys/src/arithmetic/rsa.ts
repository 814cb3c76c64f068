/** RSA from its parts: what arithmetic can complete, and what it proves. */
import type { RsaMaterial } from '../material/key_material.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import {
  bitLength,
  gcd,
  hasSmallFactor,
  isProbablePrime,
  power,
  powerCost,
  primalityCost,
  squareRoot,
} from './modular.ts'
import { smallDivisors } from './small_divisors.ts'

/** Numbers as an encoding spells them; each may be missing, damaged or no part of a key at all. */
export interface RsaParts {
  readonly n?: bigint | undefined
  readonly e?: bigint | undefined
  readonly d?: bigint | undefined
  readonly p?: bigint | undefined
  readonly q?: bigint | undefined
  readonly dP?: bigint | undefined
  readonly dQ?: bigint | undefined
  readonly qInv?: bigint | undefined
  readonly others?: readonly bigint[]
}

export interface VerifiedRsa {
  readonly material: RsaMaterial
  readonly verification: string
}

/** Of n. Below, a fit may be chance; above, it costs more than it can be worth. */
export const RSA_BITS = { least: 384, most: 16_384 } as const

/** The exponents that are tried where none was seen, or the one that was does not fit. */
const USUAL_EXPONENTS = [65_537n, 3n, 17n, 5n, 257n]

interface Primes {
  readonly p: bigint
  readonly q: bigint
  /** Differs from p·q for a key of more than two primes. */
  readonly n: bigint
  readonly how: string
}

/**
 * The verified key, or undefined. One damaged part hides no key: n comes from the primes, d is left
 * out, e is a usual one.
 */
export function completeRsa(parts: RsaParts, budget: WorkBudget): VerifiedRsa | undefined {
  if (!isSized(parts)) return undefined
  budget.spend(20_000)
  const primes = primesOf(parts, budget)
  if (primes === undefined) return undefined
  const bits = bitLength(primes.n)
  if (bits < RSA_BITS.least || bits > RSA_BITS.most) return undefined
  return completed(primes, parts, budget)
}

function isSized(parts: RsaParts): boolean {
  const limit = 1n << BigInt(RSA_BITS.most + 64)
  return [parts.n, parts.e, parts.d, parts.p, parts.q, parts.dP, parts.dQ, parts.qInv].every(
    (value) => value === undefined || value < limit,
  )
}

function primesOf(parts: RsaParts, budget: WorkBudget): Primes | undefined {
  const { n, p, q } = parts
  if (n !== undefined && p !== undefined && q !== undefined) {
    const product = (parts.others ?? []).reduce((all, prime) => all * prime, p * q)
    if (product === n && p > 1n && q > 1n) return { p, q, n, how: productName(parts) }
  }
  return (
    primesFromModulus(parts, budget) ??
    primesFromEachOther(parts) ??
    primesFromExponents(parts, budget)
  )
}

function productName({ others = [] }: RsaParts): string {
  return others.length === 0 ? 'n = p·q' : `n is the product of its ${others.length + 2} primes`
}

function primesFromModulus({ n, e, d, p, q }: RsaParts, budget: WorkBudget): Primes | undefined {
  if (n === undefined || n < 9n) return undefined
  for (const prime of [p, q]) {
    if (prime === undefined || prime < 3n || prime >= n || n % prime !== 0n) continue
    return { p: prime, q: n / prime, n, how: 'n = p·q from one prime' }
  }
  if (e === undefined || d === undefined) return undefined
  const found = factorsFromExponent(n, e, d, budget)
  return found && { ...found, n, how: 'n factored by e and d' }
}

/** Below this, two numbers fulfil an equation by chance. */
const LEAST_PRIME = 1n << 128n

function primesFromEachOther(parts: RsaParts): Primes | undefined {
  const { p, q } = parts
  if (p === undefined || q === undefined || p < LEAST_PRIME || q < LEAST_PRIME || p === q) {
    return undefined
  }
  const how = leakOf(p, q, parts)
  return how === undefined ? undefined : { p, q, n: p * q, how }
}

function leakOf(p: bigint, q: bigint, { e, d, qInv }: RsaParts): string | undefined {
  if (qInv !== undefined && qInv < p && (q * qInv) % p === 1n) return 'qInv·q ≡ 1 (mod p)'
  // libgcrypt keeps u = p⁻¹ mod q in this offset.
  if (qInv !== undefined && qInv < q && (p * qInv) % q === 1n) return 'u·p ≡ 1 (mod q)'
  if (e === undefined || d === undefined) return undefined
  return fits(e, d, p) && fits(e, d, q) ? 'e·d ≡ 1 (mod p−1, q−1)' : undefined
}

/** Of one search by {@link primesFromCrtExponent}, its tests for primality not counted. */
const crtCost = (exponent: bigint): number => 200_000 + 700 * bitLength(exponent)

/** Three CRT values, or two and a prime: the tail of a key whose begin is gone. */
function primesFromExponents(
  { e, p, q, dP, dQ, qInv }: RsaParts,
  budget: WorkBudget,
): Primes | undefined {
  if (qInv === undefined || dP === undefined) return undefined
  if (q === undefined && dQ === undefined) return undefined
  // Of both primes is known by now that nothing joins them.
  if (p !== undefined && q !== undefined) return undefined
  const sought = [...(p === undefined ? [dP] : []), ...(q === undefined ? [dQ ?? 0n] : [])]
  const cost = sought.reduce((sum, exponent) => sum + crtCost(exponent), 0)
  return budget.within(cost, () => {
    const exponents = e === undefined ? USUAL_EXPONENTS.slice(0, 1) : [e]
    for (const exponent of exponents) {
      const seconds = q === undefined ? primesFromCrtExponent(dQ ?? 0n, exponent, budget) : [q]
      const firsts = p === undefined ? primesFromCrtExponent(dP, exponent, budget) : [p]
      for (const second of seconds) {
        const first = firsts.find((prime) => qInv < prime && (second * qInv) % prime === 1n)
        if (first === undefined) continue
        return { p: first, q: second, n: first * second, how: 'qInv·q ≡ 1 (mod p) from dP and dQ' }
      }
    }
    return undefined
  })
}

function fits(e: bigint, d: bigint, prime: bigint): boolean {
  return (e * d) % (prime - 1n) === 1n
}

function completed(
  { p, q, n, how }: Primes,
  parts: RsaParts,
  budget: WorkBudget,
): VerifiedRsa | undefined {
  const { e, d } = exponentsOf(p, q, parts)
  if (e === undefined) return undefined
  const material: RsaMaterial = { type: 'rsa', n, e, p: p > q ? p : q, q: p > q ? q : p, d }
  if (!isRsa(material, budget)) return undefined
  const match = how.startsWith('e·d') ? '' : ', e·d ≡ 1 (mod p−1, q−1)'
  return { material, verification: d === undefined ? how : `${how}${match}` }
}

function exponentsOf(
  p: bigint,
  q: bigint,
  { e, d, dP, dQ }: RsaParts,
): { e: bigint | undefined; d: bigint | undefined } {
  const choices = e === undefined ? USUAL_EXPONENTS : [e, ...USUAL_EXPONENTS]
  if (d !== undefined) {
    const match = choices.find(
      (choice) => isExponent(choice) && fits(choice, d, p) && fits(choice, d, q),
    )
    if (match !== undefined) return { e: match, d }
  }
  for (const [exponent, prime] of [
    [dP, p],
    [dQ, q],
    [dP, q],
    [dQ, p],
  ] as const) {
    if (exponent === undefined) continue
    const match = choices.find((choice) => isExponent(choice) && fits(choice, exponent, prime))
    if (match !== undefined) return { e: match, d: undefined }
  }
  const isUsable = e !== undefined && isExponent(e) && gcd(e, (p - 1n) * (q - 1n)) === 1n
  return { e: isUsable ? e : undefined, d: undefined }
}

function isExponent(e: bigint): boolean {
  return e >= 3n && (e & 1n) === 1n
}

/**
 * n = p·q (or a multiple whose rest fits), e·d ≡ 1 modulo p − 1 and q − 1, p and q prime. If the
 * budget refuses the prime test, d must fit: rows of equal bytes divide each other.
 */
export function isRsa({ n, e, p, q, d }: RsaMaterial, budget: WorkBudget): boolean {
  const bits = bitLength(n)
  if (bits < RSA_BITS.least || bits > RSA_BITS.most || !isExponent(e)) return false
  if (p === undefined || q === undefined || p < 3n || q < 3n || p === q) return false
  if (n % (p * q) !== 0n || !suitsPrimes(e, d, p, q)) return false
  const arePrimes = testedPrimes(p, q, basesBeside(d), budget)
  if (arePrimes === false || (arePrimes === undefined && d === undefined)) return false
  return p * q === n || isMultiPrime(n, n / (p * q), e, d, budget)
}

/** Beside a fitting exponent one base is enough: by chance it fits no composite. */
const basesBeside = (d: bigint | undefined): readonly bigint[] =>
  d === undefined ? [2n, 3n] : [2n]

function suitsPrimes(e: bigint, d: bigint | undefined, p: bigint, q: bigint): boolean {
  if (d === undefined) return gcd(e, (p - 1n) * (q - 1n)) === 1n
  return fits(e, d, p) && fits(e, d, q)
}

/** Undefined where `work_budget.ts` refuses; small factors are found before it is asked. */
function testedPrimes(
  p: bigint,
  q: bigint,
  bases: readonly bigint[],
  budget: WorkBudget,
): boolean | undefined {
  if (hasSmallFactor(p) || hasSmallFactor(q)) return false
  const cost = primeCost(p) + primeCost(q)
  return budget.withinOnce(
    cost,
    'primes',
    [p, q],
    () => isProbablePrime(p, bases) && isProbablePrime(q, bases),
  )
}

const primeCost = (value: bigint): number => primalityCost(bitLength(value))

function isMultiPrime(
  n: bigint,
  rest: bigint,
  e: bigint,
  d: bigint | undefined,
  budget: WorkBudget,
): boolean {
  if (rest < 3n || (rest & 1n) === 0n) return false
  if (d === undefined) {
    const cost = primeCost(rest)
    return budget.withinOnce(cost, 'primes', [rest], () => isProbablePrime(rest)) ?? false
  }
  const cost = powerCost(bitLength(n), bitLength(e) + bitLength(d))
  return budget.withinOnce(cost, 'exponents', [n, e, d], () => power(2n, e * d, n) === 2n) ?? false
}

const LARGEST_COMMON_FACTOR = 1024

/**
 * The primes of n from both exponents, or undefined. A small k in e·d − 1 = k·λ(n) gives φ(n) at
 * once; otherwise by a square root of 1 modulo n.
 */
export function factorsFromExponent(
  n: bigint,
  e: bigint,
  d: bigint,
  budget: WorkBudget = UNLIMITED,
): { p: bigint; q: bigint } | undefined {
  if (n < 15n || (n & 1n) === 0n || !isExponent(e) || d < 3n || (d & 1n) === 0n) return undefined
  if (bitLength(n) > RSA_BITS.most || bitLength(d) > bitLength(n) + 64) return undefined
  budget.spend(300 * bitLength(n))
  const multiple = e * d - 1n
  const bits = bitLength(n)
  if (bits / 2 - bitLength(e) >= ROUGH_BITS) {
    const g = firstNear(n, multiple)
    return g === undefined ? undefined : factorsFromMultiple(n, BigInt(g) * multiple)
  }
  return budget.within(powerCost(bits, 2 * bits) + 1_000_000, () =>
    factorsBySquareRoot(n, multiple),
  )
}

/** Bits of the smaller half of a modulus above its exponent where {@link firstNear} gives all. */
const ROUGH_BITS = 48
/** Of one: more than what 52 bits and a factor of a thousand take. */
const ROUGHLY = 2 ** -32

/** The first g with k·λ(n) right below a multiple of n, by 52 bits; others are multiples. */
function firstNear(n: bigint, multiple: bigint): number | undefined {
  const low = BigInt(bitLength(n) - 52)
  const share = Number((multiple % n) >> low) / Number(n >> low)
  for (let g = 1; g <= LARGEST_COMMON_FACTOR; g += g === 1 ? 1 : 2) {
    if (Math.abs(g * share - Math.round(g * share)) < ROUGHLY) return g
  }
  return undefined
}

function factorsFromMultiple(n: bigint, multiple: bigint): { p: bigint; q: bigint } | undefined {
  const k = multiple / n + 1n
  if (multiple % k !== 0n) return undefined
  const sum = n + 1n - multiple / k
  if (sum <= 0n) return undefined
  const discriminant = sum * sum - 4n * n
  if (discriminant < 0n) return undefined
  const root = squareRoot(discriminant)
  if (root * root !== discriminant) return undefined
  const p = (sum + root) >> 1n
  const q = (sum - root) >> 1n
  return p * q === n && q > 1n ? { p, q } : undefined
}

const BASES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n]

function factorsBySquareRoot(n: bigint, multiple: bigint): { p: bigint; q: bigint } | undefined {
  let twos = 0n
  while (((multiple >> twos) & 1n) === 0n) twos++
  for (const base of BASES) {
    let x = power(base, multiple >> twos, n)
    for (let i = 0n; i < twos && x !== 1n && x !== n - 1n; i++) {
      const square = (x * x) % n
      if (square === 1n) {
        const p = gcd(x - 1n, n)
        return { p, q: n / p }
      }
      x = square
    }
    // e·d − 1 is no multiple of λ(n): no base will help.
    if (x !== 1n && x !== n - 1n) return undefined
  }
  return undefined
}

const MOST_SEARCHED_EXPONENT = 65_537n

/** Primes p with `e`·`exponent` ≡ 1 (mod p − 1): one, or others by chance. Check them. */
export function primesFromCrtExponent(
  exponent: bigint,
  e: bigint,
  budget: WorkBudget = UNLIMITED,
): bigint[] {
  if (e > MOST_SEARCHED_EXPONENT || !isExponent(e) || exponent < 3n) return []
  const multiple = e * exponent - 1n
  // A prime of whole bytes, at most a few bits longer than its exponent and never shorter.
  const bits = BigInt(Math.ceil(bitLength(exponent) / 64) * 64)
  const first = multiple >> bits
  const last = multiple >> (bits - 1n)
  const primes: bigint[] = []
  for (const k of smallDivisors(multiple, first, last + 1n < e ? last + 1n : e - 1n)) {
    const prime = multiple / k + 1n
    if ((prime & 1n) === 0n || hasSmallFactor(prime)) continue
    // What is no prime fails the first of its tests.
    budget.spend(500_000 * (bitLength(prime) / 1024) ** 3)
    if (isProbablePrime(prime)) primes.push(prime)
  }
  return primes
}
