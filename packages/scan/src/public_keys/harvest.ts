/**
 * Finds public keys in memory, to look for their private halves: certificates, SubjectPublicKeyInfo, RSAPublicKey, SSH
 * blobs and lines, JWK sets, CNG and CAPI blobs, libgcrypt tokens, and bare moduli in limbs with their exponent near.
 *
 * Nothing is verified, and a modulus that is none costs no more than time.
 *
 * @module
 */

import { parseObject } from '@mintmark/core'
import { fromBigEndian, fromLittleEndian } from '../arithmetic/modular.ts'
import { hasNoSmallFactor, hasTinyFactor } from '../arithmetic/modulus_like.ts'
import { elementOf, sequenceAround, TAG } from '../der.ts'
import { charge } from '../effort.ts'
import { isRandomLooking } from '../random_looking.ts'
import { keyOfCertificate, keyWith } from './certificate.ts'
import { ENCAPSULATION_KEYS } from './encapsulation_key.ts'
import { keyOfJwk } from './jwks.ts'
import type { KeySource } from './key_source.ts'
import { keyOfSshBlob, keyOfSshLine } from './openssh_line.ts'
import type { PublicKey } from './public_key.ts'
import { keyOfRsaPublicKey, keyOfSpki, type PublicMaterial, rsaKey } from './spki_key.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')
const plain = (material: PublicMaterial | undefined): PublicKey | undefined =>
  material && keyWith(material, {})

/** An algorithm's object identifier, `length` bytes into its SEQUENCE's content. */
function spkiSource(pattern: string): KeySource {
  return { pattern: hex(pattern), keyAt: (bytes, at) => certificateOr(bytes, at) }
}

/** All of them. */
export const KEY_SOURCES: readonly KeySource[] = [
  spkiSource('06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03'),
  spkiSource('06 09 2a 86 48 86 f7 0d 01 01 0a'),
  spkiSource('06 07 2a 86 48 ce 3d 02 01 06'),
  spkiSource('06 03 2b 65 70 03 21 00'),
  spkiSource('06 03 2b 65 6e 03 21 00'),
  spkiSource('06 03 2b 65 71 03 3a 00'),
  spkiSource('06 03 2b 65 6f 03 39 00'),
  spkiSource('06 09 60 86 48 01 65 03 04 04'),
  spkiSource('06 09 60 86 48 01 65 03 04 03'),
  spkiSource('06 07 2a 86 48 ce 38 04 01 30'),
  { pattern: hex('02 03 01 00 01'), keyAt: rsaPublicKeyAt },
  ...[
    '00 00 00 07 73 73 68 2d 72 73 61 00',
    '00 00 00 07 73 73 68 2d 64 73 73 00',
    '00 00 00 0b 73 73 68 2d 65 64 32 35 35 31 39 00',
    '00 00 00 13 65 63 64 73 61 2d 73 68 61 32 2d 6e 69 73 74 70',
  ].map((pattern): KeySource => {
    return {
      pattern: hex(pattern),
      keyAt: (bytes, at) => plain(keyOfSshBlob(bytes.subarray(at, at + 4096))),
    }
  }),
  ...['ssh-rsa AAAA', 'ssh-ed25519 AAAA', 'ecdsa-sha2-nistp'].map((pattern): KeySource => {
    return { pattern: latin(pattern), keyAt: sshLineAt }
  }),
  ...['"kty":', '"kty" :'].map((pattern): KeySource => {
    return { pattern: latin(pattern), keyAt: jwkAt }
  }),
  ...['CERTIFICATE-----', 'TRUSTED CERTIFICATE-----', 'PUBLIC KEY-----', 'RSA PUBLIC KEY-----'].map(
    (pattern): KeySource => {
      return { pattern: latin(`-----BEGIN ${pattern}`), keyAt: pemAt(pattern.length + 11) }
    },
  ),
  ...ENCAPSULATION_KEYS,
  { pattern: latin('RSA1'), keyAt: windowsBlobAt },
  { pattern: hex('01 01 00 6e 01'), keyAt: libgcryptAt },
  { pattern: hex('01 00 01 00 00 00 00 00'), keyAt: littleNear, isBare: true },
  { pattern: hex('00 00 00 00 00 01 00 01'), keyAt: bigNear, isBare: true },
]

/** How far before its key a certificate's begin is looked for: names and dates take this much at most. */
const MOST_BEFORE_KEY = 2048

/** The SubjectPublicKeyInfo around an algorithm's identifier, with the certificate around that if it is there. */
function certificateOr(bytes: Uint8Array, at: number): PublicKey | undefined {
  const algorithm = sequenceAround(bytes, at, bytes.length)
  const spki = algorithm && sequenceAround(bytes, algorithm.at, bytes.length)
  const material = spki && keyOfSpki(bytes.subarray(spki.at, spki.to))
  if (spki === undefined || material === undefined) return undefined
  return certificateAround(bytes, spki.at, spki.to) ?? plain(material)
}

