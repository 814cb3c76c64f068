/**
 * Keys of CryptoAPI (lowest byte first) and CNG (highest): magic, lengths, numbers. Source:
 * Microsoft, "RSA/Schannel Key BLOBs", bcrypt.h; OpenSSL's `pvkfmt.c`.
 */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { RSA_BITS } from '@mintmark/keys/arithmetic/rsa'
import { PQ_SCHEMES, type PqScheme, verifyPq } from '@mintmark/keys/der_keys/post_quantum'
import { verifyOkp, verifyRsaFields } from '@mintmark/keys/der_keys/verify'
import { verifyByPoint } from '@mintmark/keys/der_keys/verify_numbers'
import { type Key, unverified } from '@mintmark/keys/material/key'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { LengthPrefixed } from '@mintmark/keys/public_keys/length_prefixed'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, patternOf, protectedHit } from '../../anchors/anchored.ts'
import type { Detector, Match } from '../../anchors/match.ts'

interface Blob {
  readonly magics: readonly string[]
  readonly encoding: string
  readonly header: number
  /** By the words of the header; undefined where those do not fit together. */
  readonly lengths: (words: readonly number[], magic: string) => readonly number[] | undefined
  readonly verify: (
    fields: readonly Uint8Array[],
    budget: WorkBudget,
    words: readonly number[],
    magic: string,
  ) => Key | undefined
  /** With headers before the magic: none of CNG has one. */
  readonly offsetOf?: (bytes: Uint8Array, at: number) => { from: number; encoding: string }
}

const isWithin = (value: number, least: number, most: number) => value >= least && value <= most

function wordsAt(bytes: Uint8Array, at: number, count: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const there = Math.max(0, Math.min(count, Math.floor((bytes.length - at) / 4)))
  return Array.from({ length: there }, (_, i) => view.getUint32(at + 4 * i, true))
}

function blobAt(
  blob: Blob,
  bytes: Uint8Array,
  at: number,
  magic: string,
  budget: WorkBudget,
): Match | undefined {
  const words = wordsAt(bytes, at + 4, 7)
  const lengths = blob.lengths(words, magic)
  const reader = new LengthPrefixed(bytes, at + blob.header)
  const fields = lengths?.flatMap((length) => reader.take(length) ?? [])
  if (fields === undefined || fields.length !== lengths?.length) return undefined
  const verification = blob.verify(fields, budget, words, magic)
  const { from, encoding } = blob.offsetOf?.(bytes, at) ?? { from: at, encoding: blob.encoding }
  // Of CryptoAPI the headers show that numbers which nothing proves are of a key.
  const isReported =
    verification?.certainty === 'verified' || blob.offsetOf === undefined || from < at
  return verification && isReported ? hit(verification, encoding, from, reader.at) : undefined
}

const isRsaBits = (bits: number) => isWithin(bits, RSA_BITS.least, RSA_BITS.most)

function rsaOf(
  [e, n, p, q, dP, dQ, qInv, d]: readonly bigint[],
  fields: readonly Uint8Array[],
  bits: number,
  budget: WorkBudget,
): Key | undefined {
  return verifyRsaFields({ n, e, d, p, q, dP, dQ, qInv }, fields, bits, budget)
}

const CAPI_HEADER = [7, 2, 0, 0, 0, -1, 0, 0]
const PVK = [0x1e, 0xf1, 0xb5, 0xb0]
const PVK_HEADER = 24

/** Before the magic: type, version, two reserved bytes, algorithm, and maybe PVK's header. */
function capiOffset(bytes: Uint8Array, at: number): { from: number; encoding: string } {
  const isAt = (pattern: readonly number[], from: number) =>
    pattern.every((byte, i) => (byte < 0 ? from + i >= 0 : bytes[from + i] === byte))
  if (!isAt(CAPI_HEADER, at - 8)) return { from: at, encoding: 'capi-blob' }
  const pvk = at - 8 - PVK_HEADER
  return isAt(PVK, pvk) ? { from: pvk, encoding: 'pvk' } : { from: at - 8, encoding: 'capi-blob' }
}

