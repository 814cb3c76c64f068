/**
 * RSA keys whose public half lies nowhere but in limbs: a modulus in a chunk of glibc's malloc, and near it two chunks half
 * as long whose numbers it is the product of. So keep OpenSSL, mbedTLS, GMP and Rust's `num-bigint` their numbers, wolfSSL
 * highest byte first as it read them, and nothing but the product need be right.
 *
 * @module
 */

import { areUpperFactors, fromUpperFactors } from '@mintmark/keys/arithmetic/damaged_factors'
import {
  fromBigEndian,
  fromLittleEndian,
  gcd,
  inverse,
  toBigEndian,
} from '@mintmark/keys/arithmetic/modular'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import {
  chunkAnchor,
  isFull,
  isFullTurned,
  numbersNear,
  type SizeBytes,
  wordAt,
} from './malloc_numbers.ts'

/** Of a modulus: of the sizes that are in use. */
const LENGTHS = [128, 256, 384, 512, 1024]
/** How far from a modulus its primes are looked for. */
const REACH = 8192
/** Of looking for an exponent's d there. */
const SEARCH_UNITS = 10_000
/** Of the lost bits of two primes of 1024 bits. */
const REBUILD_UNITS = 5_000_000
/** How a number's bytes lie in its chunk. */
interface Order {
  readonly form: 'limbs-le64' | 'limbs-be'
  readonly isBig: boolean
  readonly isFull: (bytes: Uint8Array, from: number, length: number) => boolean
  /** The number that these bytes are. */
  readonly read: (bytes: Uint8Array) => bigint
}

const LITTLE: Order = { form: 'limbs-le64', isBig: false, isFull, read: fromLittleEndian }
const BIG: Order = { form: 'limbs-be', isBig: true, isFull: isFullTurned, read: fromBigEndian }

/** The lowest 32 bits of a number. */
function lowOf(bytes: Uint8Array, from: number, length: number, { isBig }: Order): number {
  if (!isBig) return wordAt(bytes, from)
  return new DataView(bytes.buffer, bytes.byteOffset + from + length - 4, 4).getInt32(0)
}

/** Two of `places` whose numbers have the lowest word of the modulus as that of their product. */
function* pairs(
  places: readonly number[],
  words: readonly number[],
  low: number,
): Generator<number[]> {
  for (const [i, word] of words.entries()) {
    for (let j = i + 1; j < words.length; j++) {
      if (Math.imul(word, words[j] ?? 0) === low) yield [places[i] ?? 0, places[j] ?? 0]
    }
  }
}

/** Public exponents that are told from each other by their d. */
export const EXPONENTS: readonly bigint[] = [65_537n, 3n, 17n, 5n, 257n]
const TELLING_BYTES = 16

/** Everything in which numbers of the key are looked for. */
function nearby(bytes: Uint8Array, at: number): Buffer {
  const from = Math.max(0, at - REACH)
  const to = Math.min(bytes.length, at + REACH)
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
}

/** The exponent whose d lies near but for its lowest `lost` bytes, modulo φ(n) or λ(n); 65,537 where none does. */
function exponentOf(p: bigint, q: bigint, near: Buffer, { isBig }: Order, lost = 0): bigint {
  const phi = (p - 1n) * (q - 1n)
  const lambda = phi / gcd(p - 1n, q - 1n)
  charge(EXPONENTS.length * SEARCH_UNITS)
  const isNear = (e: bigint): boolean =>
    [phi, lambda].some((order) => {
      const d = inverse(e, order)
      if (d === undefined) return false
      const low = toBigEndian(
        BigInt.asUintN(8 * TELLING_BYTES, d >> BigInt(8 * lost)),
        TELLING_BYTES,
      )
      return near.includes(isBig ? low : Buffer.from(low.toReversed()))
    })
  return EXPONENTS.find((e) => isNear(e)) ?? 65_537n
}

/** Of a process of 32 bits the anchor has an odd byte first. */
const ordersOf = (sizeBytes: SizeBytes): readonly Order[] =>
  sizeBytes === 4 ? [LITTLE] : [LITTLE, BIG]

