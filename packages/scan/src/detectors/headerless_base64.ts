/**
 * Private keys in base64 without armour: bodies of PEM whose first line is gone, values in JSON and YAML, bodies whose first bytes
 * a freed buffer has lost.
 *
 * The anchors are what the inner structure of each form looks like in base64, at each of the three places that it can
 * begin at. So a body is found whether its own header is there or not.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { base64Needles, decodeBase64, letterAt, lettersBefore } from '../base64.ts'
import { elementAt, elementOf, TAG } from '../der.ts'
import type { Detected } from '../detected.ts'
import { findLast, standsAt, type TextReader, type TextRun, textAnchors } from '../text_run.ts'
import { keyIn } from './decoded.ts'
import { rsaKey } from './parts.ts'
import { labelAt, readPem } from './pem.ts'

/** Letters before an anchor that may belong to the key's own headers: 48 bytes. */
const BACK_LETTERS = 64
/** Bytes that are looked at before more is decoded. */
const HEAD_BYTES = 96
const WHOLE_MOST = 16_384
const KEYSTORE_MOST = 40_000
const PEM_HEADER_MOST = 600

/** An inner structure by which a body is found. */
interface Structure {
  readonly name: string
  /** Its first bytes, and how many bits of them never differ. */
  readonly bytes: readonly number[]
  readonly bits: number
  /** Bytes from `at` on that the whole key may take, judged by its begin; 0 where this is no key. */
  readonly size: (head: Uint8Array, at: number) => number
  readonly read: (body: Uint8Array, at: number) => Detected | undefined
}

const whole = (body: Uint8Array): Detected | undefined => keyIn(body)

const STRUCTURES: readonly Structure[] = [
  // Version 0 and an INTEGER of 64 to 16,383 bytes: PKCS#1, DSA.
  { name: 'rsa', bytes: [2, 1, 0, 2, 0x80], bits: 34, size: rsaSize, read: whole },
  { name: 'rsa-512', bytes: [2, 1, 0, 2, 0x40], bits: 34, size: rsaSize, read: whole },
  { name: 'rsa-multi', bytes: [2, 1, 1, 2, 0x80], bits: 34, size: rsaSize, read: whole },
  { name: 'pkcs8', bytes: [2, 1, 0, 0x30], bits: 32, size: pkcs8Size, read: whole },
  { name: 'pkcs8-v2', bytes: [2, 1, 1, 0x30], bits: 32, size: pkcs8Size, read: whole },
  { name: 'sec1', bytes: [2, 1, 1, 4, 0], bits: 34, size: sec1Size, read: whole },
  { name: 'sec1-long', bytes: [2, 1, 1, 4, 0x40], bits: 34, size: sec1Size, read: whole },
  { name: 'okp-25519', bytes: [4, 0x22, 4, 0x20], bits: 32, size: okpSize, read: whole },
  { name: 'okp-ed448', bytes: [4, 0x3b, 4, 0x39], bits: 32, size: okpSize, read: whole },
  { name: 'okp-x448', bytes: [4, 0x3a, 4, 0x38], bits: 32, size: okpSize, read: whole },
  { name: 'pkcs12', bytes: [2, 1, 3, 0x30], bits: 32, size: pkcs12Size, read: whole },
  {
    name: 'pbes2',
    bytes: [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d],
    bits: 88,
    size: encryptedSize,
    read: whole,
  },
  {
    name: 'pbe-sha1',
    bytes: [6, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 1],
    bits: 88,
    size: encryptedSize,
    read: whole,
  },
  {
    name: 'openssh',
    bytes: [...Buffer.from('openssh-key-v1\0')],
    bits: 120,
    size: opensshSize,
    read: whole,
  },
  // Exponent 65,537 and then another long number: a private key from there on, even if n is cut.
  { name: 'rsa-tail', bytes: [2, 3, 1, 0, 1, 2, 0x80], bits: 50, size: tailSize, read: readTail },
]

/** Every structure at every place it can have in a group of four letters. */
export const HEADERLESS_ANCHORS: readonly Anchor[] = STRUCTURES.flatMap((structure) =>
  base64Needles(structure.bytes, structure.bits).flatMap(({ text, phase, inGroup }) =>
    textAnchors(`base64-${structure.name}-${phase}`, text, reader(structure, text, phase, inGroup)),
  ),
)

