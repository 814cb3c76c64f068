/** Keys in DER, found behind the outer SEQUENCE, which a freed buffer has lost. */
import {
  type CurveParameters,
  curvesOfLength,
  NAMED_CURVES,
} from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, pointOf } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import {
  childrenOf,
  contentOf,
  type Element,
  elementOf,
  lengthOf,
  sequenceAround,
  TAG,
} from '@mintmark/keys/der/der'
import { type DerKey, integersAt, numberOf } from '@mintmark/keys/der_keys/der_key'
import { pkcs1At } from '@mintmark/keys/der_keys/pkcs1'
import { pkcs8At, readPkcs8, readPqKey } from '@mintmark/keys/der_keys/pkcs8'
import { pqSchemeOfOid } from '@mintmark/keys/der_keys/post_quantum'
import { LONGEST_SCALAR, sec1At } from '@mintmark/keys/der_keys/sec1'
import { verifyEc, verifyRsaFields } from '@mintmark/keys/der_keys/verify'
import { type Key, unverified } from '@mintmark/keys/material/key'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, derHit, hit, protectedHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/match.ts'

/** From version to OCTET STRING, the longest with a curve's spelled-out parameters. */
const LONGEST_HEAD = 512
const SHORTEST_HEAD = 8

function octetsAround(bytes: Uint8Array, version: number): Element | undefined {
  const inner = sequenceAround(bytes, version, bytes.length)
  return inner && sequenceAround(bytes, inner.at, bytes.length, TAG.octets)
}

/** The PKCS#8 around `version`, if intact: so both anchors report one offset. */
function enclosingKey(bytes: Uint8Array, version: number, budget: WorkBudget): DerKey | undefined {
  const octets = octetsAround(bytes, version)
  if (octets === undefined) return undefined
  const first = Math.max(0, octets.at - LONGEST_HEAD)
  for (let at = octets.at - SHORTEST_HEAD; at >= first; at--) {
    // 02 01 0x 30: the version and the algorithm's SEQUENCE.
    if (bytes[at] !== 2 || bytes[at + 1] !== 1 || bytes[at + 3] !== TAG.sequence) continue
    budget.spend(100)
    if (readPkcs8(bytes, at)?.key.at === octets.at) return pkcs8At(bytes, at, budget)
  }
  return undefined
}

export function curveBefore(bytes: Uint8Array, end: number): CurveParameters | undefined {
  const before = Buffer.from(bytes.subarray(Math.max(0, end - 16), end)).toString('hex')
  return NAMED_CURVES.find(({ oid }) => before.endsWith(oid))
}

const detectPkcs8: Detector = (bytes, at, { budget }) => derHit(pkcs8At(bytes, at, budget))

export const detectPkcs1: Detector = (bytes, at, { budget }) => {
  const key = pkcs1At(bytes, at, budget)
  return key && derHit(enclosingKey(bytes, at, budget) ?? key)
}

const detectSec1: Detector = (bytes, at, { budget }) => {
  // Most offsets fail by the length of the scalar.
  const length = bytes[at + 4] ?? 0
  if (length === 0 || length > LONGEST_SCALAR) return undefined
  const enclosing = enclosingKey(bytes, at, budget)
  if (enclosing !== undefined) return derHit(enclosing)
  // A freed buffer keeps the identifier of the curve right before the OCTET STRING.
  const octets = octetsAround(bytes, at)
  return derHit(sec1At(bytes, at, budget, octets && curveBefore(bytes, octets.at)))
}

/** From the version to the identifier's last four bytes. */
const TO_VERSION = 12

/** ML-KEM, ML-DSA without a head: an identifier's tail at `at`, then an OCTET STRING. */
const detectHeadless: Detector = (bytes, at, { budget }) => {
  const tail = Buffer.from(bytes.subarray(at, at + 4)).toString('hex')
  const scheme = pqSchemeOfOid(`6086480165${tail}`)
  const key = scheme && elementOf(bytes, at + 4, bytes.length, TAG.octets)
  if (scheme === undefined || key === undefined) return undefined
  const whole = pkcs8At(bytes, at - TO_VERSION, budget)
  if (whole !== undefined) return derHit(whole)
  const verification = readPqKey(bytes, key, scheme, budget)
  return verification && hit(verification, 'pkcs8-der', at, key.to)
}

