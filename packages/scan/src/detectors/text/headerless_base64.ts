/**
 * Private keys in base64 without armor, found by what the inner structure of each encoding looks like in base64, at
 * each of the three offsets that it can begin at: whether its own header is there or not.
 *
 * @module
 */

import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { elementAt, elementOf, TAG } from '@mintmark/keys/der/der'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { type Anchor, REACH } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64, letterAt, lettersBefore, skipJunk } from '../../text/base64.ts'
import { base64Needles } from '../../text/base64_needles.ts'
import {
  encryptedSize,
  hasNumbers,
  numbersOffset,
  numbersSize,
  okpSize,
  opensshSize,
  outerSize,
  pkcs8Size,
  pkcs12Size,
  rsaBlobSize,
  rsaSize,
  sec1Size,
  tailSize,
} from '../../text/base64_structures.ts'
import { findLast, isAt, type TextReader, type TextRun, textAnchors } from '../../text/text_run.ts'
import { keyIn } from './decoded.ts'
import { keyAtEnd } from './key_end.ts'
import { rsaKey } from './parts.ts'
import { armorBody } from './pem.ts'

/** Letters before an anchor that may belong to the key's own headers: 48 bytes. */
const BACK_LETTERS = 64
/** Bytes that are examined before more is decoded. */
const HEAD_BYTES = 128
const KEYSTORE_LETTERS = 64_000
const PEM_HEADER_MOST = 600

/** An inner structure by which a body is found. */
interface Structure {
  readonly name: string
  /** Its first bytes, and how many bits of them never differ. */
  readonly bytes: readonly number[]
  readonly bits: number
  /** Bytes from `at` on that the whole key may take, judged by its begin; 0 where this is no key. */
  readonly size: (head: Uint8Array, at: number) => number
  readonly read: (body: Uint8Array, at: number, budget: WorkBudget) => Detected | undefined
}

const whole: Structure['read'] = (body, _at, budget) => keyIn(body, budget)

const STRUCTURES: readonly Structure[] = [
  // Version 0 and an INTEGER of 64 to 16,383 bytes: PKCS#1, DSA.
  { name: 'rsa', bytes: [2, 1, 0, 2, 0x80], bits: 34, size: rsaSize, read: whole },
  { name: 'rsa-512', bytes: [2, 1, 0, 2, 0x40], bits: 34, size: rsaSize, read: whole },
  { name: 'rsa-multi', bytes: [2, 1, 1, 2, 0x80], bits: 34, size: rsaSize, read: whole },
  { name: 'pkcs8', bytes: [2, 1, 0, 0x30], bits: 32, size: pkcs8Size, read: whole },
  { name: 'pkcs8-v2', bytes: [2, 1, 1, 0x30], bits: 32, size: pkcs8Size, read: whole },
  { name: 'sec1', bytes: [2, 1, 1, 4, 0], bits: 34, size: sec1Size, read: whole },
  { name: 'sec1-long', bytes: [2, 1, 1, 4, 0x40], bits: 34, size: sec1Size, read: whole },
  { name: 'okp-25519', bytes: [4, 0x22, 4, 0x20], bits: 32, size: okpSize, read: readOkp },
  { name: 'okp-ed448', bytes: [4, 0x3b, 4, 0x39], bits: 32, size: okpSize, read: readOkp },
  { name: 'okp-x448', bytes: [4, 0x3a, 4, 0x38], bits: 32, size: okpSize, read: readOkp },
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
  { name: 'rsa2', bytes: [...Buffer.from('RSA2')], bits: 32, size: rsaBlobSize, read: whole },
  { name: 'rsa3', bytes: [...Buffer.from('RSA3')], bits: 32, size: rsaBlobSize, read: whole },
  // Exponent 65,537 and then another long number: a private key from there on, even if n is cut.
  { name: 'rsa-tail', bytes: [2, 3, 1, 0, 1, 2, 0x80], bits: 50, size: tailSize, read: readTail },
]

