/**
 * RSA keys of which nothing lies there but their halves: a prime and its exponent, each in a chunk of glibc's malloc, and
 * near them the other prime with its own. e·dP = 1 modulo p − 1 shows a prime of a key as surely as a modulus does, and
 * no modulus need be there: a process that was given a private key may never have written its public half out.
 *
 * Where primes of several keys lie close together, which two are of one key is told by the inverse of one modulo the
 * other, or by their product; where neither lies there, it stays open whose a prime is. Where the other prime is further
 * off, d tells it.
 *
 * @module
 */

import {
  bitLength,
  fromLittleEndian,
  isProbablePrime,
  toBigEndian,
} from '@mintmark/keys/arithmetic/modular'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import { type Proof, unproven } from '@mintmark/keys/material/proof'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import { NO_MODULUS } from '../../findings/possible_keys.ts'
import {
  chunkAnchor,
  isFull,
  mayHoldFull,
  numbersNear,
  type SizeBytes,
  wordAt,
} from './malloc_numbers.ts'
import { EXPONENTS } from './malloc_rsa.ts'

/** Of a prime: of the sizes that are in use. */
const LENGTHS = [64, 128, 192, 256, 512]
/** How far from a prime the rest is looked for: a key that a process made itself is strewn about (seen: 21 KB). */
const REACH = 32_768
/** Of trying each number near as the exponent of each. */
const PAIRS_UNITS = 200_000
/** Of one number as an inverse modulo a prime of 64 bytes. */
const INVERSE_UNITS = 1000
const EXPONENTS_AS_NUMBERS: readonly number[] = EXPONENTS.map(Number)

/** A number in memory: enough of it to tell most that have nothing to do with each other. */
interface Stored {
  readonly at: number
  readonly length: number
  /** Its lowest 32 bits. */
  readonly low: number
  /** Its highest 48 bits. */
  readonly high: number
}

function storedAt(bytes: Uint8Array, at: number, length: number): Stored {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + length - 6, 6)
  const high = view.getUint32(2, true) * 65_536 + view.getUint16(0, true)
  return { at, length, low: wordAt(bytes, at), high }
}

const numberOf = (bytes: Uint8Array, { at, length }: Stored): bigint =>
  fromLittleEndian(bytes.subarray(at, at + length))

/** The public exponent e for which e·d = 1 modulo p − 1. */
function exponentOf(bytes: Uint8Array, p: Stored, d: Stored): bigint | undefined {
  for (const e of EXPONENTS_AS_NUMBERS) {
    // e·d − 1 = times·(p − 1)
    const times = Math.round((e * d.high) / p.high)
    if (times < 1 || times >= e) continue
    if (((Math.imul(e, d.low) - 1) | 0) !== Math.imul(times, p.low - 1)) continue
    const isEqual =
      BigInt(e) * numberOf(bytes, d) - 1n === BigInt(times) * (numberOf(bytes, p) - 1n)
    if (isEqual) return BigInt(e)
  }
  return undefined
}

/** The public exponent for which one of the numbers is the exponent of this prime. */
function exponentAmong(bytes: Uint8Array, p: Stored, near: readonly Stored[]): bigint | undefined {
  for (const d of near) {
    const e = exponentOf(bytes, p, d)
    if (e !== undefined) return e
  }
  return undefined
}

/** Primes in chunks near the one whose size is at `at`, each once, whose exponents lie near for this public exponent. */
function primesNear(chunk: Chunk, e: bigint): readonly bigint[] {
  charge(PAIRS_UNITS)
  const { bytes, length } = chunk
  const near = storedNear(chunk)
  const primes = near.filter(
    (other) => isFull(bytes, other.at, length) && exponentAmong(bytes, other, near) === e,
  )
  return [...new Set(primes.map((prime) => numberOf(bytes, prime)))]
}

/** A chunk that holds a number of `length` bytes, by the place of its size. */
interface Chunk {
  readonly bytes: Uint8Array
  readonly at: number
  readonly length: number
  readonly sizeBytes: SizeBytes
}

/** Where numbers of this length, or of another, begin in chunks near this one. */
function placesNear(
  { bytes, at, length, sizeBytes }: Chunk,
  isAny = false,
  ofLength = length,
): readonly number[] {
  return numbersNear(bytes, at, ofLength, REACH, isAny, sizeBytes)
}

function storedNear(chunk: Chunk): readonly Stored[] {
  const { bytes, length } = chunk
  return placesNear(chunk).map((place) => storedAt(bytes, place, length))
}

function detectFactor(length: number, sizeBytes: SizeBytes): Detector {
  return (bytes, at): Detected | undefined => {
    const from = at + sizeBytes
    if (from + length > bytes.length || !isFull(bytes, from, length)) return undefined
    if (!isRandomLookingAt(bytes, from, length)) return undefined
    const chunk = { bytes, at, length, sizeBytes }
    const own = storedAt(bytes, from, length)
    const e = exponentAmong(bytes, own, storedNear(chunk))
    if (e === undefined) return undefined
    const proof = proofOf(chunk, numberOf(bytes, own), e)
    return proof && hit(proof, 'limbs-le64', from, from + length)
  }
}

