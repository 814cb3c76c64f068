/**
 * RSA keys that are left in parts only: a prime and its exponent, each in a chunk of glibc's malloc, and near them the
 * other prime with its own. e·dP = 1 modulo p − 1 shows a prime of a key as surely as a modulus does. No row of a table:
 * it weighs all numbers near against each other.
 * @module
 */
import { bitLength, isProbablePrime, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyRsa } from '@mintmark/keys/der_keys/verify'
import { type Key, unverified } from '@mintmark/keys/material/key'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { NO_MODULUS } from '../../findings/possible_keys.ts'
import {
  type Chunk,
  chunkAnchors,
  EXPONENTS,
  isFull,
  numberAt,
  numbersNear,
  type StoredNumber,
} from './chunk_numbers.ts'

/** Of a prime: of the sizes that are in use. */
const LENGTHS = [64, 128, 192, 256, 512]
/** How far from a prime the rest is searched for: a key that a process made itself is strewn about (seen: 21 KB). */
const REACH = 32_768
/** Of trying each number near as the exponent of each. */
const PAIRS_COST = 200_000
/** Of one number as an inverse modulo a prime of 64 bytes. */
const INVERSE_COST = 1000
const EXPONENTS_AS_NUMBERS: readonly number[] = EXPONENTS.map(Number)
const SHOWN = 'e·dP = 1 modulo p − 1'

/** The public exponent e for which e·d = 1 modulo p − 1, where one of the numbers is such a d. */
function exponentAmong(p: StoredNumber, near: readonly StoredNumber[]): bigint | undefined {
  for (const d of near) {
    for (const e of EXPONENTS_AS_NUMBERS) {
      // e·d − 1 = times·(p − 1)
      const times = Math.round((e * d.high) / p.high)
      if (times < 1 || times >= e) continue
      if (((Math.imul(e, d.low) - 1) | 0) !== Math.imul(times, p.low - 1)) continue
      if (BigInt(e) * d.value() - 1n === BigInt(times) * (p.value() - 1n)) return BigInt(e)
    }
  }
  return undefined
}

function detect(chunk: Chunk): Match | undefined {
  const { bytes, from, length, budget } = chunk
  const own = numberAt(chunk, from)
  if (!own.isFull || !isRandomLookingAt(bytes, from, length, budget)) return undefined
  const near = numbersNear(chunk)
  const e = exponentAmong(own, near)
  if (e === undefined) return undefined
  const verification = verificationOf(chunk, own, near, e)
  return verification && hit(verification, 'limbs-le64', from, from + length)
}

/** A prime whose key is not known. */
function openPrime(length: number, p: bigint, e: bigint, why: string): Key {
  const prime = { type: 'rsa', n: NO_MODULUS, e, p, q: undefined, d: undefined } as const
  return { ...unverified('rsa', 16 * length, `${SHOWN}, but ${why}`), possible: [prime] }
}

function verificationOf(
  chunk: Chunk,
  own: StoredNumber,
  near: readonly StoredNumber[],
  e: bigint,
): Key | undefined {
  const { length, budget } = chunk
  const p = own.value()
  budget.spend(PAIRS_COST)
  const primes = near.filter((each) => each.isFull && exponentAmong(each, near) === e)
  const others = [...new Set(primes.map((prime) => prime.value()))].filter(
    (q) => q !== p && bitLength(p * q) >= 16 * length - 1,
  )
  const verified = (q: bigint, by: string): Key | undefined => {
    const key = verifyRsa({ n: p * q, e, p, q }, budget)
    return key && { ...key, proof: `${SHOWN}, and ${by}` }
  }
  const partner = partnerOf(chunk, p, others)
  if (partner !== undefined) return verified(partner.q, partner.by)
  const [only] = others
  if (only === undefined) {
    const q = otherPrime(chunk, p, e)
    const key = q === undefined ? undefined : verified(q, 'e·d of q')
    return key ?? openPrime(length, p, e, 'the other prime is elsewhere')
  }
  if (others.length === 1 && isAlone(chunk, own, only)) return verified(only, 'the same of q')
  return openPrime(length, p, e, 'primes of several keys are near')
}

/** Whether all numbers of that size near are these primes and their exponents: none indicates another key. */
function isAlone(chunk: Chunk, own: StoredNumber, q: bigint): boolean {
  const stored = numbersNear(chunk, { isAny: true })
  const primes = [own, ...stored.filter((each) => [own.value(), q].includes(each.value()))]
  return stored.every(
    (each) =>
      primes.includes(each) || primes.some((prime) => exponentAmong(prime, [each]) !== undefined),
  )
}

/** The other prime of the key, and what shows it: the cofactor of `p` in a modulus near, or an inverse modulo it. */
function partnerOf(
  chunk: Chunk,
  p: bigint,
  others: readonly bigint[],
): { readonly q: bigint; readonly by: string } | undefined {
  const { length, budget } = chunk
  const n = numbersNear(chunk, { length: 2 * length })
    .map(({ value }) => value())
    .find((product) => product % p === 0n)
  if (n !== undefined) return { q: n / p, by: 'n mod p = 0' }
  if (others.length === 0) return undefined
  const inverses = numbersNear(chunk, { isAny: true }).map(({ value }) => value())
  budget.spend((inverses.length * others.length * INVERSE_COST * length) / 64)
  const q = others.find((other) =>
    inverses.some((c) => (c * other) % p === 1n || (c * p) % other === 1n),
  )
  return q === undefined ? undefined : { q, by: 'qInv·q = 1 modulo p' }
}

/** Of trying what e·d − 1 may be besides p − 1 and q − 1. */
const TIMES_COST = 5_000_000
/** By what (p − 1)(q − 1) may have been divided before d was taken modulo it: for most keys one of these. */
const SHARES = [1n, 2n, 4n, 6n, 3n, 8n, 12n]

/**
 * The prime q whose exponent is a d near by, where q or p·q is in these bytes too: e·d − 1 = times · (p − 1)(q − 1) /
 * share leaves several primes open that fit as well. So PyCryptodome leaves its keys.
 */
function otherPrime(chunk: Chunk, p: bigint, e: bigint): bigint | undefined {
  const { length, budget } = chunk
  const bits = BigInt(8 * length)
  for (const { value } of numbersNear(chunk, { isAny: true, length: 2 * length })) {
    const product = e * value() - 1n
    if (product <= 0n || product % (p - 1n) !== 0n) continue
    for (const share of SHARES) {
      budget.spend(TIMES_COST)
      const left = (share * product) / (p - 1n)
      const most = left >> (bits - 1n)
      for (let times = (left >> bits) + 1n; times <= most && times < e; times++) {
        const q = left / times + 1n
        if (left % times !== 0n || q === p || !isProbablePrime(q)) continue
        if (isThere(chunk, q, length) || isThere(chunk, p * q, 2 * length)) return q
      }
    }
  }
  return undefined
}

/** Whether a number of so many bytes is there, lowest byte first. */
function isThere({ bytes, budget }: Chunk, value: bigint, length: number): boolean {
  budget.spend(bytes.length)
  const turned = toBigEndian(value, length)
  const number = Buffer.from(turned.toReversed())
  turned.fill(0)
  const is = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(number)
  number.fill(0)
  return is
}

export const MALLOC_FACTOR_ANCHORS: readonly Anchor[] = chunkAnchors(
  'malloc-factor',
  LENGTHS,
  REACH,
  isFull,
  detect,
)
