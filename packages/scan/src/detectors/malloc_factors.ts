/**
 * RSA keys of which nothing lies there but their halves: a prime and its exponent, each in a chunk of glibc's malloc, and
 * near them the other prime with its own. e·dP = 1 modulo p − 1 shows a prime of a key as surely as a modulus does, and
 * no modulus need be there: a process that was given a private key may never have written its public half out.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import { bitLength, fromLittleEndian } from '../arithmetic/modular.ts'
import type { Detected, Detector } from '../detected.ts'
import { charge } from '../effort.ts'
import { proveRsa } from '../prove.ts'
import { isRandomLooking } from '../random_looking.ts'
import { hit } from './anchored.ts'
import { chunkAnchor, isFull, numbersNear, SIZE_BYTES, wordAt } from './malloc_numbers.ts'
import { EXPONENTS } from './malloc_rsa.ts'

/** Of a prime: of the sizes that are in use. */
const LENGTHS = [64, 128, 192, 256, 512]
/** How far from a prime the rest is looked for: a key that a process made itself is strewn about (seen: 21 KB). */
const REACH = 32_768
/** Of trying each number near as the exponent of each. */
const PAIRS_UNITS = 200_000
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

function detectFactor(length: number): Detector {
  return (bytes, at): Detected | undefined => {
    const from = at + SIZE_BYTES
    if (from + length > bytes.length || !isFull(bytes, from, length)) return undefined
    if (!isRandomLooking(bytes.subarray(from, from + length))) return undefined
    const own = storedAt(bytes, from, length)
    const near = numbersNear(bytes, at, length, REACH).map((place) =>
      storedAt(bytes, place, length),
    )
    const e = exponentAmong(bytes, own, near)
    if (e === undefined) return undefined
    charge(PAIRS_UNITS)
    const p = numberOf(bytes, own)
    for (const other of near) {
      if (!isFull(bytes, other.at, length) || exponentAmong(bytes, other, near) !== e) continue
      const q = numberOf(bytes, other)
      const proof = q === p ? undefined : proveRsa({ n: p * q, e, p, q })
      if (proof === undefined || bitLength(p * q) < 16 * length - 1) continue
      const shown = { ...proof, proof: 'e·dP = 1 modulo p − 1, and the same of q' }
      return hit(shown, 'limbs-le64', from, from + length)
    }
    return undefined
  }
}

export const MALLOC_FACTOR_ANCHORS: readonly Anchor[] = LENGTHS.map((length) =>
  chunkAnchor(`malloc-factor-${8 * length}`, length, REACH, detectFactor(length)),
)
