/**
 * RSA keys whose public half is only in limbs: a modulus in a chunk of glibc's malloc, and near it two chunks half as
 * long with its two factors. So keep OpenSSL, mbedTLS, GMP and Rust's `num-bigint` their numbers, wolfSSL highest byte
 * first as it read them. @module
 */
import { areUpperFactors, fromUpperFactors } from '@mintmark/keys/arithmetic/damaged_factors'
import {
  fromBigEndian,
  fromLittleEndian,
  gcd,
  inverse,
  toBigEndian,
} from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { SIZE_BYTES } from './chunk_head.ts'
import {
  type Chunk,
  chunkAnchors,
  highOf,
  isFull,
  isOdd,
  lowOf,
  numberIn,
  numbersNear,
} from './chunk_numbers.ts'
import { EXPONENTS } from './rsa_of_prime.ts'

/** Of a modulus: of the sizes that are in use. */
const LENGTHS = [128, 256, 384, 512, 1024]
const REACH = 8192
/** Of searching for an exponent's d near. */
const SEARCH_COST = 10_000
/** Of the lost bits of two primes of 1024 bits. */
const REBUILD_COST = 5_000_000

/** How a number's bytes are in its chunk. */
interface Order {
  readonly form: 'limbs-le64' | 'limbs-be'
  readonly isBig: boolean
  readonly isFull: typeof isFull
  readonly low: (bytes: Uint8Array, from: number, length: number) => number
  readonly read: (bytes: Uint8Array, budget: WorkBudget) => bigint
}

const LITTLE: Order = {
  form: 'limbs-le64',
  isBig: false,
  isFull,
  low: lowOf,
  read: fromLittleEndian,
}
const BIG: Order = {
  form: 'limbs-be',
  isBig: true,
  isFull: (bytes, from, length) => isOdd(bytes, from + length - 1) && (bytes[from] ?? 0) >= 0x80,
  low: (bytes, from, length) =>
    new DataView(bytes.buffer, bytes.byteOffset + from + length - 4, 4).getInt32(0),
  read: fromBigEndian,
}

/** Pairs with `isPair` true, by their indexes. */
function* pairsOf<T>(all: readonly T[], isPair: (a: T, b: T) => boolean): Generator<[T, T]> {
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) if (isPair(a, b)) yield [a, b]
  }
}

/** Bytes of a d by which it is recognised. */
const COMPARED_BYTES = 16

/** The exponent whose d is near but for its lowest `lost` bytes, modulo φ(n) or λ(n); 65,537 where none does. */
function exponentOf(
  { bytes, from: own }: Chunk,
  p: bigint,
  q: bigint,
  isBig: boolean,
  budget: WorkBudget,
  lost = 0,
): bigint {
  const from = Math.max(0, own - SIZE_BYTES - REACH)
  const to = Math.min(bytes.length, own - SIZE_BYTES + REACH)
  const near = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
  const phi = (p - 1n) * (q - 1n)
  const orders = [phi, phi / gcd(p - 1n, q - 1n)]
  budget.spend(EXPONENTS.length * SEARCH_COST)
  const isNear = (e: bigint): boolean =>
    orders.some((order) => {
      const d = inverse(e, order)
      if (d === undefined) return false
      const low = BigInt.asUintN(8 * COMPARED_BYTES, d >> BigInt(8 * lost))
      const spelled = toBigEndian(low, COMPARED_BYTES)
      return near.includes(isBig ? spelled : Buffer.from(spelled.toReversed()))
    })
  return EXPONENTS.find((e) => isNear(e)) ?? 65_537n
}

function detect(chunk: Chunk, budget: WorkBudget): Detected | undefined {
  const { bytes, from, length } = chunk
  for (const order of [LITTLE, BIG]) {
    if (!order.isFull(bytes, from, length) || !isRandomLookingAt(bytes, from, length, budget))
      continue
    const found =
      productIn(chunk, order, budget) ?? (order === LITTLE ? freedIn(chunk, budget) : undefined)
    if (found !== undefined) return found
  }
  return undefined
}

/** The key whose modulus this number is, where two others near have it as their product. */
function productIn(chunk: Chunk, order: Order, budget: WorkBudget): Detected | undefined {
  const { bytes, from, length } = chunk
  const half = length / 2
  const low = order.low(bytes, from, length)
  const near = numbersNear(chunk, budget, order.isBig, half)
    .filter((offset) => order.isFull(bytes, offset, half))
    .map((offset) => ({ offset, low: order.low(bytes, offset, half) }))
  for (const pair of pairsOf(near, (a, b) => Math.imul(a.low, b.low) === low)) {
    const read = (offset: number, bytesOf: number) =>
      order.read(bytes.subarray(offset, offset + bytesOf), budget)
    const [p = 0n, q = 0n] = pair.map(({ offset }) => read(offset, half))
    const n = read(from, length)
    if (p * q !== n) continue
    const verification = verifyRsa(
      { n, e: exponentOf(chunk, p, q, order.isBig, budget), p, q },
      budget,
    )
    const offset = Math.min(...pair.map((each) => each.offset))
    if (verification !== undefined) return hit(verification, order.form, offset, offset + half)
  }
  return undefined
}

/** Bits of a number that `free` writes over: two words. */
const LOST = 128

/** The same where two others near are its primes but for what `free` wrote over their begins. */
function freedIn(chunk: Chunk, budget: WorkBudget): Detected | undefined {
  const { bytes, from, length } = chunk
  const half = length / 2
  const high = highOf(bytes, from + length) * 2 ** 48
  const near = numbersNear(chunk, budget, true, half)
    .filter((offset) => (bytes[offset + half - 1] ?? 0) >= 0x80)
    .map((offset) => ({ offset, high: highOf(bytes, offset + half) }))
  // All three were cut after 48 bits, and their highest bit is set.
  const isPair = (a: { high: number }, b: { high: number }) =>
    Math.abs(high / (a.high * b.high) - 1) <= 2 ** -45
  for (const pair of pairsOf(near, isPair)) {
    const [p = 0n, q = 0n] = pair.map(
      ({ offset }) => (numberIn(bytes, offset, half, budget) >> BigInt(LOST)) << BigInt(LOST),
    )
    const n = numberIn(bytes, from, length, budget)
    if (!areUpperFactors(n, p, q, LOST)) continue
    budget.spend(REBUILD_COST)
    const primes = fromUpperFactors(n, p, q, LOST)
    if (primes === undefined) continue
    const e = exponentOf(chunk, primes.p, primes.q, false, budget, LOST / 8)
    const verification = verifyRsa({ n, e, ...primes }, budget)
    const { offset } = pair[0]
    if (verification !== undefined)
      return hit(verification, LITTLE.form, offset + LOST / 8, offset + half)
  }
  return undefined
}

export const MALLOC_RSA_ANCHORS: readonly Anchor[] = chunkAnchors('malloc-rsa', {
  lengths: LENGTHS,
  reach: REACH,
  mayContain: (bytes, from, length) =>
    LITTLE.isFull(bytes, from, length) || BIG.isFull(bytes, from, length),
  detect,
})
