/**
 * Private keys in base64 without armor, by inner structure at each of three phases. Binary anchors
 * examine them.
 */
import { headerAt, TAG } from '@mintmark/keys/der/der'
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detector, Match } from '../../anchors/match.ts'
import { decodeBase64, letterAt, lettersBefore, skipJunk } from '../../text/base64.ts'
import { base64Needles } from '../../text/base64_needles.ts'
import { findLast, isAt, type TextReader, type TextRun, textAnchors } from '../../text/text_run.ts'
import { BINARY_ANCHORS } from '../binary/binary_anchors.ts'
import { keyIn } from './decoded.ts'
import { armorBody } from './pem.ts'

/** Letters before that may be the key's own: 48 bytes of headers; of a tail, to n. */
const BACK_LETTERS = { head: 64, tail: 3000 } as const
const HEAD_BYTES = 128
const WHOLE_MOST = 16_384
const ROOM = 192
const PEM_HEADER_MOST = 600

interface Structure {
  readonly name: string
  /** Its first bytes, and how many bits of them never differ. */
  readonly bytes: readonly number[]
  readonly bits: number
  readonly detect: Detector
  /** Whether the bytes behind the first are those of a key, as far as few of them say. */
  readonly isLikely?: (head: Uint8Array, at: number) => boolean
  readonly numberAt?: 3 | 5
  readonly isTail?: true
}

const detectorOf = (anchorName: string): Detector => {
  const own = BINARY_ANCHORS.find(({ name }) => name === anchorName)
  if (own === undefined) throw new TypeError(`no anchor ${anchorName}`)
  return own.detect
}

function ofAnchor(
  anchorName: string,
  bytes: readonly number[] | string,
  bits: number,
  more: Partial<Structure> = {},
): Structure {
  const spelled = [...Buffer.from(bytes)]
  const name = `${anchorName}-${spelled.at(-1)}`
  return { name, bytes: spelled, bits, detect: detectorOf(anchorName), ...more }
}

/** Behind the scalar come curve or point, or nothing that belongs to it. */
const isScalar = (head: Uint8Array, at: number): boolean => {
  const length = head[at + 4] ?? 0
  return [0xa0, 0xa1].includes(head[at + 5 + length] ?? 0) || head[at - 1] === 5 + length
}

/** Behind the magic comes the name of a cipher: `none`, `aes256-ctr` … */
const isFile = (head: Uint8Array, at: number): boolean => {
  const [a, b, c, length = 0] = head.subarray(at + 15, at + 19)
  return a === 0 && b === 0 && c === 0 && length > 3 && length <= 40
}

const STRUCTURES: readonly Structure[] = [
  // Version 0 and an INTEGER of 64 to 16,383 bytes: PKCS#1, DSA.
  ofAnchor('pkcs1', [2, 1, 0, 2, 0x80], 34, { numberAt: 3 }),
  ofAnchor('pkcs1', [2, 1, 0, 2, 0x40], 34, { numberAt: 3 }),
  ofAnchor('pkcs1-multi-prime', [2, 1, 1, 2, 0x80], 34, { numberAt: 3 }),
  ofAnchor('pkcs8', [2, 1, 0, 0x30], 32),
  ofAnchor('pkcs8-v2', [2, 1, 1, 0x30], 32),
  ofAnchor('sec1', [2, 1, 1, 4, 0], 34, { isLikely: isScalar }),
  ofAnchor('sec1', [2, 1, 1, 4, 0x40], 34, { isLikely: isScalar }),
  ofAnchor('pkcs12', [2, 1, 3, 0x30], 32),
  ofAnchor('pbes2', [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d], 88),
  ofAnchor('pkcs12-pbe', [6, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 1], 88),
  // What is not encrypted is found by the types inside.
  ofAnchor('openssh-v1', 'openssh-key-v1\0', 120, {
    isLikely: isFile,
    detect: (body, _at, { budget }) => keyIn(body, budget),
  }),
  ofAnchor('blob-RSA2', 'RSA2', 32),
  ofAnchor('blob-RSA3', 'RSA3', 32),
  // Exponent 65,537 and then another long number: a private key from there on, even if n is cut.
  ofAnchor('pkcs1-tail-e-02 03 01 00 01 02', [2, 3, 1, 0, 1, 2, 0x80], 50, {
    numberAt: 5,
    isTail: true,
  }),
]

