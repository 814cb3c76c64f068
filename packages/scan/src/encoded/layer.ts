export interface Span {
  readonly from: number
  readonly to: number
}

export type Coding = 'base64' | 'hex' | 'decimal' | 'gzip' | 'zlib'

export interface Layer {
  readonly bytes: Uint8Array
  readonly coding: Coding
  /** What of the bytes around it stands for its `[from, to)`. */
  readonly spanOf: (from: number, to: number) => Span
}

/** Printable or blank of 16 bytes of text; in UTF-16 or UTF-32 zeros are between. */
const TEXT_OF_16 = 15
const WIDE_OF_16 = 4
const LEAST_TEXT = 24

/** A zero counts as more letters than a layer has: one sum shows both. */
const ZERO = 1 << 24

const COUNTS = Uint32Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0) return ZERO
  return (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13 ? 1 : 0
})

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

export function partsWorthDecoding(bytes: Uint8Array): Span[] {
  if (isTextual(bytes) || hasStructure(bytes)) return [{ from: 0, to: bytes.length }]
  const parts: Span[] = []
  for (let from = 0, at = 0; at <= bytes.length; at++) {
    if (COUNTS[bytes[at] ?? 0] === 1) continue
    if (at - from >= LEAST_PART) parts.push({ from, to: at })
    from = at + 1
  }
  return parts
}

const OPENSSH = Buffer.from('openssh-key-v1\0')

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

/** Hex: Java keystores; OpenPGP secret keys (tag, length, version, time, algorithm). Not DER. */
const KEY_HEADS =
  /^(?:(?:feedfeed|cececece)0{6}|(?:9[4c]..|9[5d]....|c[57][0-9ab].|c[57][c-f]...)0[4-6].{8}(?:0[1-3]|1[0-369a-c]))/
const KEY_FIRST = new Set([0xfe, 0xce, 0x94, 0x9c, 0x95, 0x9d, 0xc5, 0xc7])
export const KEY_HEAD = 12

export const mayBeKeyHead = (first: number | undefined): boolean => KEY_FIRST.has(first ?? 0)

export function isKeyHead(bytes: Uint8Array): boolean {
  if (bytes.length < KEY_HEAD || !mayBeKeyHead(bytes[0])) return false
  return KEY_HEADS.test(Buffer.from(bytes.subarray(0, KEY_HEAD)).toString('hex'))
}

/** The two bytes that zlib writes for a window of 32 KiB, at any of its levels. */
export function isZlibHead(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x78) return false
  const second = bytes[at + 1]
  return second === 0x9c || second === 0xda || second === 1 || second === 0x5e
}