function detectModulus(length: number, sizeBytes: SizeBytes): Detector {
  const orders = ordersOf(sizeBytes)
  return (bytes, at): Detected | undefined => {
    const from = at + sizeBytes
    if (from + length > bytes.length) return undefined
    const modulus = bytes.subarray(from, from + length)
    for (const order of orders) {
      if (!order.isFull(bytes, from, length) || !isRandomLooking(modulus)) continue
      const found = productIn({ bytes, at, from, length, sizeBytes }, order)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** A chunk that holds a number: where its size lies, and where the number begins. */
interface Chunk {
  readonly bytes: Uint8Array
  readonly at: number
  readonly from: number
  readonly length: number
  readonly sizeBytes: SizeBytes
}

/** The key whose modulus this number is, where two others near have it as their product. */
function productIn(
  { bytes, at, from, length, sizeBytes }: Chunk,
  order: Order,
): Detected | undefined {
  const half = length / 2
  const near = numbersNear(bytes, at, half, REACH, order.isBig, sizeBytes)
  const places = near.filter((place) => order.isFull(bytes, place, half))
  const words = places.map((place) => lowOf(bytes, place, half, order))
  for (const pair of pairs(places, words, lowOf(bytes, from, length, order))) {
    const [p, q] = pair.map((place) => order.read(bytes.subarray(place, place + half)))
    const n = order.read(bytes.subarray(from, from + length))
    if (p === undefined || q === undefined || p * q !== n) continue
    const proof = proveRsa({ n, e: exponentOf(p, q, nearby(bytes, at), order), p, q })
    const place = Math.min(...pair)
    if (proof !== undefined) return hit(proof, order.form, place, place + half)
  }
  return order.isBig ? undefined : freedIn({ bytes, at, from, length, sizeBytes })
}

/** The highest 48 bits of the number that ends at `end`. */
const highOf = (bytes: Uint8Array, end: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset + end - 6, 6).readUIntLE(0, 6)

/**
 * The key whose modulus this number is, where two others near are its primes but for what `free` wrote over their begins:
 * two words.
 */
function freedIn({ bytes, at, from, length, sizeBytes }: Chunk): Detected | undefined {
  const half = length / 2
  const lost = 16 * sizeBytes
  const near = numbersNear(bytes, at, half, REACH, true, sizeBytes)
  const places = near.filter((place) => (bytes[place + half - 1] ?? 0) >= 0x80)
  const highs = places.map((place) => highOf(bytes, place + half))
  const high = highOf(bytes, from + length) * 2 ** 48
  for (const [i, place] of places.entries()) {
    for (let j = i + 1; j < places.length; j++) {
      // Both were cut after 48 bits, of which the highest is set.
      if (Math.abs(high / ((highs[i] ?? 0) * (highs[j] ?? 0)) - 1) > 2 ** -45) continue
      const [p, q] = [place, places[j] ?? 0].map(
        (start) =>
          (fromLittleEndian(bytes.subarray(start, start + half)) >> BigInt(lost)) << BigInt(lost),
      )
      const n = fromLittleEndian(bytes.subarray(from, from + length))
      if (p === undefined || q === undefined || !areUpperFactors(n, p, q, lost)) continue
      charge(REBUILD_UNITS)
      const primes = fromUpperFactors(n, p, q, lost)
      if (primes === undefined) continue
      const e = exponentOf(primes.p, primes.q, nearby(bytes, at), LITTLE, lost / 8)
      const proof = proveRsa({ n, e, ...primes })
      if (proof !== undefined) return hit(proof, LITTLE.form, place + lost / 8, place + half)
    }
  }
  return undefined
}

function modulusAnchor(length: number, sizeBytes: SizeBytes): Anchor {
  const name = `malloc-rsa-${8 * length}${sizeBytes === 4 ? '-of-32' : ''}`
  const shape = chunkAnchor(name, length, REACH, detectModulus(length, sizeBytes), sizeBytes)
  const orders = ordersOf(sizeBytes)
  const mayHold = (bytes: Uint8Array, at: number): boolean =>
    orders.some((order) => order.isFull(bytes, at + sizeBytes, length))
  return { ...shape, mayHold }
}

export const MALLOC_RSA_ANCHORS: readonly Anchor[] = LENGTHS.flatMap((length) => [
  modulusAnchor(length, 8),
  modulusAnchor(length, 4),
])