function certificateAround(bytes: Uint8Array, from: number, to: number): PublicKey | undefined {
  charge(2 * MOST_BEFORE_KEY)
  const first = Math.max(0, from - MOST_BEFORE_KEY)
  for (let at = from - 8; at >= first; at--) {
    // Two SEQUENCEs with lengths of two bytes, one right inside the other.
    if (bytes[at] !== TAG.sequence || bytes[at + 1] !== 0x82) continue
    if (bytes[at + 4] !== TAG.sequence || bytes[at + 5] !== 0x82) continue
    const whole = elementOf(bytes, at, bytes.length, TAG.sequence)
    if (whole !== undefined && whole.to > to) {
      const key = keyOfCertificate(bytes.subarray(whole.at, whole.to))
      if (key !== undefined) return key
    }
  }
  return undefined
}

const MODULUS_BYTES = [64, 96, 128, 192, 256, 384, 512, 1024]

/** INTEGER n right before INTEGER 65537. */
function rsaPublicKeyAt(bytes: Uint8Array, at: number): PublicKey | undefined {
  for (const length of MODULUS_BYTES) {
    const header = length < 127 ? 2 : length < 255 ? 3 : 4
    const begin = at - length - 1 - header
    const n = elementOf(bytes, begin, at, TAG.integer)
    if (n?.to !== at || n.to - n.from !== length + 1) continue
    const outer = sequenceAround(bytes, begin, bytes.length)
    const whole = outer && keyOfRsaPublicKey(bytes.subarray(outer.at, outer.to))
    // A private key has more numbers behind these two; its public half is there all the same.
    return plain(whole ?? rsaKey(fromBigEndian(bytes.subarray(n.from, n.to)), 65_537n))
  }
  return undefined
}

function textAt(bytes: Uint8Array, from: number, length: number): string {
  const view = bytes.subarray(from, from + length)
  charge(500 + view.length)
  return latinOf(view)
}

function latinOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function sshLineAt(bytes: Uint8Array, at: number): PublicKey | undefined {
  return plain(keyOfSshLine(textAt(bytes, at, 6000)))
}

/** Letters before a `kty` and behind its begin that are looked at. */
const MOST_BEFORE_KTY = 8192
const MOST_BEHIND_KTY = 24_576

/** The innermost object around `"kty"`: a JWK has no object inside. */
function jwkAt(bytes: Uint8Array, at: number): PublicKey | undefined {
  const first = Math.max(0, at - MOST_BEFORE_KTY)
  const before = bytes.subarray(first, at)
  charge(500 + before.length)
  const begin = first + before.lastIndexOf(0x7b)
  if (begin < first) return undefined
  const around = bytes.subarray(begin, at + MOST_BEHIND_KTY)
  charge(500 + around.length - (at - begin))
  const end = around.indexOf(0x7d)
  charge(10 * Math.max(0, end))
  const jwk = end < 0 ? undefined : parseObject(latinOf(around.subarray(0, end + 1)))
  return jwk && keyOfJwk(jwk)
}

function pemAt(header: number): KeySource['keyAt'] {
  return (bytes, at) => {
    const body = textAt(bytes, at + header, 16_384)
    const end = body.indexOf('-----')
    if (end < 0) return undefined
    const der = Buffer.from(body.slice(0, end), 'base64')
    return keyOfCertificate(der) ?? plain(keyOfSpki(der) ?? keyOfRsaPublicKey(der))
  }
}

/** `RSA1`: BCRYPT_RSAKEY_BLOB with numbers highest byte first, or PUBLICKEYBLOB with numbers lowest byte first. */
function windowsBlobAt(bytes: Uint8Array, at: number): PublicKey | undefined {
  if (at + 24 > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 24)
  const bits = view.getUint32(4, true)
  const length = Math.ceil(bits / 8)
  if (bits < 384 || bits > 16_384) return undefined
  const exponentBytes = view.getUint32(8, true)
  if (exponentBytes >= 1 && exponentBytes <= 8 && view.getUint32(12, true) === length) {
    const e = fromBigEndian(bytes.subarray(at + 24, at + 24 + exponentBytes))
    const from = at + 24 + exponentBytes
    return plain(rsaKey(fromBigEndian(bytes.subarray(from, from + length)), e))
  }
  const n = fromLittleEndian(bytes.subarray(at + 12, at + 12 + length))
  return plain(rsaKey(n, BigInt(exponentBytes)))
}

/** libgcrypt's `(1:n LENGTH:…)` in its internal tokens: data, u16 length in native order, the number. */
function libgcryptAt(bytes: Uint8Array, at: number): PublicKey | undefined {
  const from = at + 7
  const length = (bytes[at + 5] ?? 0) | ((bytes[at + 6] ?? 0) << 8)
  if (length < 48 || length > 2049 || from + length > bytes.length) return undefined
  return plain(rsaKey(fromBigEndian(bytes.subarray(from, from + length)), 65_537n))
}

/** How far from its exponent a modulus is looked for: OpenSSL allocates one after the other. */
const MOST_APART = 640
/** How far behind its exponent a modulus may begin. */
const MOST_BEHIND = 64
/** Bytes of the moduli that are looked for there. */
const BARE_BYTES = [512, 384, 256, 128]
const SHORTEST_BARE = Math.min(...BARE_BYTES)