/** Structures that share a needle are one anchor: their readers are the same. */
export const HEADERLESS_ANCHORS: readonly Anchor[] = [
  ...new Map(
    STRUCTURES.toReversed().flatMap((structure) =>
      base64Needles(structure.bytes, structure.bits).map(
        (needle) => [needle.text, { structure, ...needle }] as const,
      ),
    ),
  ).values(),
].flatMap(({ structure, text, phase, inGroup }) =>
  textAnchors(`base64-${structure.name}-${phase}`, text, reader(structure, text, phase, inGroup)),
)

function reader(structure: Structure, text: string, phase: number, inGroup: number): TextReader {
  const behind = structure.name.startsWith('pkcs12-') ? 64_000 : 28_000
  return {
    before: structure.isTail === true ? 4096 : PEM_HEADER_MOST,
    behind,
    // Line ends and the like take no more room than the letters themselves.
    glance: (run) => {
      if (!isAt(run.chars, run.at, text)) return 0
      const body = bodyAround(run, phase, inGroup, BACK_LETTERS.head)
      return Math.min(behind, 3 * sizeOf(structure, run, body))
    },
    read: (run) => readBody(structure, run, phase, inGroup),
  }
}

interface Body {
  readonly start: number
  readonly offset: number
}

function bodyAround(
  { chars, at, budget }: TextRun,
  phase: number,
  inGroup: number,
  letters: number,
): Body {
  const before = lettersBefore(chars, at, letters, budget)
  const surplus = (before.count - inGroup + 4) % 4
  if (before.count < inGroup) {
    // The group's own first letters are gone: decoding begins with the next group.
    const start = letterAt(chars, at, chars.length, 4 - inGroup, budget, true)
    return { start, offset: phase - 3 }
  }
  const start =
    surplus === 0 ? before.start : letterAt(chars, before.start, at, surplus, budget, true)
  return { start, offset: ((before.count - surplus - inGroup) / 4) * 3 + phase }
}

function readBody(
  structure: Structure,
  run: TextRun,
  phase: number,
  inGroup: number,
): Match | undefined {
  const { chars, budget } = run
  if (isInArmor(run)) return undefined
  const letters = BACK_LETTERS[structure.isTail === true ? 'tail' : 'head']
  const { start, offset } = bodyAround(run, phase, inGroup, letters)
  const most = Math.max(0, offset) + sizeOf(structure, run, { start, offset })
  const { bytes: body } = decodeBase64(chars, start, chars.length, budget, { isUrl: true, most })
  const key = structure.detect(body, offset, { budget })
  body.fill(0)
  if (key === undefined) return undefined
  const letterOf = (index: number) => letterAt(chars, start, chars.length, index, budget, true)
  const from = letterOf(Math.floor((key.offset * 4) / 3))
  let end = letterOf(Math.ceil(((key.offset + key.length) * 4) / 3) - 1) + 1
  while (chars[end] === 0x3d) end += 1
  return { ...key, offset: from, length: end - from, encoding: 'base64' }
}

/** Bytes from a structure on that its key takes, by its first bytes; 0 where there is none. */
function sizeOf(structure: Structure, { chars, budget }: TextRun, { start, offset }: Body): number {
  const most = Math.max(0, offset) + HEAD_BYTES
  const { bytes } = decodeBase64(chars, start, chars.length, budget, { isUrl: true, most })
  const isNone = structure.isLikely?.(bytes, offset) === false
  const size = isNone ? 0 : sizeAt(bytes, offset, structure)
  bytes.fill(0)
  return size
}

function sizeAt(head: Uint8Array, at: number, { numberAt }: Structure): number {
  const number = numberAt && headerAt(head, at + numberAt, head.length)?.length
  if (numberAt !== undefined && !(number !== undefined && number >= 48 && number <= 2080)) return 0
  for (let header = 2; header <= 4; header++) {
    const outer = headerAt(head, at - header, head.length)
    if (head[at - header] === TAG.sequence && outer?.from === at)
      return Math.min(outer.length + ROOM, 2 * WHOLE_MOST)
  }
  return number === undefined ? WHOLE_MOST : Math.min(WHOLE_MOST, 5 * number + ROOM)
}

/** Whether armor reaches the run without a gap: then its own anchor finds the key. */
function isInArmor({ chars, at, budget }: TextRun): boolean {
  const begin = findLast(chars, '-----BEGIN ', Math.max(0, at - PEM_HEADER_MOST), at, budget)
  if (begin < 0) return false
  const body = armorBody(chars, begin)
  if (body === undefined || body > at) return false
  const letters = decodeBase64(chars, body, at, budget)
  letters.bytes.fill(0)
  return skipJunk(chars, letters.end, at) >= at
}