/**
 * Every structure at every offset it can have in a group of four letters. Two structures that differ behind the letters
 * of one needle are one there: their readers are the same.
 */
export const HEADERLESS_ANCHORS: readonly Anchor[] = STRUCTURES.flatMap((structure, order) =>
  base64Needles(structure.bytes, structure.bits)
    .filter(
      ({ text, phase }) => !isReportedBefore(text, phase, structure, STRUCTURES.slice(0, order)),
    )
    .flatMap(({ text, phase, inGroup }) =>
      textAnchors(
        `base64-${structure.name}-${phase}`,
        text,
        reader(structure, text, phase, inGroup),
      ),
    ),
)

function isReportedBefore(
  text: string,
  phase: number,
  { size, read }: Structure,
  earlier: readonly Structure[],
): boolean {
  return earlier.some(
    (other) =>
      other.size === size &&
      other.read === read &&
      base64Needles(other.bytes, other.bits)[phase]?.text === text,
  )
}

function reader(structure: Structure, text: string, phase: number, inGroup: number): TextReader {
  const isTail = structure.read === readTail
  return {
    before: isTail ? 4096 : PEM_HEADER_MOST,
    behind: structure.name === 'pkcs12' ? KEYSTORE_LETTERS : 28_000,
    glance: ({ chars, at, budget }) => {
      if (!isAt(chars, at, text)) return 0
      const body = bodyAround(chars, at, phase, inGroup, BACK_LETTERS, budget)
      const head = decodeBase64(chars, body.start, chars.length, budget, {
        isUrl: true,
        most: HEAD_BYTES,
      })
      const size = structure.size(head.bytes, body.offset)
      const isNew = size > 0 && !isInPkcs8(structure, head.bytes, body.offset)
      head.bytes.fill(0)
      // Line ends, and what else may be between letters, take no more room than the letters themselves.
      return isNew ? Math.min(REACH, 512 + 3 * size) : 0
    },
    read: (run) => readBody(structure, run, phase, inGroup),
  }
}

/** Whether the anchors of a PKCS#8 key around this structure find it, so that it is verified once. */
function isInPkcs8({ name }: Structure, head: Uint8Array, at: number): boolean {
  if (name.startsWith('pkcs')) return false
  for (let i = Math.max(3, at - 40); i <= at - 8; i++) {
    const isVersion = head[i] === TAG.integer && head[i + 1] === 1 && (head[i + 2] ?? 9) <= 1
    if (!isVersion || head[i + 3] !== TAG.sequence || pkcs8Size(head, i) === 0) continue
    if ((outerSize(head, i) ?? 0) + i > at) return true
  }
  return false
}

interface Body {
  /** Where a group of letters begins. */
  readonly start: number
  /** Which byte from there on is the anchor's first. */
  readonly offset: number
}

/** Where a group begins, up to `letters` before the anchor, and which byte from there on is the anchor's first. */
function bodyAround(
  chars: Uint8Array,
  at: number,
  phase: number,
  inGroup: number,
  letters: number,
  budget: WorkBudget,
): Body {
  const before = lettersBefore(chars, at, letters, budget)
  const surplus = (before.count - inGroup + 4) % 4
  if (before.count < inGroup) {
    // The group's own first letters are gone: decoding begins with the next group.
    return {
      start: letterAt(chars, at, chars.length, 4 - inGroup, budget, true),
      offset: phase - 3,
    }
  }
  const start =
    surplus === 0 ? before.start : letterAt(chars, before.start, at, surplus, budget, true)
  return { start, offset: ((before.count - surplus - inGroup) / 4) * 3 + phase }
}