function reader(structure: Structure, text: string, phase: number, inGroup: number): TextReader {
  const isTail = structure.read === readTail
  return {
    before: isTail ? 4096 : PEM_HEADER_MOST,
    behind: structure.name === 'pkcs12' ? 2 * KEYSTORE_MOST * 0.8 : 28_000,
    isWorth: ({ chars, at }) => {
      if (!standsAt(chars, at, text)) return false
      const body = bodyAround(chars, at, phase, inGroup, BACK_LETTERS)
      const head = decodeBase64(chars, body.start, chars.length, { isUrl: true, most: HEAD_BYTES })
      const size = structure.size(head.bytes, body.offset)
      head.bytes.fill(0)
      return size > 0
    },
    read: (run) => readBody(structure, run, phase, inGroup),
  }
}

/** Where a group begins, up to `letters` before the anchor, and which byte from there on is the anchor's first. */
function bodyAround(
  chars: Uint8Array,
  at: number,
  phase: number,
  inGroup: number,
  letters: number,
): { readonly start: number; readonly offset: number } {
  const before = lettersBefore(chars, at, letters)
  const surplus = (before.count - inGroup + 4) % 4
  if (before.count < inGroup) {
    // The group's own first letters are gone: decoding begins with the next group.
    return { start: letterAt(chars, at, chars.length, 4 - inGroup, true), offset: phase - 3 }
  }
  const start = surplus === 0 ? before.start : letterAt(chars, before.start, at, surplus, true)
  return { start, offset: ((before.count - surplus - inGroup) / 4) * 3 + phase }
}

function readBody(
  structure: Structure,
  { chars, at }: TextRun,
  phase: number,
  inGroup: number,
): Detected | undefined {
  const near = bodyAround(chars, at, phase, inGroup, BACK_LETTERS)
  const head = decodeBase64(chars, near.start, chars.length, { isUrl: true, most: HEAD_BYTES })
  const size = structure.size(head.bytes, near.offset)
  head.bytes.fill(0)
  const isTail = structure.read === readTail
  const body = isTail ? bodyAround(chars, at, phase, inGroup, 3000) : near
  const decoded = decodeBase64(chars, body.start, chars.length, {
    isUrl: true,
    most: body.offset + size + 16,
  })
  const key = structure.read(decoded.bytes, body.offset)
  decoded.bytes.fill(0)
  if (key === undefined) return undefined
  const from = letterAt(chars, body.start, chars.length, Math.floor((key.offset * 4) / 3), true)
  const last = Math.ceil(((key.offset + key.length) * 4) / 3) - 1
  let end = letterAt(chars, body.start, chars.length, last, true) + 1
  while (chars[end] === 0x3d) end += 1
  return armoured(chars, from) ?? { ...key, offset: from, length: end - from, form: 'base64' }
}

/** The same key as the PEM that it stands in, so that it is told once. */
function armoured(chars: Uint8Array, from: number): Detected | undefined {
  const begin = findLast(chars, '-----BEGIN ', Math.max(0, from - PEM_HEADER_MOST), from)
  if (begin < 0 || labelAt(chars, begin) === undefined) return undefined
  const hit = readPem({ chars, at: begin })
  return hit !== undefined && hit.offset + hit.length > from ? hit : undefined
}

