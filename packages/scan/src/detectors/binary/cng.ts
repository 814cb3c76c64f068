/**
 * Keys as CNG writes them (BCRYPT_*_BLOB): RSA, EC, DSA and DH.
 *
 * Header words are little-endian, numbers big-endian.
 *
 * Source: Microsoft, bcrypt.h and its pages on BCRYPT_RSAKEY_BLOB, BCRYPT_ECCKEY_BLOB, BCRYPT_ECCFULLKEY_BLOB,
 * BCRYPT_DSA_KEY_BLOB, BCRYPT_DSA_KEY_BLOB_V2 and BCRYPT_DH_KEY_BLOB; dotnet/runtime, Interop.Blobs.cs.
 *
 * @module
 */

import { CURVES, type CurveParameters, curvesOfLength } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { bitLength, fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { RSA_BITS } from '@mintmark/keys/arithmetic/rsa'
import { proveEc, proveOkp, proveRsa } from '@mintmark/keys/der_keys/prove'
import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import { type Proof, unproven } from '@mintmark/keys/material/proof'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, patternOf } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import { detectCapiRsa } from './capi.ts'
import { fieldsAt, isAt, isWithin, wordsAt } from './little_endian.ts'

const RSA_HEADER = 24

/** `RSA2` (primes) and `RSA3` (everything). */
const detectCngRsa: Detector = (bytes, at) => {
  const isFull = bytes[at + 3] === 0x33
  const lengths = rsaLengths(bytes, at, isFull)
  const blob = lengths && fieldsAt(bytes, at + RSA_HEADER, lengths)
  if (blob === undefined) return undefined
  const [e, n, p, q, dP, dQ, qInv, d] = blob.fields.map(fromBigEndian)
  const form = isFull ? 'cng-rsa3' : 'cng-rsa2'
  const proof = proveRsa({ n, e, d, p, q, dP, dQ, qInv })
  if (proof !== undefined) return hit(proof, form, at, blob.to)
  if (!blob.fields.slice(1).every(isRandomLooking)) return undefined
  const bits = bitLength(n ?? 0n)
  const damaged = unproven('rsa', bits, 'laid out as a key, no equation of RSA holds')
  return hit(damaged, form, at, blob.to)
}

/** Of e, n, p, q and what more there is, if the header's words agree with each other. */
function rsaLengths(bytes: Uint8Array, at: number, isFull: boolean): number[] | undefined {
  const words = wordsAt(bytes, at + 4, 5) ?? []
  const [bits = 0, cbE = 0, cbN = 0, cbP = 0, cbQ = 0] = words
  if (!isWithin(bits, RSA_BITS.least, RSA_BITS.most) || cbN !== Math.ceil(bits / 8))
    return undefined
  if (!isWithin(cbE, 1, 8) || cbP === 0 || Math.abs(cbP + cbQ - cbN) > 2) return undefined
  return [cbE, cbN, cbP, cbQ, ...(isFull ? [cbP, cbQ, cbP, cbN] : [])]
}

/** The two formats that begin with `RSA2`. */
const detectRsa2: Detector = (bytes, at) => detectCngRsa(bytes, at) ?? detectCapiRsa(bytes, at)

const ECC_HEADER = 8

/** Magic, length, X, Y, d; the curve is that on which the point lies. */
const detectEcc: Detector = (bytes, at) => {
  const [length] = wordsAt(bytes, at + 4, 1) ?? []
  if (length === undefined || length < 28 || length > 66) return undefined
  const blob = fieldsAt(bytes, at + ECC_HEADER, [length, length, length])
  const [x, y, d] = blob?.fields ?? []
  if (blob === undefined || x === undefined || y === undefined || d === undefined) return undefined
  const point = { x: fromBigEndian(x), y: fromBigEndian(y) }
  const curve = curvesOfLength(length).find((each) => isOnCurve(each, point))
  if (curve === undefined) return montgomery(at, blob.to, x, y, d)
  return hit(proveEc(curve.curve, fromBigEndian(d), point), 'cng-ecc', at, blob.to)
}

/** Curve25519 has no Y: CNG leaves it zero. */
function montgomery(
  at: number,
  to: number,
  x: Uint8Array,
  y: Uint8Array,
  d: Uint8Array,
): Detected | undefined {
  if (x.length !== 32 || !isRandomLooking(d) || y.some((byte) => byte !== 0)) return undefined
  for (const turn of [false, true]) {
    const [publicKey, secret] = turn ? [x.toReversed(), d.toReversed()] : [x, d]
    const proof = proveOkp('X25519', secret, publicKey)
    if (proof.certainty === 'proven') return hit(proof, 'cng-ecc', at, to)
  }
  return undefined
}

const ECC_FULL_HEADER = 32

/** `ECDV` and `ECKV`: short as above, or with the parameters of the curve spelled out. */
const detectGenericEcc: Detector = (bytes, at) => {
  const lengths = eccFullLengths(bytes, at)
  if (lengths === undefined) return detectEcc(bytes, at)
  const blob = fieldsAt(bytes, at + ECC_FULL_HEADER, lengths)
  if (blob === undefined) return undefined
  const numbers = blob.fields.map(fromBigEndian)
  const curve = spelledCurve(numbers)
  const [x = 0n, y = 0n, d = 0n] = numbers.slice(8)
  return curve && hit(proveEc(curve.curve, d, { x, y }), 'cng-ecc-full', at, blob.to)
}