function littleNear(bytes: Uint8Array, at: number): PublicKey | undefined {
  return modulusNear(bytes, at, false) ?? arrayNear(bytes, at)
}

/** Bytes of an exponent in an array of .NET or Mono, whose length stands before it. */
const EXPONENT_BYTES = 3

/** A modulus in an array near the array with its exponent, as `RSAParameters` has them: highest byte first. */
function arrayNear(bytes: Uint8Array, at: number): PublicKey | undefined {
  if (at < 8 || at % 8 !== 0 || countAt(bytes, at - 8) !== EXPONENT_BYTES) return undefined
  charge(3000)
  for (let begin = Math.max(8, (at - MOST_APART + 7) & ~7); begin < at + 64; begin += 8) {
    const length = countAt(bytes, begin - 8)
    const end = begin + length
    if (!ARRAY_BYTES.has(length) || end > bytes.length) continue
    const key = keyOfNumber(bytes.subarray(begin, end))
    if (key !== undefined) return key
  }
  return undefined
}

/** The key whose modulus is the whole of `window`, highest byte first, as far as can be told; its exponent is the usual. */
export function keyOfNumber(window: Uint8Array): PublicKey | undefined {
  if (!ARRAY_BYTES.has(window.length)) return undefined
  const isLikely = (window[0] ?? 0) >= 0x80 && ((window.at(-1) ?? 0) & 1) === 1
  if (!isLikely || !isRandomLooking(window)) return undefined
  if (hasTinyFactor(window, true)) return undefined
  const n = fromBigEndian(window)
  return hasNoSmallFactor(n) ? plain(rsaKey(n, 65_537n)) : undefined
}

const ARRAY_BYTES = new Set([128, 256, 384, 512])

/** The length of an array: a word of which no more than the first two bytes are used; -1 for any other. */
function countAt(bytes: Uint8Array, at: number): number {
  for (let k = 2; k < 8; k++) if (bytes[at + k] !== 0) return -1
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

function bigNear(bytes: Uint8Array, at: number): PublicKey | undefined {
  // Limbs with the lowest byte first, behind zeros, look alike between two words.
  return at % 4 === 0 ? modulusNear(bytes, at, true) : undefined
}

/** A modulus at a multiple of 8 with a boundary on either side, near the exponent that is spelled alike. */
function modulusNear(bytes: Uint8Array, at: number, isBig: boolean): PublicKey | undefined {
  charge(1200)
  const first = (Math.max(8, at - MOST_APART) + 7) & ~7
  const last = at + MOST_BEHIND - 1
  let begin = Number.POSITIVE_INFINITY
  for (let word = first - 8; word <= last + SHORTEST_BARE; word += 8) {
    if (isGap(bytes, word)) begin = word + 8
    // No modulus has such a word: the shortest has gone by, and the others begin alike.
    if (begin > last || word + 8 - begin !== SHORTEST_BARE) continue
    charge(40)
    for (const length of BARE_BYTES) {
      const n = modulusAt(bytes, begin, length, isBig)
      if (n !== undefined) return plain(rsaKey(n, 65_537n))
    }
  }
  return undefined
}

function modulusAt(
  bytes: Uint8Array,
  begin: number,
  length: number,
  isBig: boolean,
): bigint | undefined {
  const end = begin + length
  const isJava = !isBig && isCounted(bytes, begin, length / 4)
  const lowest = isBig ? end - 1 : isJava ? end - 4 : begin
  const highest = isBig ? begin : isJava ? begin + 3 : end - 1
  if (!isOddAndFull(bytes, lowest, highest)) return undefined
  if (end > bytes.length || !isGap(bytes, end)) return undefined
  const window = bytes.subarray(begin, end)
  if (!isRandomLooking(window)) return undefined
  if (!isJava && hasTinyFactor(window, isBig)) return undefined
  const n = isBig ? fromBigEndian(window) : fromLittleEndian(isJava ? wordsTurned(window) : window)
  return hasNoSmallFactor(n) ? n : undefined
}

/** Whether a number is odd and has its highest bit, by its lowest and its highest byte. */
function isOddAndFull(bytes: Uint8Array, lowest: number, highest: number): boolean {
  return ((bytes[lowest] ?? 0) & 1) === 1 && (bytes[highest] ?? 0) >= 0x80
}

/** Whether the word before a place is `count`: Java's `int[]`, which holds the highest word of a number first. */
function isCounted(bytes: Uint8Array, at: number, count: number): boolean {
  return bytes[at - 4] === (count & 0xff) && bytes[at - 3] === count >> 8 && bytes[at - 2] === 0
}

/** The last word first, each as it is. */
function wordsTurned(window: Uint8Array): Uint8Array {
  const turned = window.slice()
  new Uint32Array(turned.buffer).reverse()
  return turned
}

/** 1 for a zero: counted without branches. */
const IS_ZERO = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte === 0))

/** Eight bytes of which half are zero. */
function isGap(bytes: Uint8Array, at: number): boolean {
  let zeros = 0
  for (let k = at; k < at + 8; k++) zeros += IS_ZERO[bytes[k] ?? 0] ?? 0
  return zeros >= 4
}
