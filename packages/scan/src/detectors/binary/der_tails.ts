/**
 * Remainders of keys in DER whose begin is gone: a freed buffer that was written over, or cut by a window.
 *
 * Of PKCS#1 the public exponent is still there, and everything behind it; or only some of p, q, dP, dQ and qInv, in that order,
 * up to the end: three CRT values still give the whole key. Of SEC1 the end of the scalar, the curve and the point, which leave
 * few enough steps to anyone who has the public half (seen in the listener of sshd, OpenSSH 10.0). @module
 */
import { curvesOfLength } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, pointOf } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import {
  contentOf,
  type Element,
  elementOf,
  lengthOf,
  sequenceAround,
  TAG,
} from '@mintmark/keys/der/der'
import { integersAt, numberOf } from '@mintmark/keys/der_keys/der_key'
import { verifyEc, verifyRsa, verifyRsaFields } from '@mintmark/keys/der_keys/verify'
import { type Key, unverified } from '@mintmark/keys/material/key'
import { isRandomLooking, isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector, Match } from '../../anchors/match.ts'
import { curveBefore, detectPkcs1 } from './der_anchors.ts'

const FORM = 'pkcs1-tail'
/** Bytes of a prime. */
const [LEAST_HALF, MOST_HALF] = [32, 1025]

/** The key whose public exponent is at `at`. */
const detectFromExponent: Detector = (bytes, at, { budget }) => {
  const integers = integersAt(bytes, at, 7)
  const length = modulusLength(integers)
  if (length === undefined) return undefined
  const n = elementBefore(bytes, at, length - 3, length + 17)
  const whole = n !== undefined && n.at >= 3 ? detectPkcs1(bytes, n.at - 3, { budget }) : undefined
  if (whole !== undefined) return whole
  // With fewer than e, d, p and q, the modulus must be there.
  const used = integers.length >= 4 ? integers : integers.slice(0, n === undefined ? 0 : 2)
  const last = used.at(-1)
  const verification = last && verifiedTail(bytes, n, used, budget)
  if (verification === undefined) return undefined
  const note = verification.material ? undefined : 'fragment'
  return hit(verification, FORM, n?.at ?? at, last?.to ?? at, note)
}

/** About how long n is, going by d or p and q; undefined where their lengths are not those of a key. */
function modulusLength(integers: readonly Element[]): number | undefined {
  const [e, d, p, q] = integers.map(lengthOf)
  if (e === undefined || d === undefined) return undefined
  if (d < 2 * LEAST_HALF - 8 || d > 2 * MOST_HALF) return undefined
  const primes = p !== undefined && q !== undefined ? p + q : d
  // d may be some bytes shorter than n, never longer; with more than two primes, both are longer than p and q.
  return d + 16 < primes ? undefined : Math.max(primes, d)
}

function verifiedTail(
  bytes: Uint8Array,
  modulus: Element | undefined,
  integers: readonly Element[],
  budget: WorkBudget,
): Key | undefined {
  const [e, d, p, q, dP, dQ, qInv] = integers.map((element) => numberOf(bytes, element, budget))
  const n = modulus && numberOf(bytes, modulus, budget)
  const filled = integers.slice(1).map((element) => contentOf(bytes, element))
  const bits = 8 * (filled[0]?.length ?? 0)
  return verifyRsaFields({ n, e, d, p, q, dP, dQ, qInv }, filled, bits, budget)
}

/** The INTEGER that ends at `end` and has `least` to `most` bytes. */
function elementBefore(
  bytes: Uint8Array,
  end: number,
  least: number,
  most: number,
): Element | undefined {
  for (let length = Math.max(1, least); length <= most; length++) {
    const header = length < 0x80 ? 2 : length < 0x100 ? 3 : 4
    const element = elementOf(bytes, end - length - header, end, TAG.integer)
    if (element?.to === end && (bytes[element.from] ?? 0) < 0x80) return element
  }
  return undefined
}

/** Of examining the numbers around one. */
const CHAIN_COST = 1000