function readBody(
  structure: Structure,
  { chars, at, budget }: TextRun,
  phase: number,
  inGroup: number,
): Detected | undefined {
  if (isInArmor(chars, at, budget)) return undefined
  const near = bodyAround(chars, at, phase, inGroup, BACK_LETTERS, budget)
  const head = decodeBase64(chars, near.start, chars.length, budget, {
    isUrl: true,
    most: HEAD_BYTES,
  })
  const size = structure.size(head.bytes, near.offset)
  const isLikely = hasLikelyNumbers(chars, near, head.bytes, budget)
  head.bytes.fill(0)
  if (!isLikely) return undefined
  const isTail = structure.read === readTail
  const body = isTail ? bodyAround(chars, at, phase, inGroup, 3000, budget) : near
  const decoded = decodeBase64(chars, body.start, chars.length, budget, {
    isUrl: true,
    most: body.offset + size + 16,
  })
  const key = structure.read(decoded.bytes, body.offset, budget)
  decoded.bytes.fill(0)
  if (key === undefined) return undefined
  const from = letterAt(
    chars,
    body.start,
    chars.length,
    Math.floor((key.offset * 4) / 3),
    budget,
    true,
  )
  const last = Math.ceil(((key.offset + key.length) * 4) / 3) - 1
  let end = letterAt(chars, body.start, chars.length, last, budget, true) + 1
  while (chars[end] === 0x3d) end += 1
  return { ...key, offset: from, length: end - from, form: 'base64' }
}

/** What follows n, examined before the whole is decoded and verified; true where there is no n. */
function hasLikelyNumbers(
  chars: Uint8Array,
  near: Body,
  head: Uint8Array,
  budget: WorkBudget,
): boolean {
  const place = numbersOffset(head, near.offset)
  if (place === undefined) return true
  const most = place + numbersSize(head, place)
  const { bytes } = decodeBase64(chars, near.start, chars.length, budget, { isUrl: true, most })
  const isLikely = hasNumbers(bytes, place)
  bytes.fill(0)
  return isLikely
}

/** Whether an armor's body reaches without a gap to `at`: then its own anchor finds the key. */
function isInArmor(chars: Uint8Array, at: number, budget: WorkBudget): boolean {
  const begin = findLast(chars, '-----BEGIN ', Math.max(0, at - PEM_HEADER_MOST), at, budget)
  if (begin < 0) return false
  const body = armorBody(chars, begin)
  if (body === undefined || body > at) return false
  const letters = decodeBase64(chars, body, at, budget)
  letters.bytes.fill(0)
  return skipJunk(chars, letters.end, at) >= at
}

/** e, d, p, q, dP, dQ, qInv without a whole n before them. */
function readTail(body: Uint8Array, at: number, budget: WorkBudget): Detected | undefined {
  const values: bigint[] = []
  let place = at
  while (values.length < 7) {
    const element = elementOf(body, place, body.length, TAG.integer)
    if (element === undefined) break
    values.push(fromBigEndian(body.subarray(element.from, element.to), budget))
    place = element.to
  }
  const [e, d, p, q, dP, dQ, qInv] = values
  if (p === undefined || isWhole(body, at, budget)) return undefined
  const key = rsaKey({ e, d, p, q, dP, dQ, qInv }, budget)
  return key === undefined ? undefined : { ...key, offset: at, length: place - at }
}

/** Whether version and n are before e: then the anchors of a whole key find it. */
function isWhole(body: Uint8Array, at: number, budget: WorkBudget): boolean {
  const least = Math.max(0, at - 2100)
  for (let i = at - 48; i >= least; i--) {
    if (body[i] !== TAG.integer) continue
    budget.spend(20)
    if (elementAt(body, i, at)?.to !== at) continue
    return body[i - 3] === TAG.integer && body[i - 2] === 1 && (body[i - 1] ?? 9) <= 1
  }
  return false
}

/** A secret whose head is cut: named, or if the letters end with its last byte. */
function readOkp(body: Uint8Array, at: number, budget: WorkBudget): Detected | undefined {
  const key = keyIn(body, budget)
  const end = at + 4 + (body[at + 3] ?? 0)
  if (key !== undefined || body.length < end) return key
  const cut = keyAtEnd(body.subarray(0, end), budget)
  // Dashes of an armor's last line are letters of the other alphabet.
  return body.length === end || cut?.certainty === 'proven' ? cut : undefined
}
