/**
 * Bytes that coded text or packed data stands for, and whether they are worth a look.
 *
 * @module
 */

/** Places `[from, to)`. */
export interface Span {
  readonly from: number
  readonly to: number
}

export type Coding = 'base64' | 'hex' | 'decimal' | 'gzip' | 'zlib'

export interface Layer {
  /** Of whoever made it, who wipes it once it was looked at. */
  readonly bytes: Uint8Array
  readonly coding: Coding
  /** What of the bytes around it stands for its `[from, to)`. */
  readonly spanOf: (from: number, to: number) => Span
}

/** Of 16 bytes of a text so many are printable, or blanks; in UTF-16 or UTF-32 zeros lie between. */
const TEXT_OF_16 = 15
const WIDE_OF_16 = 4
/** Letters of text in which no key has room. */
const LEAST_TEXT = 24

/** A zero counts as so many letters, of which a layer has fewer: one sum tells both. */
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

const OPENSSH = Buffer.from('openssh-key-v1\0')

/** Whether it is text, or has what a key in DER begins with, or a packed one. */
export function isWorthALook(bytes: Uint8Array): boolean {
  return isTextual(bytes) || hasStructure(bytes)
}

function hasStructure(bytes: Uint8Array): boolean {
  if (isZlibHead(bytes, 0)) return true
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

/** The two bytes that zlib writes for a window of 32 KiB, at any of its levels. */
export function isZlibHead(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x78) return false
  const second = bytes[at + 1]
  return second === 0x9c || second === 0xda || second === 1 || second === 0x5e
}
