/**
 * Keys in DER as programs print the bytes of a string, from their version on: `\x02\x01\x00`, `%02%01%00` and their like.
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import type { Match } from '../../anchors/match.ts'
import { ESCAPES, type EscapeReader, LETTERS } from '../../text/escaped_text.ts'
import { isAt, type TextRun, textAnchors } from '../../text/text_run.ts'
import { keyIn, RANK } from './decoded.ts'

/** Bytes of an RSA key of 16,384 bits, and letters of each. */
const MOST_BYTES = 9472
const MOST_LETTERS = 6 * MOST_BYTES
/** Of the tag and length before the version. */
const MOST_BEFORE = 24
/** Of a letter that is read. */
const LETTER_COST = 30

/** A version of 0 or 1, without its last digit. */
const HEADS: Readonly<Record<string, string>> = {
  'x-escapes': String.raw`\x02\x01\x0`,
  'octal-escapes': String.raw`\002\001\00`,
  'u-escapes': String.raw`\u0002\u0001\u00`,
  'url-escapes': '%02%01%0',
  'quoted-printable': '=02=01=0',
}

export const ESCAPED_DER_ANCHORS: readonly Anchor[] = Object.entries(HEADS).flatMap(
  ([name, head]) =>
    textAnchors(name, head, {
      before: MOST_BEFORE,
      behind: MOST_LETTERS,
      glance: ({ chars, at }) => (isAt(chars, at, head) ? MOST_LETTERS : 0),
      read: readEscaped,
    }),
)

const READERS = new Set(ESCAPES.flatMap(([, readers]) => readers))

function readEscaped({ chars, at, budget }: TextRun): Match | undefined {
  return [...READERS]
    .flatMap((read) => keyOf(chars, beginOf(chars, at, read), read, budget) ?? [])
    .toSorted((a, b) => RANK[b.key.certainty] - RANK[a.key.certainty])[0]
}

const SEQUENCE = 0x30

/** Where the SEQUENCE begins whose content is at `at`; `at` where none does. */
function beginOf(chars: Uint8Array, at: number, read: EscapeReader): number {
  for (let begin = Math.max(0, at - MOST_BEFORE); begin < at; begin++) {
    if (chars[begin] !== SEQUENCE) continue
    const { bytes, begins } = decoded(chars, begin, read, 4)
    const [, length = 0] = bytes
    if (begins[length < 0x80 ? 2 : 2 + (length & 0x7f)] === at) return begin
  }
  return at
}

function decoded(chars: Uint8Array, from: number, read: EscapeReader, most: number) {
  const bytes = new Uint8Array(most)
  const begins = [from]
  for (let next = from; begins.length <= most; ) {
    const one = read((index) => chars[index] ?? -1, next)
    if (one < 0) break
    bytes[begins.length - 1] = one >> 4
    next += one & LETTERS
    begins.push(next)
  }
  return { bytes: bytes.subarray(0, begins.length - 1), begins }
}

function keyOf(
  chars: Uint8Array,
  from: number,
  read: EscapeReader,
  budget: WorkBudget,
): Match | undefined {
  const { bytes, begins } = decoded(chars, from, read, MOST_BYTES)
  budget.spend(LETTER_COST * ((begins.at(-1) ?? from) - from))
  const hit = keyIn(bytes, budget)
  bytes.fill(0)
  if (hit === undefined) return undefined
  const offset = begins[hit.offset] ?? 0
  const length = (begins[hit.offset + hit.length] ?? 0) - offset
  return { ...hit, offset, length, form: `escaped-of-${hit.form}` }
}