/** The run of INTEGERs of one size around the one at `at`. */
const detectFromCrt: Detector = (bytes, at, { budget }) => {
  budget.spend(CHAIN_COST)
  const chain = chainAround(bytes, at)
  const [first] = chain
  const last = chain.at(-1)
  if (first === undefined || last === undefined) return undefined
  // One of them may be a byte or two shorter, and then says nothing about the others.
  const half = Math.max(...chain.map(lengthOf))
  // Headers of two bytes are in tables of small numbers too.
  if (chain.length < (half < 0x80 ? 3 : 2)) return undefined
  // Parameters of other algorithms go on with a shorter number.
  if (bytes[last.to] === TAG.integer) return undefined
  if (!chain.every((each) => isRandomLooking(contentOf(bytes, each), budget))) return undefined
  const d = exponentBefore(bytes, first, half)
  const e = d && elementBefore(bytes, d.at, 1, 4)
  const whole =
    e === undefined
      ? multiPrimeAround(bytes, chain, first, last, budget)
      : detectFromExponent(bytes, e.at, { budget })
  return whole ?? crtOf(bytes, chain, first, last, d, budget)
}

/** What the numbers of one size show by themselves, and with d. */
function crtOf(
  bytes: Uint8Array,
  chain: readonly Element[],
  first: Element,
  last: Element,
  d: Element | undefined,
  budget: WorkBudget,
): Match {
  const half = Math.max(...chain.map(lengthOf))
  const values = chain.map((element) => numberOf(bytes, element, budget))
  const [qInv, dQ, dP, q, p] = values.toReversed()
  const verification = verifyRsa({ d: d && numberOf(bytes, d, budget), p, q, dP, dQ, qInv }, budget)
  if (verification !== undefined) return hit(verification, FORM, d?.at ?? first.at, last.to)
  const text = `${chain.length} numbers of one size, as at the end of a key; alone they prove nothing`
  const from = d?.at ?? startOfCut(bytes, first.at, half, budget)
  return hit(unverified('rsa', half * 16, text), FORM, from, last.to, 'fragment')
}

const MOST_PRIMES = 6

/** d before p: as long as n, which is twice as long as a prime, or more often where there are more primes. */
function exponentBefore(bytes: Uint8Array, first: Element, half: number): Element | undefined {
  for (let primes = 2; primes <= MOST_PRIMES; primes++) {
    const d = elementBefore(bytes, first.at, primes * half - 18, primes * half + 1)
    if (d !== undefined) return d
  }
  return undefined
}

const MULTI_PRIME = Buffer.from([2, 1, 1, 2])
const LONGEST_KEY = 16_384

/** The key of more than two primes to which a third prime with its two numbers belongs. */
function multiPrimeAround(
  bytes: Uint8Array,
  chain: readonly Element[],
  first: Element,
  last: Element,
  budget: WorkBudget,
): Match | undefined {
  const around = sequenceAround(bytes, first.at, bytes.length)
  if (chain.length !== 3 || around?.to !== last.to) return undefined
  const from = Math.max(0, first.at - LONGEST_KEY)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + from, first.at - from)
  const version = view.lastIndexOf(MULTI_PRIME)
  const key = version < 0 ? undefined : detectPkcs1(bytes, from + version, { budget })
  return key !== undefined && key.offset + key.length >= last.to ? key : undefined
}

const STEP = 16

/** The number before `end` may have lost its begin: as far back as the bytes look like one, at most `length`. */
function startOfCut(bytes: Uint8Array, end: number, length: number, budget: WorkBudget): number {
  let from = end
  while (from - STEP >= Math.max(0, end - length)) {
    if (!isRandomLookingAt(bytes, from - STEP, STEP, budget)) break
    from -= STEP
  }
  return from
}

