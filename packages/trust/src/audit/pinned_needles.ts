/**
 * The encodings of a key that are searched for in files.
 *
 * Source: RFC 7638 (thumbprint), RFC 7515 section 4.1.7 (x5t), RFC 7469 (pins of a SPKI), fingerprints of certificates as
 * OpenSSL and browsers print them.
 *
 * @module
 */
import type { ListedKey } from '../sources/key.ts'

export interface Needle {
  readonly key: ListedKey
  /** What was found: `RFC 7638 thumbprint`, `kid` … */
  readonly what: string
}

export interface Needles {
  /** By encoding: base64url without padding, or hex without colons in lower case, or a kid as it is. */
  readonly texts: ReadonlyMap<string, Needle>
  /** By SHA-256 of the SPKI, hex. */
  readonly spki: ReadonlyMap<string, ListedKey>
  /** The first bytes of each modulus or point, as in binary encodings. */
  readonly bytes: readonly { readonly key: ListedKey; readonly head: Buffer }[]
  /** kids that are too short or too plain to be looked for. */
  readonly kidsLeftOut: readonly string[]
}

/** A kid of fewer characters, or without a digit, is found by chance. */
const LEAST_KID = 8
/** Bytes of a modulus or coordinate that are looked for: nothing else begins with them by chance. */
const HEAD_BYTES = 24
/** Of more keys, raw bytes are not looked for: each takes a pass over each file. */
const MOST_RAW = 200

export function needlesOf(keys: readonly ListedKey[]): Needles {
  const texts = new Map<string, Needle>()
  const spki = new Map<string, ListedKey>()
  const kidsLeftOut: string[] = []
  for (const key of keys) {
    const add = (text: string | undefined, what: string) => {
      if (text !== undefined && !texts.has(text)) texts.set(text, { key, what })
    }
    add(key.thumbprint, 'RFC 7638 thumbprint')
    hashed(add, key.spkiSha256, 'SPKI SHA-256')
    hashed(add, key.spkiSha1, 'SPKI SHA-1')
    for (const { sha1, sha256 } of key.certificates.slice(0, 1)) {
      hashed(add, sha1, 'certificate SHA-1')
      hashed(add, sha256, 'certificate SHA-256')
    }
    hashed(add, hexOf(key.jwk['n']), 'modulus')
    hashed(add, hexOf(key.jwk['x']), 'public key')
    if (key.spkiSha256 !== undefined) spki.set(key.spkiSha256, key)
    if (key.kid === undefined) continue
    if (key.kid.length >= LEAST_KID && /\d/.test(key.kid)) add(key.kid, 'kid')
    else kidsLeftOut.push(key.kid)
  }
  const bytes = keys.slice(0, MOST_RAW).flatMap((key) => {
    const value = Buffer.from(key.jwk['n'] ?? key.jwk['x'] ?? '', 'base64url')
    return value.length < HEAD_BYTES ? [] : [{ key, head: value.subarray(0, HEAD_BYTES) }]
  })
  return { texts, spki, bytes, kidsLeftOut }
}

const hexOf = (encoded: string | undefined) =>
  encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString('hex')

/** A hash or number as hex and as base64url. */
function hashed(
  add: (text: string | undefined, what: string) => void,
  hex: string | undefined,
  what: string,
): void {
  add(hex, what)
  add(hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('base64url'), what)
}

/** The encodings of a word of a file, as in {@link Needles.texts}. */
export function encodingsOf(word: string): string[] {
  const hex = word.replaceAll(/[:-]/g, '').toLowerCase()
  const isHex = /^[\da-f]{40,}$/.test(hex)
  const base64url = word.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  // A modulus is often written with the zero byte of DER before it.
  return isHex ? [word, hex, hex.replace(/^00/, '')] : [word, base64url]
}