const CAPI_RSA: Blob = {
  magics: ['RSA2'],
  encoding: 'capi-blob',
  header: 12,
  lengths: ([bits = 0, exponent = 0]) => {
    const [whole, half] = [Math.ceil(bits / 8), Math.ceil(bits / 16)]
    if (!isRsaBits(bits) || exponent % 2 === 0) return undefined
    return [whole, half, half, half, half, half, whole]
  },
  verify: (fields, budget, [bits = 0, exponent = 0]) => {
    const [modulus] = fields
    // The highest byte of n begins with its highest bit, the lowest is odd.
    const isModulus = (modulus?.at(-1) ?? 0) >> ((bits - 1) % 8) === 1
    if (!isModulus || ((modulus?.[0] ?? 0) & 1) === 0) return undefined
    const numbers = [BigInt(exponent), ...fields.map((each) => fromLittleEndian(each, budget))]
    return rsaOf(numbers, fields, bits, budget)
  },
  offsetOf: capiOffset,
}

const cngRsa = (magic: 'RSA2' | 'RSA3'): Blob => ({
  magics: [magic],
  encoding: magic === 'RSA3' ? 'cng-rsa3' : 'cng-rsa2',
  header: 24,
  lengths: ([bits = 0, e = 0, n = 0, p = 0, q = 0]) => {
    if (!isRsaBits(bits) || n !== Math.ceil(bits / 8) || !isWithin(e, 1, 8)) return undefined
    if (p === 0 || Math.abs(p + q - n) > 2) return undefined
    return [e, n, p, q, ...(magic === 'RSA3' ? [p, q, p, n] : [])]
  },
  verify: (fields, budget, [bits = 0]) => {
    const numbers = fields.map((each) => fromBigEndian(each, budget))
    return rsaOf(numbers, fields.slice(1), bits, budget)
  },
})

/** X, Y, d; the curve is that on which the point is. */
const CNG_ECC: Blob = {
  magics: ['ECS2', 'ECS4', 'ECS6', 'ECK2', 'ECK4', 'ECK6', 'ECDV', 'ECKV'],
  encoding: 'cng-ecc',
  header: 8,
  lengths: ([length = 0]) => (isWithin(length, 28, 66) ? [2 * length, length] : undefined),
  verify: ([point, secret], budget) => {
    if (point === undefined || secret === undefined) return undefined
    const verification = verifyByPoint(secret, point, budget)
    if (verification !== undefined || secret.length !== 32) return verification
    // Curve25519 has no Y: CNG leaves it zero.
    const [x, y] = [point.subarray(0, 32), point.subarray(32)]
    if (y.some((byte) => byte !== 0) || !isRandomLooking(secret, budget)) return undefined
    const verifications = [
      verifyOkp('X25519', secret, x, budget),
      verifyOkp('X25519', secret.toReversed(), x.toReversed(), budget),
    ]
    return verifications.find(({ certainty }) => certainty === 'verified')
  },
}

/** A symmetric key: nothing to hold it against. */
const CNG_SYMMETRIC: Blob = {
  magics: ['KDBM'],
  encoding: 'cng-kdbm',
  header: 12,
  lengths: ([version, length = 0]) =>
    version === 1 && isWithin(length, 16, 128) && length % 8 === 0 ? [length] : undefined,
  verify: ([secret], budget) => {
    if (secret === undefined || !isRandomLooking(secret, budget)) return undefined
    const type = secret.length <= 32 ? 'aes' : 'hmac'
    const material = { type, secret: new Uint8Array(secret), publicKey: undefined } as const
    const words = 'a blob of a symmetric key, filled'
    return { ...unverified(type, secret.length * 8, words), material }
  },
}

