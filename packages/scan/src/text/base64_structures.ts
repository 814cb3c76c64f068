/**
 * How structures of private keys begin, and how long they are: a first test before much is decoded.
 *
 * Every function takes the first bytes around a structure, and where it begins in them.
 *
 * @module
 */
import { RSA_BITS } from '@mintmark/keys/arithmetic/rsa'
import { elementAt, elementOf, lengthOf, TAG } from '@mintmark/keys/der/der'

const WHOLE_MOST = 16_384
const KEYSTORE_MOST = 40_000
/** Bytes of `openssh-key-v1` and its zero. */
const OPENSSH_MAGIC = 15
/** 1.2.840.113549.1.7, without its last number. */
const PKCS7 = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7]

/** What the SEQUENCE around `at` says, or undefined where its header is not there. */
export function outerSize(head: Uint8Array, at: number): number | undefined {
  for (let header = 2; header <= 4; header++) {
    const first = at - header
    if (first < 0 || head[first] !== TAG.sequence) continue
    if (header === 2 && (head[first + 1] ?? 0) < 0x80) return head[first + 1]
    if (header === 3 && head[first + 1] === 0x81) return head[first + 2]
    if (header === 4 && head[first + 1] === 0x82) return u16(head, first + 2)
  }
  return undefined
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
}

/** The content of an INTEGER of 48 to 2080 bytes, or of fewer where `least` says so; undefined for anything else. */
function longNumber(
  head: Uint8Array,
  at: number,
  least: number,
): { readonly length: number; readonly from: number } | undefined {
  if (head[at] !== TAG.integer) return undefined
  const first = head[at + 1] ?? 0
  const octets = first < 0x80 ? 0 : first - 0x80
  if (octets > 2) return undefined
  const short = octets === 0 ? first : (head[at + 2] ?? 0)
  const length = octets === 2 ? u16(head, at + 2) : short
  return length < least || length > 2080 ? undefined : { length, from: at + 2 + octets }
}

/** Length of the content of an INTEGER that looks like a modulus, or 0. */
function modulusLength(head: Uint8Array, at: number): number {
  const number = longNumber(head, at, 48)
  if (number === undefined) return 0
  // Positive, and no leading zeros but the one for the sign.
  const top = head[number.from] ?? 0
  const isPositive = top === 0 ? (head[number.from + 1] ?? 0) >= 0x80 : top < 0x80
  return isPositive ? number.length : 0
}

export function rsaSize(head: Uint8Array, at: number): number {
  const length = modulusLength(head, at + 3)
  if (length === 0) return 0
  const most = Math.min(WHOLE_MOST, 5 * length + 64)
  const outer = outerSize(head, at)
  return outer === undefined || outer > 2 * most || outer < length ? most : outer
}

/** Of a blob of CNG or CAPI whose magic is at `at`: the bits of n follow in both. Their headers and exponents take the rest. */
export function rsaBlobSize(head: Uint8Array, at: number): number {
  const [low = 0, high = 0, more, most] = head.subarray(at + 4, at + 8)
  const bits = low + 256 * high
  if (more !== 0 || most !== 0 || bits < RSA_BITS.least || bits > RSA_BITS.most) return 0
  return Math.ceil((bits * 4.5) / 8) + 64
}

export function pkcs8Size(head: Uint8Array, at: number): number {
  const algorithm = head[at + 4] ?? 0
  const oid = head[at + 6] ?? 0
  // An AlgorithmIdentifier: a SEQUENCE that begins with an OBJECT IDENTIFIER of 3 to 11 bytes. DSA's has its numbers in it.
  const isLong = algorithm === 0x82 || algorithm === 0x81
  if (isLong) return head[at + (algorithm === 0x82 ? 7 : 6)] === TAG.oid ? WHOLE_MOST : 0
  if (algorithm > 0x7f || head[at + 5] !== TAG.oid || oid < 3 || oid + 2 > algorithm) return 0
  return outerSize(head, at) ?? WHOLE_MOST
}

/** Bytes of a scalar on the curves that there are, with or without a byte for the sign. */
const SCALARS = new Set([
  0x14, 0x15, 0x18, 0x19, 0x1c, 0x1d, 0x20, 0x21, 0x28, 0x29, 0x30, 0x31, 0x40, 0x41, 0x42, 0x48,
])