/** Of P, A, B, Gx, Gy, n, cofactor, seed, X, Y and d; undefined where the header is not of the long kind. */
function eccFullLengths(bytes: Uint8Array, at: number): number[] | undefined {
  const words = wordsAt(bytes, at + 4, 7) ?? []
  const [version, , , cbField = 0, cbOrder = 0, cbCofactor = 0, cbSeed = 0] = words
  if (version !== 1 || !isWithin(cbField, 28, 66) || !isWithin(cbOrder, 28, 66)) return undefined
  if (cbCofactor > 8 || cbSeed > 64) return undefined
  const field = [cbField, cbField, cbField, cbField, cbField]
  return [...field, cbOrder, cbCofactor, cbSeed, cbField, cbField, cbOrder]
}

function spelledCurve([p, a, b, gx, gy, n]: readonly bigint[]): CurveParameters | undefined {
  return CURVES.find(
    (curve) =>
      curve.p === p &&
      curve.a === a &&
      curve.b === b &&
      curve.gx === gx &&
      curve.gy === gy &&
      curve.n === n,
  )
}

const MOST_GROUP_BYTES = 1024
const DSA_Q = 20
/** Counter and seed come before q. */
const DSA_HEADER = 32

const detectDsa: Detector = (bytes, at) => {
  const [length] = wordsAt(bytes, at + 4, 1) ?? []
  if (length === undefined || length < 64 || length > 128) return undefined
  // The first version is for 1024 bits and SHA-1.
  const blob = fieldsAt(bytes, at + DSA_HEADER, [DSA_Q, length, length, length, DSA_Q])
  const proof = blob && dsaOf(blob.fields)
  return proof && hit(proof, 'cng-dsa', at, blob.to)
}

const DSA2_HEADER = 28

const detectDsa2: Detector = (bytes, at) => {
  const [length = 0, , , cbSeed = 0, cbGroup = 0] = wordsAt(bytes, at + 4, 5) ?? []
  if (!isWithin(length, 64, MOST_GROUP_BYTES) || cbSeed > 64 || !isWithin(cbGroup, 20, 64)) {
    return undefined
  }
  const lengths = [cbSeed, cbGroup, length, length, length, cbGroup]
  const blob = fieldsAt(bytes, at + DSA2_HEADER, lengths)
  const proof = blob && dsaOf(blob.fields.slice(1))
  return proof && hit(proof, 'cng-dsa', at, blob.to)
}

/** From q, p, g, y, x. */
function dsaOf(fields: readonly Uint8Array[]): Proof | undefined {
  const [q = 0n, p = 0n, g = 0n, y = 0n, x = 0n] = fields.map(fromBigEndian)
  return proveGroupKey('dsa', { p, q, g, y, x })
}

const DH_HEADER = 8

const detectDh: Detector = (bytes, at) => {
  const [length = 0] = wordsAt(bytes, at + 4, 1) ?? []
  if (!isWithin(length, 64, MOST_GROUP_BYTES)) return undefined
  const blob = fieldsAt(bytes, at + DH_HEADER, [length, length, length, length])
  const proof = blob && dhOf(blob.fields)
  return proof && hit(proof, 'cng-dh', at, blob.to)
}

/** From p, g, y, x. */
function dhOf(fields: readonly Uint8Array[]): Proof | undefined {
  const [p = 0n, g = 0n, y = 0n, x = 0n] = fields.map(fromBigEndian)
  return proveGroupKey('dh', { p, g, x, y, q: undefined })
}

const KDBM_HEADER = 12

/** A symmetric key: nothing to hold it against. */
const detectSymmetric: Detector = (bytes, at) => {
  const [, length = 0] = wordsAt(bytes, at + 4, 2) ?? []
  if (!isAt(bytes, at + 4, '01 00 00 00') || length < 16 || length > 128 || length % 8 !== 0) {
    return undefined
  }
  const blob = fieldsAt(bytes, at + KDBM_HEADER, [length])
  const [secret] = blob?.fields ?? []
  if (blob === undefined || secret === undefined || !isRandomLooking(secret)) return undefined
  const type = length <= 32 ? 'aes' : 'hmac'
  const material = { type, secret: new Uint8Array(secret), publicKey: undefined } as const
  const proof = { ...unproven(type, length * 8, 'a blob of a symmetric key, filled'), material }
  return hit(proof, 'cng-kdbm', at, blob.to)
}

const BEHIND = { before: 40, behind: 16_384 }

export const CNG_ANCHORS: readonly Anchor[] = [
  anchor('rsa2', patternOf('RSA2'), BEHIND, detectRsa2),
  anchor('cng-rsa3', patternOf('RSA3'), BEHIND, detectCngRsa),
  ...['ECS2', 'ECS4', 'ECS6', 'ECK2', 'ECK4', 'ECK6'].map((magic) =>
    anchor(`cng-${magic}`, patternOf(magic), { before: 0, behind: 256 }, detectEcc),
  ),
  ...['ECDV', 'ECKV'].map((magic) =>
    anchor(`cng-${magic}`, patternOf(magic), { before: 0, behind: 1024 }, detectGenericEcc),
  ),
  anchor('cng-dsa', patternOf('DSPV'), BEHIND, detectDsa),
  anchor('cng-dsa-v2', patternOf('DPV2'), BEHIND, detectDsa2),
  anchor('cng-dh', patternOf('DHPV'), BEHIND, detectDh),
  anchor('cng-kdbm', patternOf('KDBM'), { before: 0, behind: 256 }, detectSymmetric),
]