/** What the SEQUENCE around `at` says, or undefined where its header is not there. */
function outerSize(head: Uint8Array, at: number): number | undefined {
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

/** Length of the content of an INTEGER that looks like a modulus, or 0. */
function modulusLength(head: Uint8Array, at: number): number {
  if (head[at] !== TAG.integer) return 0
  const first = head[at + 1] ?? 0
  const [length, from] =
    first === 0x82
      ? [u16(head, at + 2), at + 4]
      : first === 0x81
        ? [head[at + 2] ?? 0, at + 3]
        : [first, at + 2]
  if (length < 48 || length > 2080 || (first > 0x82 && first !== length)) return 0
  // Positive, and no leading zeros but the one for the sign.
  const top = head[from] ?? 0
  if (top === 0) return (head[from + 1] ?? 0) >= 0x80 ? length : 0
  return top < 0x80 ? length : 0
}

function rsaSize(head: Uint8Array, at: number): number {
  const length = modulusLength(head, at + 3)
  if (length === 0) return 0
  const most = Math.min(WHOLE_MOST, 5 * length + 64)
  const outer = outerSize(head, at)
  return outer === undefined || outer > 2 * most || outer < length ? most : outer
}

function pkcs8Size(head: Uint8Array, at: number): number {
  const algorithm = head[at + 4] ?? 0
  const oid = head[at + 6] ?? 0
  // An AlgorithmIdentifier: a SEQUENCE that begins with an OBJECT IDENTIFIER of 3 to 11 bytes. DSA's has its numbers in it.
  const isLong = algorithm === 0x82 || algorithm === 0x81
  if (isLong) return head[at + (algorithm === 0x82 ? 7 : 6)] === TAG.oid ? WHOLE_MOST : 0
  if (algorithm > 0x7f || head[at + 5] !== TAG.oid || oid < 3 || oid + 2 > algorithm) return 0
  return outerSize(head, at) ?? WHOLE_MOST
}

/** Bytes of a scalar on the curves that there are, with or without a byte for the sign. */
const SCALARS = new Set([0x1c, 0x1d, 0x20, 0x21, 0x28, 0x29, 0x30, 0x31, 0x40, 0x41, 0x42])

function sec1Size(head: Uint8Array, at: number): number {
  const length = head[at + 4] ?? 0
  return SCALARS.has(length) ? 5 + length + 200 : 0
}

function okpSize(_head: Uint8Array, _at: number): number {
  return 160
}

function pkcs12Size(head: Uint8Array, at: number): number {
  const length = outerSize(head, at)
  const isData = head[at + 4] === 0x82 && head[at + 7] === TAG.oid && head[at + 8] === 9
  const isBer = head[at + 4] === 0x80 && head[at + 5] === TAG.oid
  return isData || isBer ? Math.min(KEYSTORE_MOST, length ?? KEYSTORE_MOST) : 0
}

function encryptedSize(head: Uint8Array, at: number): number {
  const algorithm = at >= 2 && head[at - 2] === TAG.sequence ? at - 2 : at - 4
  const outer = algorithm < 0 ? undefined : outerSize(head, algorithm)
  return outer === undefined ? 0 : Math.min(WHOLE_MOST, outer)
}

function opensshSize(_head: Uint8Array, _at: number): number {
  return WHOLE_MOST
}

function tailSize(head: Uint8Array, at: number): number {
  const length = modulusLength(head, at + 5) || privateLength(head, at + 5)
  return length === 0 ? 0 : Math.min(WHOLE_MOST, 4 * length + 64)
}

/** d may have leading zero bits that a modulus has not. */
function privateLength(head: Uint8Array, at: number): number {
  const first = head[at + 1] ?? 0
  const length = first === 0x82 ? u16(head, at + 2) : first === 0x81 ? (head[at + 2] ?? 0) : 0
  return length >= 48 && length <= 2080 ? length : 0
}

/** e, d, p, q, dP, dQ, qInv without a whole n before them. */
function readTail(body: Uint8Array, at: number): Detected | undefined {
  const values: bigint[] = []
  let place = at
  while (values.length < 7) {
    const element = elementOf(body, place, body.length, TAG.integer)
    if (element === undefined) break
    values.push(fromBigEndian(body.subarray(element.from, element.to)))
    place = element.to
  }
  const [e, d, p, q, dP, dQ, qInv] = values
  if (p === undefined || isWhole(body, at)) return undefined
  const key = rsaKey({ e, d, p, q, dP, dQ, qInv })
  return key === undefined ? undefined : { ...key, offset: at, length: place - at }
}

/** Whether version and n stand before e: then the anchors of a whole key find it. */
function isWhole(body: Uint8Array, at: number): boolean {
  const least = Math.max(0, at - 2100)
  for (let i = at - 48; i >= least; i--) {
    if (body[i] !== TAG.integer) continue
    if (elementAt(body, i, at)?.to !== at) continue
    return body[i - 3] === TAG.integer && body[i - 2] === 1 && (body[i - 1] ?? 9) <= 1
  }
  return false
}