function proofOf(chunk: Chunk, p: bigint, e: bigint): Proof | undefined {
  const isOther = (q: bigint): boolean => q !== p && bitLength(p * q) >= 16 * chunk.length - 1
  const others = primesNear(chunk, e).filter((q) => isOther(q))
  const proven = (q: bigint, by: string): Proof | undefined => {
    const key = proveRsa({ n: p * q, e, p, q })
    return key && { ...key, proof: `e·dP = 1 modulo p − 1, and ${by}` }
  }
  const partner = partnerOf(chunk, p, others)
  if (partner !== undefined) return proven(partner.q, partner.by)
  const [only] = others
  if (only === undefined) return proofOfLone(chunk, p, e)
  if (others.length === 1 && isAlone(chunk, [p, only])) {
    return proven(only, 'the same of q')
  }
  const open = 'e·dP = 1 modulo p − 1, but primes of several keys are near'
  const prime = { type: 'rsa', n: NO_MODULUS, e, p, q: undefined, d: undefined } as const
  return { ...unproven('rsa', 16 * chunk.length, open), possible: [prime] }
}

/** What a prime with its exponent is, where the other prime lies elsewhere: a key by its d near, else a part of one. */
function proofOfLone(chunk: Chunk, p: bigint, e: bigint): Proof {
  const { bytes, length } = chunk
  for (const place of placesNear(chunk, true, 2 * length)) {
    const d = fromLittleEndian(bytes.subarray(place, place + 2 * length))
    const q = otherPrime(chunk, p, e, d)
    const key = q === undefined || q === p ? undefined : proveRsa({ n: p * q, e, p, q })
    if (key !== undefined) return { ...key, proof: 'e·dP = 1 modulo p − 1, and e·d of q' }
  }
  const open = 'e·dP = 1 modulo p − 1, but the other prime is elsewhere'
  const prime = { type: 'rsa', n: NO_MODULUS, e, p, q: undefined, d: undefined } as const
  return { ...unproven('rsa', 16 * length, open), possible: [prime] }
}

/** Of trying what e·d − 1 may be besides p − 1 and q − 1. */
const TIMES_UNITS = 5_000_000
/** By what (p − 1)(q − 1) may have been divided before d was taken modulo it: for most keys one of these. */
const SHARES = [1n, 2n, 4n, 6n, 3n, 8n, 12n]

/**
 * The prime q for which e·d = 1 modulo (p − 1)(q − 1) or a part of that, where q or p·q lies in these bytes, too.
 *
 * e·d − 1 = times · (p − 1)(q − 1) / share leaves several primes open that fit as well: none is taken for q unseen.
 */
function otherPrime({ bytes, length }: Chunk, p: bigint, e: bigint, d: bigint): bigint | undefined {
  const product = e * d - 1n
  if (product <= 0n || product % (p - 1n) !== 0n) return undefined
  const bits = BigInt(8 * length)
  for (const share of SHARES) {
    charge(TIMES_UNITS)
    const left = (share * product) / (p - 1n)
    const most = left >> (bits - 1n)
    for (let times = (left >> bits) + 1n; times <= most && times < e; times++) {
      if (left % times !== 0n) continue
      const q = left / times + 1n
      if (!isProbablePrime(q)) continue
      if (isThere(bytes, q, length) || isThere(bytes, p * q, 2 * length)) return q
    }
  }
  return undefined
}

/** Whether a number of so many bytes lies there, lowest byte first. */
function isThere(bytes: Uint8Array, value: bigint, length: number): boolean {
  charge(bytes.length)
  const number = toBigEndian(value, length)
  for (let low = 0, high = length - 1; low < high; low++, high--) {
    const byte = number[low] ?? 0
    number[low] = number[high] ?? 0
    number[high] = byte
  }
  const is = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(number)
  number.fill(0)
  return is
}

/** Whether all numbers of that size near are these primes and their exponents: none is left that tells of another key. */
function isAlone(chunk: Chunk, primes: readonly bigint[]): boolean {
  const { bytes, at, length, sizeBytes } = chunk
  const stored = placesNear(chunk, true).map((place) => storedAt(bytes, place, length))
  const others = stored.filter((each) => primes.includes(numberOf(bytes, each)))
  const own = [storedAt(bytes, at + sizeBytes, length), ...others]
  return stored.every(
    (each) =>
      own.includes(each) || own.some((prime) => exponentOf(bytes, prime, each) !== undefined),
  )
}

/** The other prime of the key, and what tells it: one of those near, or what a modulus near has besides `p`. */
function partnerOf(
  chunk: Chunk,
  p: bigint,
  others: readonly bigint[],
): { readonly q: bigint; readonly by: string } | undefined {
  const { bytes, length } = chunk
  const numbers = (size: number, isAny: boolean): readonly bigint[] =>
    placesNear(chunk, isAny, size).map((place) =>
      fromLittleEndian(bytes.subarray(place, place + size)),
    )
  const n = numbers(2 * length, false).find((product) => product % p === 0n)
  if (n !== undefined) return { q: n / p, by: 'n mod p = 0' }
  if (others.length === 0) return undefined
  const inverses = numbers(length, true)
  charge((inverses.length * others.length * INVERSE_UNITS * length) / 64)
  const isInverse = (q: bigint): boolean =>
    inverses.some((c) => (c * q) % p === 1n || (c * p) % q === 1n)
  const told = others.find((q) => isInverse(q))
  return told === undefined ? undefined : { q: told, by: 'qInv·q = 1 modulo p' }
}

function factorAnchor(length: number, sizeBytes: SizeBytes): Anchor {
  const name = `malloc-factor-${8 * length}${sizeBytes === 4 ? '-of-32' : ''}`
  const shape = chunkAnchor(name, length, REACH, detectFactor(length, sizeBytes), sizeBytes)
  return { ...shape, mayHold: mayHoldFull(length, sizeBytes) }
}

export const MALLOC_FACTOR_ANCHORS: readonly Anchor[] = LENGTHS.flatMap((length) => [
  factorAnchor(length, 8),
  factorAnchor(length, 4),
])
