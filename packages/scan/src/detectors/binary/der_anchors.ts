/** Keys in DER, found behind the outer SEQUENCE, which a freed buffer has lost. */
import { type CurveParameters, NAMED_CURVES } from '@mintmark/keys/arithmetic/curves'
import {
  childrenOf,
  type Element,
  elementOf,
  lengthOf,
  sequenceAround,
  TAG,
} from '@mintmark/keys/der/der'
import type { DerKey } from '@mintmark/keys/der_keys/der_key'
import { pkcs1At } from '@mintmark/keys/der_keys/pkcs1'
import { pkcs8At, readPkcs8, readPqKey } from '@mintmark/keys/der_keys/pkcs8'
import { pqSchemeOfOid } from '@mintmark/keys/der_keys/post_quantum'
import { LONGEST_SCALAR, sec1At } from '@mintmark/keys/der_keys/sec1'
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
  const verification = `encrypted with ${isPkcs5 ? pbes : 'a scheme of PKCS#12'}`
  return protectedHit('encrypted-key', 'pkcs8-encrypted-der', from, key.to, verification)
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