/** Behind the scalar come curve or point, or nothing that belongs to it. */
export function sec1Size(head: Uint8Array, at: number): number {
  const length = head[at + 4] ?? 0
  if (!SCALARS.has(length)) return 0
  const end = at + 5 + length
  const isFollowed = head[end] === 0xa0 || head[end] === 0xa1
  return isFollowed || outerSize(head, at) === 5 + length ? 205 + length : 0
}

/** The object identifier before it, 06 03 2B 65 and one more byte, or nothing at all before it. */
export function okpSize(head: Uint8Array, at: number): number {
  const isNamed = head[at - 5] === TAG.oid && head[at - 4] === 3 && head[at - 3] === 0x2b
  return isNamed || at < 3 ? 160 : 0
}

export function pkcs12Size(head: Uint8Array, at: number): number {
  const length = outerSize(head, at)
  // The AuthenticatedSafe's header is 2 to 4 bytes; then pkcs-7-data or pkcs-7-signedData.
  const first = head[at + 4] ?? 0
  const oid = at + (first === 0x82 ? 7 : first === 0x81 ? 6 : 5)
  const isData = PKCS7.every((byte, i) => head[oid + i] === byte)
  return isData ? Math.min(KEYSTORE_MOST, length ?? KEYSTORE_MOST) : 0
}

export function encryptedSize(head: Uint8Array, at: number): number {
  const algorithm = at >= 2 && head[at - 2] === TAG.sequence ? at - 2 : at - 4
  const outer = algorithm < 0 ? undefined : outerSize(head, algorithm)
  return outer === undefined ? 0 : Math.min(WHOLE_MOST, outer)
}

/** Behind the magic, the name of a cipher: `none`, `aes256-ctr` … */
export function opensshSize(head: Uint8Array, at: number): number {
  const length = head[at + OPENSSH_MAGIC + 3] ?? 0
  const isShort = u16(head, at + OPENSSH_MAGIC) === 0 && head[at + OPENSSH_MAGIC + 2] === 0
  if (!isShort || length < 4 || length > 40) return 0
  const name = head.subarray(at + OPENSSH_MAGIC + 4, at + OPENSSH_MAGIC + 4 + length)
  return name.every((letter) => letter > 0x20 && letter < 0x7f) ? WHOLE_MOST : 0
}

export function tailSize(head: Uint8Array, at: number): number {
  const length = longNumber(head, at + 5, 48)?.length ?? 0
  return length === 0 ? 0 : Math.min(WHOLE_MOST, 4 * length + 64)
}

/** d may have leading zero bits that a modulus has not. */
function privateLength(head: Uint8Array, at: number): number {
  return longNumber(head, at, 16)?.length ?? 0
}

/**
 * Where n, p or the like begins whose two numbers behind it can be examined: of PKCS#1 or DSA at `at`, or inside PKCS#8;
 * undefined in other structures.
 */
export function numbersOffset(head: Uint8Array, at: number): number | undefined {
  const last = Math.min(head.length - 6, at + 40)
  for (let i = at; i <= last; i++) {
    const isVersion = head[i] === TAG.integer && head[i + 1] === 1 && (head[i + 2] ?? 9) <= 1
    if (isVersion && head[i + 3] === TAG.integer) return i + 3
  }
  return undefined
}

/** Bytes from the first number on, up to and into the third. */
export function numbersSize(head: Uint8Array, place: number): number {
  return modulusLength(head, place) + 48
}

/** Bytes of q of DSA: 160, 224 or 256 bits, with or without a byte for the sign. */
const ORDERS = new Set([20, 21, 28, 29, 32, 33])

/** Whether the numbers behind the first fit it: e and a long d, or q and g of DSA. */
export function hasNumbers(body: Uint8Array, place: number): boolean {
  const first = elementAt(body, place, body.length)
  if (first === undefined) return false
  const second = elementOf(body, first.to, body.length, TAG.integer)
  if (second === undefined || body[second.to] !== TAG.integer) return false
  const [longest, length] = [lengthOf(first), lengthOf(second)]
  const isExponent = length <= 8 && ((body[second.to - 1] ?? 0) & 1) === 1
  const third = privateLength(body, second.to)
  return (isExponent || ORDERS.has(length)) && third <= longest && third >= longest - 16
}
