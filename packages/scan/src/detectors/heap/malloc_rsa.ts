/**
 * RSA keys in limbs alone, in chunks of glibc's malloc: a modulus, and its factors nearby. So do
 * OpenSSL, mbedTLS, GMP, `num-bigint`, and wolfSSL highest byte first.
 */
import { areUpperFactors, fromUpperFactors } from '@mintmark/keys/arithmetic/damaged_factors'
import { gcd, inverse, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detector, Match } from '../../anchors/match.ts'
import { chunkHead, SIZE_BYTES } from '../../known/objects/chunk_head.ts'
import {
  type Chunk,
  EXPONENTS,
  HEAD,
  halvesNear,
  isFull,
  numberAt,
  REACH,
  type StoredNumber,
} from './chunk_numbers.ts'

const LENGTHS = [128, 256, 384, 512, 1024]
const MOST_BYTES = 2048
const COST = { search: 10_000, rebuild: 5_000_000 } as const
const COMPARED_BYTES = 16
/** Bits of a number that `free` writes over: two words. */
const LOST = 128

function* pairsOf<T>(all: readonly T[]): Generator<[T, T]> {
  for (const [i, a] of all.entries()) for (const b of all.slice(i + 1)) yield [a, b]
}

/** Whose d is near but for `lost` low bytes, modulo φ(n) or λ(n); 65,537 for none. */
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
  budget.spend(EXPONENTS.length * COST.search)
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
    const n = numberAt(chunk, from, length, isBig)
    if (!n.isOdd || !n.hasTop || !isRandomLookingAt(bytes, from, length, budget)) continue
    const near = halvesNear(chunk, isBig)
    const found =
      productAmong(near, chunk, n, isBig) ?? (isBig ? undefined : freedAmong(near, chunk, n))
    if (found !== undefined) return found
  }
  return undefined
}

function productAmong(
  near: readonly StoredNumber[],
  chunk: Chunk,
  own: StoredNumber,
  isBig: boolean,
): Match | undefined {
  for (const pair of pairsOf(near.filter(({ isOdd }) => isOdd))) {
    if (Math.imul(pair[0].low, pair[1].low) !== own.low) continue
    const [p = 0n, q = 0n] = pair.map(({ value }) => value())
    const n = own.value()
    if (p * q !== n) continue
    const e = exponentOf(chunk, p, q, isBig)
    const verification = verifyRsa({ n, e, p, q }, chunk.budget)
    const offset = Math.min(...pair.map((each) => each.offset))
    if (verification !== undefined)
      return hit(verification, isBig ? 'limbs-be' : 'limbs-le64', offset, offset + chunk.length / 2)
  }
  return undefined
}

function freedAmong(
  near: readonly StoredNumber[],
  chunk: Chunk,
  own: StoredNumber,
): Match | undefined {
  const { length, budget } = chunk
  for (const [a, b] of pairsOf(near)) {
    // All three were cut after 48 bits, and their highest bit is set.
    if (Math.abs((own.high * 2 ** 48) / (a.high * b.high) - 1) > 2 ** -45) continue
    const [p = 0n, q = 0n] = [a, b].map(({ value }) => (value() >> BigInt(LOST)) << BigInt(LOST))
    const n = own.value()
    if (!areUpperFactors(n, p, q, LOST)) continue
    budget.spend(COST.rebuild)
    const primes = fromUpperFactors(n, p, q, LOST)
    if (primes === undefined) continue
    const e = exponentOf(chunk, primes.p, primes.q, false, LOST / 8)
    const verification = verifyRsa({ n, e, ...primes }, budget)
    if (verification !== undefined)
      return hit(verification, 'limbs-le64', a.offset + LOST / 8, a.offset + length / 2)
  }
  return undefined
}

const detectorOf =
  (length: number): Detector =>
  (bytes, at, { budget }) => {
    const from = at + SIZE_BYTES
    return from + length > bytes.length ? undefined : detect({ bytes, from, length, budget })
  }

function mayBeFull(bytes: Uint8Array, from: number, length: number): boolean {
  const last = bytes[from + length - 1] ?? 0
  return isFull(bytes, from, length) || ((last & 1) === 1 && (bytes[from] ?? 0) >= 0x80)
}

export const MALLOC_RSA_ANCHORS: readonly Anchor[] = LENGTHS.map((length) =>
  Object.assign(chunkHead(length + HEAD), {
    name: `malloc-rsa-${8 * length}`,
    number: { from: SIZE_BYTES, length: 64 } as const,
    before: REACH,
    behind: REACH + MOST_BYTES,
    mayContain: (bytes: Uint8Array, at: number) => mayBeFull(bytes, at + SIZE_BYTES, length),
    detect: detectorOf(length),
  }),
)
