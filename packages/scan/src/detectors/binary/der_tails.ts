/**
 * Keys in DER whose begin is gone: PKCS#1 from the public exponent on, SEC1 from its scalar's end.
 */
import { curvesOfLength } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, pointOf } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { contentOf, type Element, elementOf, lengthOf, TAG } from '@mintmark/keys/der/der'
import { integersAt, numberOf } from '@mintmark/keys/der_keys/der_key'
import { verifyEc, verifyRsaFields } from '@mintmark/keys/der_keys/verify'
import { type Key, unverified } from '@mintmark/keys/material/key'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/match.ts'
import { curveBefore, detectPkcs1 } from './der_anchors.ts'

const [LEAST_HALF, MOST_HALF] = [32, 1025]

/** From the public exponent at `at` on, whatever is before: a freed buffer was written over. */
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
  return hit(verification, 'pkcs1-tail', n?.at ?? at, last?.to ?? at, note)
}

/** Of n, by d or p and q; undefined for lengths of no key. */
function modulusLength(integers: readonly Element[]): number | undefined {
  const [e, d, p, q] = integers.map(lengthOf)
  if (e === undefined || d === undefined) return undefined
  if (d < 2 * LEAST_HALF - 8 || d > 2 * MOST_HALF) return undefined
  const primes = p !== undefined && q !== undefined ? p + q : d
  // d is at most as long as n; with more than two primes, both are longer than p and q.
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

const SIGHT = { before: 16_384, behind: 16_384 }

/** As many bytes of a scalar, right in front of what follows it, are no chance. */
const LEAST_LEFT = 8
/** Version and head of the scalar: where they are there the key is found as a whole. */
const SCALAR_HEAD = [2, 1, 1, TAG.octets]
/** What is in front of the point: [1], a BIT STRING without unused bits, an uncompressed point. */
const POINT_HEADS = [
  [28, 'a1 3c 03 3a 00 04'],
  [32, 'a1 44 03 42 00 04'],
  [48, 'a1 64 03 62 00 04'],
  [66, 'a1 81 89 03 81 86 00 04'],
] as const

/**
 * The end of a freed SEC1: with the public half few steps are left (seen in sshd, OpenSSH 10.0).
 */
const detectSec1Tail =
  (length: number, headBytes: number): Detector =>
  (bytes, at, { budget }) => {
    const point = at + headBytes
    if (point + 2 * length > bytes.length) return undefined
    const stored = pointOf(bytes.subarray(point, point + 2 * length), budget)
    // [0] names the curve; inside PKCS#8 the point alone identifies it.
    const named = curveBefore(bytes, at)
    const isNamed = named?.lengthBytes === length
    const curve = isNamed ? named : curvesOfLength(length).find((each) => isOnCurve(each, stored))
    const end = isNamed ? at - named.oid.length / 2 - 4 : at
    const from = end - length
    const isWhole = SCALAR_HEAD.every((byte, i) => bytes[from - 5 + i] === byte)
    if (curve === undefined || from < 0 || isWhole || !isOnCurve(curve, stored)) return undefined
    if (!isRandomLookingAt(bytes, end - LEAST_LEFT, LEAST_LEFT, budget)) return undefined
    const secret = fromBigEndian(bytes.subarray(from, end), budget)
    const verification = verifyEc(curve.curve, secret, stored, budget)
    if (verification.certainty === 'verified') return hit(verification, 'sec1-tail', from, end)
    if (!isNamed) return undefined
    const left = unverified('ec', curve.bits, 'the begin of the scalar is gone')
    return hit(left, 'sec1-tail', from, end, 'fragment')
  }

export const DER_TAIL_ANCHORS: readonly Anchor[] = [
  ...['02 03 01 00 01 02', '02 01 11 02', '02 01 03 02'].map((pattern) =>
    anchor(`pkcs1-tail-e-${pattern}`, pattern, SIGHT, detectFromExponent),
  ),
  ...POINT_HEADS.map(([length, pattern]) => {
    const detect = detectSec1Tail(length, pattern.split(' ').length)
    return anchor(`sec1-tail-${length}`, pattern, { before: 1024, behind: 1024 }, detect)
  }),
]
