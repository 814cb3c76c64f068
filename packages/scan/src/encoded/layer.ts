/** The bytes of one layer of encoded text or packed data, and whether they are worth decoding. */
export interface Span {
  readonly from: number
  readonly to: number
}

export type Coding = 'base64' | 'hex' | 'decimal' | 'gzip' | 'zlib'

export interface Layer {
  /** Its maker wipes it after use. */
  readonly bytes: Uint8Array
  readonly coding: Coding
  /** What of the bytes around it stands for its `[from, to)`. */
  readonly spanOf: (from: number, to: number) => Span
}

/** Of 16 bytes of a text so many are printable, or blanks; in UTF-16 or UTF-32 zeros are between. */
const TEXT_OF_16 = 15
const WIDE_OF_16 = 4
const LEAST_TEXT = 24

/** A zero counts as more letters than a layer has: one sum shows both. */
const ZERO = 1 << 24

const COUNTS = Uint32Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0) return ZERO
  return (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13 ? 1 : 0
})

/** Whether nearly all of it is ASCII, of whatever width. */
export function isTextual(bytes: Uint8Array): boolean {
  if (bytes.length < LEAST_TEXT) return false
  let sum = 0
  for (let at = 0; at < bytes.length; at++) sum += COUNTS[bytes[at] ?? 0] ?? 0
  const text = sum % ZERO
  const zeros = (sum - text) / ZERO
  const least = TEXT_OF_16 * bytes.length
  if (16 * text >= least) return true
  return 16 * (text + zeros) >= least && 16 * text >= WIDE_OF_16 * bytes.length
}

const LEAST_PART = 64

/** Ranges of bytes that are worth decoding: all of it, or texts amid other bytes. */
export function partsWorthDecoding(bytes: Uint8Array): Span[] {
  if (isWorthDecoding(bytes)) return [{ from: 0, to: bytes.length }]
  const parts: Span[] = []
  for (let from = 0, at = 0; at <= bytes.length; at++) {
    if (COUNTS[bytes[at] ?? 0] === 1) continue
    if (at - from >= LEAST_PART) parts.push({ from, to: at })
    from = at + 1
  }
  return parts
}

const OPENSSH = Buffer.from('openssh-key-v1\0')

/** Whether it is text, or has what a key in DER begins with, or a packed one. */
function isWorthDecoding(bytes: Uint8Array): boolean {
  return isTextual(bytes) || hasStructure(bytes)
}

function hasStructure(bytes: Uint8Array): boolean {
  if (isZlibHead(bytes, 0) || isKeyHead(bytes)) return true
  for (let at = 0; at + 3 < bytes.length; at++) {
    const first = bytes[at]
    if (first === 0x02) {
      if (bytes[at + 1] === 1 && (bytes[at + 2] ?? 9) <= 3) return true
    } else if (first === 0x1f) {
      if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8) return true
    }
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(OPENSSH)
}

/** What JKS and JCEKS begin with, before their version. */
const KEYSTORES = new Set([0xfeedfeed, 0xcececece])
/** Secret keys of OpenPGP and their subkeys: with a length of one byte, of two bytes, and with one of any kind. */
const SHORT_PACKETS = new Set([0x94, 0x9c])
const LONG_PACKETS = new Set([0x95, 0x9d])
const PACKETS = new Set([0xc5, 0xc7])
/** What OpenPGP calls RSA, ElGamal, DSA and what is of curves. */
const ALGORITHMS = new Set([1, 2, 3, 16, 17, 18, 19, 22, 25, 26, 27, 28])

export const KEY_HEAD = 12

/** Whether it begins as a keystore of Java or a secret key of OpenPGP, which have nothing of DER. */
export function isKeyHead(bytes: Uint8Array): boolean {
  if (bytes.length < KEY_HEAD) return false
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  if (!mayBeKeyHead(((a << 24) | (b << 16) | (c << 8) | d) >>> 0)) return false
  const version = versionOffset(a, b)
  if (version > 0) return ALGORITHMS.has(bytes[version + 5] ?? 0)
  return bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0
}

/** Whether {@link isKeyHead} may hold of what begins with these four bytes, the first the highest. */
export function mayBeKeyHead(word: number): boolean {
  const offset = versionOffset(word >>> 24, (word >>> 16) & 0xff)
  if (offset === 0) return KEYSTORES.has(word)
  const version = (word >>> (24 - 8 * offset)) & 0xff
  return version >= 4 && version <= 6
}

/** Where a packet of OpenPGP that begins with these two bytes has its version; 0 if none does. */
function versionOffset(first: number, second: number): number {
  if (first < 0x94 || first > 0xc7) return 0
  if (SHORT_PACKETS.has(first)) return 2
  if (LONG_PACKETS.has(first)) return 3
  if (PACKETS.has(first)) return second < 0xc0 ? 2 : 3
  return 0
}

/** The two bytes that zlib writes for a window of 32 KiB, at any of its levels. */
export function isZlibHead(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x78) return false
  const second = bytes[at + 1]
  return second === 0x9c || second === 0xda || second === 1 || second === 0x5e
}
