/**
 * RSA keys whose public half is only in limbs: a modulus in a chunk of glibc's malloc, and near it two chunks half as
 * long with its two factors. So keep OpenSSL, mbedTLS, GMP and Rust's `num-bigint` their numbers, wolfSSL highest byte
 * first as it read them. No row of a table: it goes through the heap by pairs. @module
 */
import { areUpperFactors, fromUpperFactors } from '@mintmark/keys/arithmetic/damaged_factors'
import { gcd, inverse, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { SIZE_BYTES } from '../../known/objects/chunk_head.ts'
import {
  type Chunk,
  chunkAnchors,
  EXPONENTS,
  isFull,
  numberAt,
  numbersNear,
  type StoredNumber,
} from './chunk_numbers.ts'

/** Of a modulus: of the sizes that are in use. */
const LENGTHS = [128, 256, 384, 512, 1024]
const REACH = 8192
/** Of searching for an exponent's d near. */
const SEARCH_COST = 10_000
/** Of the lost bits of two primes of 1024 bits. */
const REBUILD_COST = 5_000_000

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
  { bytes, from: own, budget }: Chunk,
  p: bigint,
  q: bigint,
  isBig: boolean,
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

function detect(chunk: Chunk): Match | undefined {
  const { bytes, from, length, budget } = chunk
  for (const isBig of [false, true]) {
    const n = numberAt(chunk, from, { isBig })
    if (!n.isFull || !isRandomLookingAt(bytes, from, length, budget)) continue
    const found = productIn(chunk, n, isBig) ?? (isBig ? undefined : freedIn(chunk, n))
    if (found !== undefined) return found
  }
  return undefined
}

/** The key whose modulus this number is, where two others near have it as their product. */
function productIn(chunk: Chunk, own: StoredNumber, isBig: boolean): Match | undefined {
  const { length, budget } = chunk
  const half = length / 2
  const near = numbersNear(chunk, { isBig, length: half }).filter(({ isFull: isWhole }) => isWhole)
  for (const pair of pairsOf(near, (a, b) => Math.imul(a.low, b.low) === own.low)) {
    const [p = 0n, q = 0n] = pair.map(({ value }) => value())
    const n = own.value()
    if (p * q !== n) continue
    const verification = verifyRsa({ n, e: exponentOf(chunk, p, q, isBig), p, q }, budget)
    const offset = Math.min(...pair.map((each) => each.offset))
    if (verification !== undefined)
      return hit(verification, isBig ? 'limbs-be' : 'limbs-le64', offset, offset + half)
  }
  return undefined
}

/** Bits of a number that `free` writes over: two words. */
const LOST = 128

/** The same where two others near are its primes but for what `free` wrote over their begins. */
function freedIn(chunk: Chunk, own: StoredNumber): Match | undefined {
  const { length, budget } = chunk
  const half = length / 2
  const near = numbersNear(chunk, { isAny: true, length: half }).filter(({ hasTop }) => hasTop)
  // All three were cut after 48 bits, and their highest bit is set.
  const isPair = (a: StoredNumber, b: StoredNumber) =>
    Math.abs((own.high * 2 ** 48) / (a.high * b.high) - 1) <= 2 ** -45
  for (const pair of pairsOf(near, isPair)) {
    const [p = 0n, q = 0n] = pair.map(({ value }) => (value() >> BigInt(LOST)) << BigInt(LOST))
    const n = own.value()
    if (!areUpperFactors(n, p, q, LOST)) continue
    budget.spend(REBUILD_COST)
    const primes = fromUpperFactors(n, p, q, LOST)
    if (primes === undefined) continue
    const e = exponentOf(chunk, primes.p, primes.q, false, LOST / 8)
    const verification = verifyRsa({ n, e, ...primes }, budget)
    const { offset } = pair[0]
    if (verification !== undefined)
      return hit(verification, 'limbs-le64', offset + LOST / 8, offset + half)
  }
  return undefined
}

/** In either order of bytes. */
const mayBeFull: typeof isFull = (bytes, from, length) =>
  isFull(bytes, from, length) ||
  (((bytes[from + length - 1] ?? 0) & 1) === 1 && (bytes[from] ?? 0) >= 0x80)

export const MALLOC_RSA_ANCHORS: readonly Anchor[] = chunkAnchors(
  'malloc-rsa',
  LENGTHS,
  REACH,
  mayBeFull,
  detect,
)