/** The name of the set in UTF-16, then an expanded key or a seed. */
const cngPostQuantum = (kind: PqScheme['kind'], expanded: string, seed: string): Blob => ({
  magics: [expanded, seed],
  encoding: `cng-${kind}`,
  header: 12,
  lengths: ([name = 0, key = 0]) =>
    isWithin(name, 4, 64) && name % 2 === 0 ? [name, key] : undefined,
  verify: ([name, key], budget, _, magic) => {
    const set = name && Buffer.from(name).toString('utf16le').replaceAll('\0', '')
    const scheme = PQ_SCHEMES.find((each) => each.kind === kind && String(each.set) === set)
    const isSeed = magic === seed
    return scheme && verifyPq(scheme, isSeed ? key : undefined, isSeed ? undefined : key, budget)
  },
})

const BLOBS: readonly Blob[] = [
  cngRsa('RSA2'),
  CAPI_RSA,
  cngRsa('RSA3'),
  CNG_ECC,
  CNG_SYMMETRIC,
  cngPostQuantum('ml-dsa', 'DSSK', 'DSSS'),
  cngPostQuantum('ml-kem', 'MLKR', 'MLKS'),
]

const MAGICS = [...new Set(BLOBS.flatMap(({ magics }) => magics))]

const blobAnchor = (magic: string): Anchor => {
  const own = BLOBS.filter(({ magics }) => magics.includes(magic))
  const detect: Detector = (bytes, at, { budget }) => {
    for (const blob of own) {
      const found = blobAt(blob, bytes, at, magic, budget)
      if (found !== undefined) return found
    }
    return undefined
  }
  return anchor(`blob-${magic}`, patternOf(magic), { before: 40, behind: 16_384 }, detect)
}

/** A PVK file that is encrypted; one that is not is found by the blob in it. */
const detectPvk: Detector = (bytes, at) => {
  const [reserved, keyType = 0, encrypted, salt = 0, key = 0] = wordsAt(bytes, at + 4, 5)
  if (reserved !== 0 || !isWithin(keyType, 1, 2) || encrypted !== 1) return undefined
  if (!isWithin(salt, 1, 10_240) || !isWithin(key, 64, 16_384)) return undefined
  const to = Math.min(bytes.length, at + PVK_HEADER + salt + key)
  return protectedHit('encrypted-key', 'pvk-encrypted', at, to, 'PVK header, encrypted')
}

/** Whether an algorithm (8 bytes) is before each field of a DPAPI blob behind its description. */
const DPAPI_FIELDS = [0, 8, 0, 8, 0, 0]
/** Version and provider, then version and GUID of the master key, then flags. */
const DPAPI_DESCRIPTION = 20 + 4 + 16 + 4
const MOST_FIELD = 32_768

/** As dpapick and mimikatz read it: description, salt, HMAC key, data, signature. */
const detectDpapi: Detector = (bytes, at) => {
  let to = at + DPAPI_DESCRIPTION
  for (const [i, algorithm] of DPAPI_FIELDS.entries()) {
    to += algorithm
    const [length] = wordsAt(bytes, to, 1)
    if (length === undefined) break
    if (length > MOST_FIELD) {
      if (i === 0) return undefined
      break
    }
    to += 4 + length
  }
  const end = Math.min(bytes.length, to)
  const verification = 'a DPAPI blob; what it guards is not known'
  return protectedHit('encrypted-key', 'dpapi', at, end, verification)
}

export const WINDOWS_ANCHORS: readonly Anchor[] = [
  ...MAGICS.map(blobAnchor),
  anchor('pvk', '1e f1 b5 b0', { before: 0, behind: 32_768 }, detectPvk),
  anchor(
    'dpapi',
    '01 00 00 00 d0 8c 9d df 01 15 d1 11 8c 7a 00 c0',
    { before: 0, behind: 65_536 },
    detectDpapi,
  ),
]