/** INTEGERs next to each other whose sizes differ by two bytes at most, at most five. */
function chainAround(bytes: Uint8Array, at: number): Element[] {
  const own = elementOf(bytes, at, bytes.length, TAG.integer)
  if (own === undefined || lengthOf(own) < LEAST_HALF || lengthOf(own) > MOST_HALF) return []
  const size = lengthOf(own)
  const chain = [own]
  for (let first: Element | undefined = own; chain.length < 5; ) {
    first = elementBefore(bytes, first.at, size - 2, size + 2)
    if (first === undefined) break
    chain.unshift(first)
  }
  for (const next of integersAt(bytes, own.to, 5 - chain.length)) {
    if (Math.abs(lengthOf(next) - size) > 2) break
    chain.push(next)
  }
  return chain
}

/** As many bytes of a scalar, right in front of what follows it, are no chance. */
const LEAST_LEFT = 8
/** Version and head of the scalar: where they are there the key is found as a whole. */
const SCALAR_HEAD = [2, 1, 1, TAG.octets]
const PARAMETERS = 0xa0

/** What is in front of the point: [1], a BIT STRING without unused bits, an uncompressed point. */
const POINT_HEADS = [
  [28, 'a1 3c 03 3a 00 04'],
  [32, 'a1 44 03 42 00 04'],
  [48, 'a1 64 03 62 00 04'],
  [66, 'a1 81 89 03 81 86 00 04'],
] as const

/** The curve that [0] right before `at` names, and where that begins. */
function parametersBefore(bytes: Uint8Array, at: number) {
  const curve = curveBefore(bytes, at)
  const length = (curve?.oid.length ?? 0) / 2
  const from = at - length - 4
  const head = [PARAMETERS, length + 2, TAG.oid, length]
  return curve && head.every((byte, i) => bytes[from + i] === byte) ? { curve, from } : undefined
}

const detectSec1Tail =
  (length: number, headBytes: number): Detector =>
  (bytes, at, { budget }) => {
    const point = at + headBytes
    if (point + 2 * length > bytes.length) return undefined
    const before = parametersBefore(bytes, at)
    const named = before?.curve.lengthBytes === length ? before : undefined
    const stored = pointOf(bytes.subarray(point, point + 2 * length), budget)
    // Inside PKCS#8 no curve is named: the point identifies it.
    const curve = named?.curve ?? curvesOfLength(length).find((each) => isOnCurve(each, stored))
    const end = named?.from ?? at
    const from = end - length
    const isWhole = SCALAR_HEAD.every((byte, i) => bytes[from - 5 + i] === byte)
    if (curve === undefined || from < 0 || isWhole || !isOnCurve(curve, stored)) return undefined
    if (!isRandomLookingAt(bytes, end - LEAST_LEFT, LEAST_LEFT, budget)) return undefined
    const secret = fromBigEndian(bytes.subarray(from, end), budget)
    const verification = verifyEc(curve.curve, secret, stored, budget)
    if (verification.certainty === 'proven') return hit(verification, 'sec1-tail', from, end)
    if (named === undefined) return undefined
    const left = unverified('ec', curve.bits, 'the begin of the scalar is gone')
    return hit(left, 'sec1-tail', from, end, 'fragment')
  }

const SIGHT = { before: 16_384, behind: 16_384 }

export const DER_TAIL_ANCHORS: readonly Anchor[] = [
  ...['02 03 01 00 01 02', '02 01 11 02', '02 01 03 02'].map((pattern) =>
    anchor(`pkcs1-tail-e-${pattern}`, pattern, SIGHT, detectFromExponent),
  ),
  ...[
    '02 41 00',
    '02 81 80',
    '02 81 81 00',
    '02 81 c0',
    '02 81 c1 00',
    '02 82 01 00',
    '02 82 01 01 00',
  ].map((pattern) => anchor(`pkcs1-tail-${pattern}`, pattern, SIGHT, detectFromCrt)),
  ...POINT_HEADS.map(([length, pattern]) => {
    const detect = detectSec1Tail(length, pattern.split(' ').length)
    return anchor(`sec1-tail-${length}`, pattern, { before: 1024, behind: 1024 }, detect)
  }),
]
