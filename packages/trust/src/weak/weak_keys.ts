/** Keys that arithmetic breaks, and keys with known private halves. */
import { checkPrimeSync, createHash } from 'node:crypto'
import { MintmarkError, remembered } from '@mintmark/core'
import { isRoca } from '@mintmark/guard/weak-rsa'
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import {
  bitLength,
  isProbablePrime,
  powerCost,
  squareRoot,
} from '@mintmark/keys/arithmetic/modular'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import type { ListedKey } from '../sources/key.ts'

type RsaWeakness = 'exponent' | 'small-factor' | 'close-primes' | 'roca' | 'small-private-exponent'

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

export const weaknessCost = (n: bigint, e: bigint): number =>
  (e >> 64n === 0n ? 300 : 650) * bitLength(n)

/** Above, OpenSSL takes a minute to be sure of a prime. */
const MOST_CERTAIN_BITS = 4096
/** OpenSSL ends at the first round for a composite number, and goes on for so many for a prime. */
const ROUNDS_OF_PRIME = 256

/** Above 4,096 bits by one test to the base 2. Undefined where the budget does not suffice. */
export function isPrimeModulus(n: bigint, budget: WorkBudget = UNLIMITED): boolean | undefined {
  const bits = bitLength(n)
  if (bits > MOST_CERTAIN_BITS)
    return budget.within(powerCost(bits, bits), () => isProbablePrime(n, [2n]))
  const cost = 250_000 * (bits / 1024) ** 3
  const answer = budget.within(cost, () => checkPrimeSync(n, { checks: 2 }))
  if (answer === true) budget.spend(ROUNDS_OF_PRIME * cost)
  return answer
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
  let a = squareRoot(n)
  if (a * a < n) a += 1n
  for (let round = 0; round < FERMAT_ROUNDS; round++, a += 1n) if (isSquare(a * a - n)) return true
  return false
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
  const r = squareRoot(n)
  return r * r === n
}

/** Wiener's attack: d below n^(1/4) / 3 is the denominator of a convergent of e / n. */
function hasSmallPrivateExponent(n: bigint, e: bigint): boolean {
  if (e >> 64n === 0n) return false
  let [numerator, denominator] = [e, n]
  let [k, nextK, d, nextD] = [0n, 1n, 1n, 0n]
  const most = squareRoot(squareRoot(n))
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

function isPrivate(n: bigint, e: bigint, k: bigint, d: bigint): boolean {
  const product = e * d - 1n
  if (product % k !== 0n) return false
  const sum = n - product / k + 1n
  return isSquare(sum * sum - 4n * n)
}

const BLOCK_BYTES = 16
const HASH_BYTES = 15

export interface Blocklist {
  readonly entries: number
  readonly listOf: (key: ListedKey) => number | undefined
}

/** @throws {MintmarkError} `INPUT_INVALID` for bytes of another format */
export function readBlocklist(bytes: Uint8Array): Blocklist {
  const list = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries = list.length / BLOCK_BYTES
  if (entries > 0 && Number.isInteger(entries) && isSorted(list, entries))
    return { entries, listOf: (key) => foundIn(list, entries, key) }
  const message = 'not a blocklist: sorted blocks of 16 bytes'
  throw new MintmarkError('INPUT_INVALID', message, { option: 'blocklist' })
}

const hashAt = (list: Buffer, i: number) =>
  list.subarray(i * BLOCK_BYTES, i * BLOCK_BYTES + HASH_BYTES)

function isSorted(list: Buffer, entries: number): boolean {
  for (let i = 1; i < entries; i++)
    if (list.compare(list, i * 16, i * 16 + HASH_BYTES, i * 16 - 16, i * 16 - 1) > 0) return false
  return true
}

function foundIn(list: Buffer, entries: number, key: ListedKey): number | undefined {
  const value = hashedNumber(key)
  if (value === undefined) return undefined
  const hash = createHash('sha256').update(value).digest().subarray(0, HASH_BYTES)
  let [low, high] = [0, entries - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = hash.compare(hashAt(list, middle))
    if (order === 0) return list[middle * BLOCK_BYTES + HASH_BYTES]
    if (order > 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

function hashedNumber({ jwk }: ListedKey): Buffer | undefined {
  const spelled = jwk['n'] ?? jwk['x']
  if (spelled === undefined) return undefined
  const bytes = Buffer.from(spelled, 'base64url')
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? undefined : bytes.subarray(start)
}