const LEAST_CIPHERTEXT = 32
/** Last arcs of PKCS#5 schemes (RFC 8018); 13 is PBES2, 12 and 14 are parts. */
const PKCS5_SCHEMES = new Set([1, 3, 4, 6, 10, 11, 13])

/** Of SEQUENCE { SEQUENCE { identifier, … }, OCTET STRING }. */
const detectEncrypted: Detector = (bytes, at) => {
  const [isPkcs5, scheme = 0] = [bytes[at + 1] === 9, bytes[at + 10]]
  if (isPkcs5 && !PKCS5_SCHEMES.has(scheme)) return undefined
  const algorithm = sequenceAround(bytes, at, bytes.length)
  const parts = algorithm && childrenOf(bytes, algorithm)
  if (algorithm === undefined || parts?.length !== 2) return undefined
  const key = elementOf(bytes, algorithm.to, bytes.length, TAG.octets)
  if (key === undefined || lengthOf(key) < LEAST_CIPHERTEXT) return undefined
  const whole = sequenceAround(bytes, algorithm.at, bytes.length)
  const from = whole?.to === key.to ? whole.at : algorithm.at
  const pbes = scheme === 13 ? 'PBES2' : 'PBES1'
  const proof = `encrypted with ${isPkcs5 ? pbes : 'a scheme of PKCS#12'}`
  return protectedHit('encrypted-key', 'pkcs8-encrypted-der', from, key.to, proof)
}

const CONTENT = Buffer.from('06092a864886f70d0107', 'hex')
/** 1.2.840.113549.1.12.10.1.2, encrypted key bag; 1.2.840.113549.1.7.6, encrypted content. */
const ENCRYPTED = ['2a864886f70d010c0a0102', '2a864886f70d010706'].map((oid) =>
  Buffer.from(oid, 'hex'),
)
const LONGEST_PFX = 65_536

/** A PFX with encrypted content, by its version (3); clear keys are found as PKCS#8. */
const detectPkcs12: Detector = (bytes, at, { budget }) => {
  // The SEQUENCE behind the version may have an indefinite length, as Java and Windows write it.
  const content = elementOf(bytes, at + 3, bytes.length, TAG.sequence)?.from ?? at + 5
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!view.subarray(content, content + CONTENT.length).equals(CONTENT)) return undefined
  const whole = sequenceAround(bytes, at, bytes.length)
  const isIndefinite = bytes[at - 2] === TAG.sequence && bytes[at - 1] === 0x80
  const from = whole?.at ?? (isIndefinite ? at - 2 : at)
  const to = Math.min(whole?.to ?? bytes.length, bytes.length, at + LONGEST_PFX)
  const inside = view.subarray(content, to)
  budget.spend(inside.length)
  const last = Math.max(...ENCRYPTED.map((oid) => inside.indexOf(oid)))
  if (last < 0) return undefined
  const end = Math.min(whole?.to ?? content + last + 16, bytes.length)
  return protectedHit('keystore', 'pkcs12', from, end, 'PKCS#12 with encrypted content')
}

const KEY = { before: 1024, behind: 32_768 }

export const DER_ANCHORS: readonly Anchor[] = [
  anchor('pkcs8', '02 01 00 30', KEY, detectPkcs8),
  anchor('pkcs8-v2', '02 01 01 30', KEY, detectPkcs8),
  anchor('pkcs1', '02 01 00 02', KEY, detectPkcs1),
  anchor('pkcs1-multi-prime', '02 01 01 02', KEY, detectPkcs1),
  anchor('sec1', '02 01 01 04', KEY, detectSec1),
  anchor('ml-kem-headless', '03 04 04 ?? 04', KEY, detectHeadless),
  anchor('ml-dsa-headless', '03 04 03 ?? 04', KEY, detectHeadless),
]

export const ENCRYPTED_ANCHORS: readonly Anchor[] = [
  anchor('pbes2', '06 09 2a 86 48 86 f7 0d 01 05', KEY, detectEncrypted),
  anchor('pkcs12-pbe', '06 0a 2a 86 48 86 f7 0d 01 0c 01', KEY, detectEncrypted),
  anchor('pkcs12', '02 01 03 30', { before: 8, behind: LONGEST_PFX }, detectPkcs12),
]

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
    if (verification.certainty === 'proven') return hit(verification, 'sec1-tail', from, end)
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
