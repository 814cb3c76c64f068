/**
 * RSA keys whose public half lies nowhere but in limbs: a modulus in a chunk of glibc's malloc, and near it two chunks half
 * as long whose numbers it is the product of. So keep OpenSSL, mbedTLS, GMP and Rust's `num-bigint` their numbers, and
 * nothing but the product need be right.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import { fromLittleEndian, gcd, inverse, toBigEndian } from '../arithmetic/modular.ts'
import type { Detected, Detector } from '../detected.ts'
import { charge } from '../effort.ts'
import { proveRsa } from '../prove.ts'
import { isRandomLooking } from '../random_looking.ts'
import { hit } from './anchored.ts'
import { chunkAnchor, isFull, numbersNear, SIZE_BYTES, wordAt } from './malloc_numbers.ts'

/** Of a modulus: of the sizes that are in use. */
const LENGTHS = [128, 256, 384, 512, 1024]
/** How far from a modulus its primes are looked for. */
const REACH = 8192
/** Of looking for an exponent's d there. */
const SEARCH_UNITS = 10_000
/** Two of `places` whose numbers have the lowest word of the modulus as that of their product. */
function* pairs(bytes: Uint8Array, places: readonly number[], low: number): Generator<number[]> {
  const words = places.map((place) => wordAt(bytes, place))
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

/** The exponent whose d lies near, modulo φ(n) or λ(n); 65,537 where none does. */
function exponentOf(p: bigint, q: bigint, near: Buffer): bigint {
  const phi = (p - 1n) * (q - 1n)
  const lambda = phi / gcd(p - 1n, q - 1n)
  charge(EXPONENTS.length * SEARCH_UNITS)
  const isNear = (e: bigint): boolean =>
    [phi, lambda].some((order) => {
      const d = inverse(e, order)
      if (d === undefined) return false
      const low = toBigEndian(BigInt.asUintN(8 * TELLING_BYTES, d), TELLING_BYTES)
      return near.includes(Buffer.from(low.toReversed()))
    })
  return EXPONENTS.find((e) => isNear(e)) ?? 65_537n
}

function detectModulus(length: number): Detector {
  const half = length / 2
  return (bytes, at): Detected | undefined => {
    const from = at + SIZE_BYTES
    if (from + length > bytes.length || !isFull(bytes, from, length)) return undefined
    const modulus = bytes.subarray(from, from + length)
    if (!isRandomLooking(modulus)) return undefined
    const places = numbersNear(bytes, at, half, REACH).filter((place) => isFull(bytes, place, half))
    for (const pair of pairs(bytes, places, wordAt(bytes, from))) {
      const [p, q] = pair.map((place) => fromLittleEndian(bytes.subarray(place, place + half)))
      const n = fromLittleEndian(modulus)
      if (p === undefined || q === undefined || p * q !== n) continue
      const proof = proveRsa({ n, e: exponentOf(p, q, nearby(bytes, at)), p, q })
      const place = Math.min(...pair)
      if (proof !== undefined) return hit(proof, 'limbs-le64', place, place + half)
    }
    return undefined
  }
}

export const MALLOC_RSA_ANCHORS: readonly Anchor[] = LENGTHS.map((length) =>
  chunkAnchor(`malloc-rsa-${8 * length}`, length, REACH, detectModulus(length)),
)
