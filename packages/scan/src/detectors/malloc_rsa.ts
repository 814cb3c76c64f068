/**
 * RSA keys whose public half lies nowhere but in limbs: a modulus in a chunk of glibc's malloc, and near it two chunks half
 * as long whose numbers it is the product of. So keep OpenSSL, mbedTLS, GMP and Rust's `num-bigint` their numbers, and
 * nothing but the product need be right.
 *
 * A chunk is {size of the chunk before, size and three flags, bytes}, at multiples of 16: malloc/malloc.c of glibc.
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

/** Of a modulus: of the sizes that are in use. */
const LENGTHS = [128, 256, 384, 512, 1024]
/** What a chunk takes besides its bytes, and one more limb if need be. */
const HEAD = 16
/** How far from a modulus its primes are looked for. */
const REACH = 8192
/** Of going through that. */
const REACH_UNITS = 10_000
const MOST_NUMBERS = 96
/** The chunk before is in use, as nearly all are; a mapping of its own; an arena of a thread. */
const FLAGS = 7
const IN_USE = 1
const ARENA = 4
const SIZE_BYTES = 8

/** Whether the lowest bit of a number that begins at `from` is set, and the highest: nothing else costs less to ask. */
function isFull(bytes: Uint8Array, from: number, length: number): boolean {
  return ((bytes[from] ?? 0) & 1) === 1 && (bytes[from + length - 1] ?? 0) >= 0x80
}

/** Whether the word at `at` says that its chunk holds a number of `length` bytes, and two more limbs at most. */
function isSize(bytes: Uint8Array, at: number, length: number): boolean {
  const size = ((bytes[at] ?? 0) & ~FLAGS) | ((bytes[at + 1] ?? 0) << 8)
  if (size !== length + HEAD && size !== length + 2 * HEAD) return false
  for (let k = at + 2; k < at + SIZE_BYTES; k++) if (bytes[k] !== 0) return false
  return true
}

/** Where numbers of `length` bytes begin in chunks near the one whose size is at `at`, nearest first. */
function numbersNear(bytes: Uint8Array, at: number, length: number): number[] {
  charge(REACH_UNITS)
  const found: number[] = []
  for (let distance = 16; distance <= REACH && found.length < MOST_NUMBERS; distance += 16) {
    for (const size of [at - distance, at + distance]) {
      const from = size + SIZE_BYTES
      if (size < 0 || from + length > bytes.length || !isSize(bytes, size, length)) continue
      if (!isFull(bytes, from, length)) continue
      if (isRandomLooking(bytes.subarray(from, from + length))) found.push(from)
    }
  }
  return found
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) |
  ((bytes[at + 1] ?? 0) << 8) |
  ((bytes[at + 2] ?? 0) << 16) |
  ((bytes[at + 3] ?? 0) << 24)

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
const EXPONENTS = [65_537n, 3n, 17n, 5n, 257n]
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
  charge(EXPONENTS.length * REACH_UNITS)
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
    const places = numbersNear(bytes, at, half)
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

export const MALLOC_RSA_ANCHORS: readonly Anchor[] = LENGTHS.map((length) => {
  const size = length + HEAD
  return {
    name: `malloc-rsa-${8 * length}`,
    // Without that bit it would be any whole number of this size.
    pattern: Uint8Array.from([(size & 0xff) | IN_USE, size >> 8, 0, 0, 0, 0, 0, 0]),
    mask: Uint8Array.from([0xff & ~ARENA, 255, 255, 255, 255, 255, 255, 255]),
    detect: detectModulus(length),
    before: REACH,
    behind: REACH + 2048,
  }
})
