/**
 * Private keys in an armor whose head is gone, or that was overwritten in the middle, found by its last line: it says
 * where the body ends, and so which bytes its letters decode to.
 *
 * Encodings with an anchor in base64 are left to that anchor. @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Match } from '../../anchors/match.ts'
import { decodeBase64, letterAt, lettersBefore } from '../../text/base64.ts'
import { endsAt, findLast, type TextReader, type TextRun } from '../../text/text_run.ts'
import { keyIn } from './decoded.ts'
import { keyAtEnd } from './key_end.ts'
import { labelAt as armorLabelAt } from './pem.ts'

export const PEM_END_TEXT = '-----END '
const LABEL = /^(?:(?:RSA|DSA|EC|OPENSSH|ANY) )?PRIVATE KEY$/
/** Letters of the longest body: a key of 16,384 bits. */
const BODY_MOST = 16_384
/** Fewer letters hold no secret. */
const BODY_LEAST = 42
const BEGIN = '-----BEGIN '
const DASHES = '-----'
/** Letters of a first line behind its begin, and between it and the body: line ends, escaped or not, and blanks. */
const BEGIN_LINE_MOST = 64
const BREAK_MOST = 12
/** How far before the last line the first is searched for: more than keys of 4096 bits take. */
const BEGIN_MOST = 4096

export const PEM_END: TextReader = {
  before: BODY_MOST + 1024,
  behind: 64,
  glance: ({ chars, at }) => (labelAt(chars, at) === undefined ? 0 : 64),
  // No body goes on before the begin of an armor.
  isEnd: endsAt(BEGIN),
  read: readEnd,
}

const labelAt = (chars: Uint8Array, at: number) => armorLabelAt(chars, at, PEM_END_TEXT, LABEL)

function readEnd({ chars, at, budget }: TextRun): Match | undefined {
  const label = labelAt(chars, at)
  if (label === undefined) return undefined
  const { from, surplus } = bodyBefore(chars, at, budget)
  if (from === undefined || isJoined(chars, from, at, budget)) return undefined
  const start = letterAt(chars, from, at, surplus, budget)
  const { bytes } = decodeBase64(chars, start, at, budget)
  const key = keyOf(bytes, budget)
  bytes.fill(0)
  if (key === undefined) return undefined
  const begin = letterAt(chars, start, at, Math.floor((key.offset * 4) / 3), budget)
  const end = at + PEM_END_TEXT.length + label.length + 5
  return { ...key, offset: begin, length: end - begin, form: 'base64' }
}

/** Whether the letters from `from` on follow the first line of this armor: then its own anchor reads all of them. */
function isJoined(chars: Uint8Array, from: number, at: number, budget: WorkBudget): boolean {
  const begin = findLast(chars, BEGIN, Math.max(0, at - BEGIN_MOST), at, budget)
  if (begin < 0 || findLast(chars, PEM_END_TEXT, begin, at, budget) >= 0) return false
  const line = begin + BEGIN.length
  const end = findLast(chars, DASHES, line, Math.min(at, line + BEGIN_LINE_MOST), budget)
  return from <= Math.max(line, end + DASHES.length) + BREAK_MOST
}

/** Forms that are found in base64 by the version that they begin with. */
const ANCHORED = new Set(['pkcs8-der', 'pkcs1-der', 'sec1-der', 'dsa-der'])

/** The best of what is in the body and of what its end shows. */
function keyOf(bytes: Uint8Array, budget: WorkBudget): Match | undefined {
  const inside = keyIn(bytes, budget)
  if (inside?.key.certainty === 'proven') return ANCHORED.has(inside.form) ? undefined : inside
  return keyAtEnd(bytes, budget) ?? inside
}

/** Where the letters before `at` begin, and how many of the first belong to a group that is cut; `from` undefined for too few. */
function bodyBefore(
  chars: Uint8Array,
  at: number,
  budget: WorkBudget,
): { readonly from: number | undefined; readonly surplus: number } {
  let padding = 0
  let end = at
  while (end > 0 && isBetween(chars, end)) end -= isBetween(chars, end)
  while (padding < 2 && chars[end - 1] === 0x3d) {
    padding += 1
    end -= 1
  }
  const { start, count } = lettersBefore(chars, end, BODY_MOST, budget, false)
  return { from: count < BODY_LEAST ? undefined : start, surplus: (count + padding) % 4 }
}

/** Characters of a line end, as it is or escaped, right before `end`. */
function isBetween(chars: Uint8Array, end: number): number {
  const letter = chars[end - 1]
  if (letter === 0x0a || letter === 0x0d || letter === 0x20 || letter === 0x09) return 1
  const isEscaped = letter === 0x6e || letter === 0x72
  return isEscaped && chars[end - 2] === 0x5c ? 2 : 0
}
