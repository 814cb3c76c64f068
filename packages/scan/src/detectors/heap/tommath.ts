/**
 * Keys of LibTomMath (LibTomCrypt, Dropbear, CryptX of Perl), by numbers in chunks of glibc's malloc: digits of 60 bits
 * in words of 8 bytes, of 28 in words of 4 in processes of 32 bits, lowest first. Primes near their product or d, or a
 * point near its secret. @module
 */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { verifyEc } from '@mintmark/keys/der_keys/verify'
import type { Curve } from '@mintmark/keys/material/key_material'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detected, Probe } from '../../anchors/detected.ts'
import {
  areRandomDigits,
  type DigitEncoding,
  digitCount,
  digitsAt,
  digitsInUse,
  NARROW_TOMMATH_DIGITS,
  TOMMATH_DIGITS,
} from '../../known/values/digit_encodings.ts'
import { chunkHead, type SizeBytes, sizeAt } from './chunk_head.ts'
import { rsaOfPrime } from './rsa_of_prime.ts'

/** How a process keeps such numbers; `rooms`: digits that there is room for (mp_grow.c of 0.42 to 1.3). */
interface Build {
  readonly name: string
  readonly digits: DigitEncoding
  readonly sizeBytes: SizeBytes
  readonly rooms: readonly number[]
}

const BUILDS: readonly Build[] = [
  { name: '', digits: TOMMATH_DIGITS, sizeBytes: 8, rooms: [32, 36, 96] },
  { name: '-of-32', digits: NARROW_TOMMATH_DIGITS, sizeBytes: 4, rooms: [32, 38, 56, 96] },
]

/** From a number those of its key are searched for as far as this. */
const REACH = 8192
/** Digits of a number, and bytes of its chunk: more are none. */
const MOST_DIGITS = 160
const MOST_BYTES = 2048
/** Numbers of one size that are examined. */
const MOST = 24
/** Of going through the chunks near, of the equation of a curve, and of d·G. */
const COST = { near: 9600, point: 15_000, multiple: 2_000_000 } as const

interface TomMathNumber {
  readonly value: bigint
  readonly bits: number
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Digits of the number in the chunk whose size is at `at`; 0 where a quick check shows that it is not random. */
function countAt(bytes: Uint8Array, at: number, { digits, sizeBytes }: Build): number {
  const size = sizeAt(bytes, at, sizeBytes)
  const from = at + sizeBytes
  if (size === 0 || size > MOST_BYTES || at + size > bytes.length) return 0
  // Its highest bits reject most that is no digit.
  if ((bytes[from + digits.slot - 1] ?? 0) >> 4 !== 0) return 0
  const room = Math.floor((size - sizeBytes) / digits.slot)
  const count = digitsInUse(digits, bytes, from, Math.min(room, MOST_DIGITS))
  return count < 2 ? 0 : count
}

function numberAt(bytes: Uint8Array, at: number, build: Build): TomMathNumber | undefined {
  const { digits, sizeBytes } = build
  const count = countAt(bytes, at, build)
  const from = at + sizeBytes
  if (count === 0 || !areRandomDigits(digits, bytes, from, count)) return undefined
  const value = digitsAt(digits, bytes, from, count)
  return value === undefined
    ? undefined
    : { value, bits: bitLength(value), count, from, to: from + count * digits.slot }
}

/** Other numbers near in so many digits, or in one less as the highest may be 0, nearest first. */
function numbersNear(
  bytes: Uint8Array,
  at: number,
  build: Build,
  count: number,
  budget: WorkBudget,
): TomMathNumber[] {
  budget.spend(COST.near)
  const found: TomMathNumber[] = []
  for (let distance = 16; distance <= REACH && found.length < MOST; distance += 16) {
    for (const other of [at - distance, at + distance]) {
      const number = numberAt(bytes, other, build)
      if (number?.count === count || number?.count === count - 1) found.push(number)
    }
  }
  return found
}

/** Bits of a prime: of the sizes that are in use. */
const PRIME_BITS: ReadonlySet<number> = new Set([512, 768, 1024, 1536, 2048])
const isPrimeLike = ({ value, bits }: TomMathNumber): boolean =>
  PRIME_BITS.has(bits) && (value & 1n) === 1n

const CURVES: readonly Curve[] = ['P-256', 'secp256k1', 'P-384', 'P-521']
/** Numbers near a point that are tried as its secret. */
const MOST_SECRETS = 8

function keyAt(
  bytes: Uint8Array,
  at: number,
  build: Build,
  budget: WorkBudget,
): Detected | undefined {
  const own = numberAt(bytes, at, build)
  if (own === undefined) return undefined
  const near = (bits: number) =>
    numbersNear(bytes, at, build, digitCount(build.digits, bits), budget)
  if (!isPrimeLike(own)) return curveKey(own, build, near, budget)
  const others = near(own.bits).filter((each) => each.bits === own.bits && isPrimeLike(each))
  const verification = rsaOfPrime(own.value, others, near(2 * own.bits), budget)
  return verification && hit(verification, build.digits.form, own.from, own.to)
}

/** The key of whose point the number is x: with z = 1, as LibTomCrypt keeps it. */
function curveKey(
  { value: x, count }: TomMathNumber,
  { digits: { form, ...digits } }: Build,
  near: (bits: number) => readonly TomMathNumber[],
  budget: WorkBudget,
): Detected | undefined {
  const fits = (bits: number) => [count, count + 1].includes(digitCount({ form, ...digits }, bits))
  const curves = CURVES.map(curveNamed).filter(({ bits }) => fits(bits))
  const [first] = curves
  const others = first === undefined ? [] : near(first.bits)
  for (const { value: y } of others) {
    budget.spend(COST.point * curves.length)
    const curve = curves.find((each) => isOnCurve(each, { x, y }))
    if (curve === undefined) continue
    const secrets = others.filter(({ value }) => value !== y && value !== x)
    for (const { value, from, to } of secrets.slice(0, MOST_SECRETS)) {
      budget.spend(COST.multiple)
      const verification = verifyEc(curve.curve, value, { x, y }, budget)
      if (verification.certainty === 'proven') return hit(verification, form, from, to)
    }
    return undefined
  }
  return undefined
}

export const TOMMATH_ANCHORS: readonly Anchor[] = BUILDS.flatMap((build) => {
  const { digits, sizeBytes, rooms, name } = build
  // The highest bits of a digit are 0.
  const behindMask = Array.from({ length: digits.slot }, (_, k) =>
    k === digits.slot - 1 ? 0xf0 : 0,
  )
  const head = { sizeBytes, behind: behindMask.map(() => 0), behindMask }
  return rooms.map((room) =>
    Object.assign(chunkHead((room * digits.slot + sizeBytes + 15) & -16, head), {
      name: `tommath-${room}${name}`,
      detect: (bytes: Uint8Array, at: number, { budget }: Probe) => keyAt(bytes, at, build, budget),
      mayContain: (bytes: Uint8Array, at: number) => countAt(bytes, at, build) > 0,
      // Of a curve of 256 bits: what is behind its digits is 0.
      number: { from: sizeBytes, length: 32 } as const,
      before: REACH,
      behind: REACH + MOST_BYTES,
    }),
  )
})
