/**
 * Reads armor whose lines have a prefix or suffix: quoted mail, comments, diffs, line numbers, log times, terminal colours.
 *
 * Text before the first line shows what is before the others: the same signs as often, or as many letters.
 *
 * @module
 */

import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Detected } from '../anchors/detected.ts'
import { isBase64Letter } from './base64.ts'
import type { TextRun } from './text_run.ts'

/** Letters before an armor's first line that are examined. */
export const PREFIX_MOST = 160

/** Lines of a 16,384-bit key, and some. */
const LINES_MOST = 400
const LINE_MOST = 1024
/** Of one kind of line end, of one way, and of a letter of it. */
const COST = { ends: 2500, way: 1500, letter: 20 } as const
/** The first line, with what is behind it. */
const FIRST_MOST = 256
const TEXT_MOST = 32_768
/** A line of a body, or the name of a header: less is not read on. */
const LETTERS_LEAST = 16
const SIGNS_MOST = 16
/** Lines that may be between an armor's first line and its body. */
const HEADERS_MOST = 8

/** Where the body of a line begins: behind signs, at a column, or behind its blanks. */
type FindBody = (chars: Uint8Array, from: number, to: number) => number

/** Where a line that begins somewhere ends, and where the next begins. */
interface LineEnd {
  readonly end: number
  readonly next: number
}
type FindEnd = (chars: Uint8Array, from: number, to: number) => LineEnd

/**
 * Reads armor without its prefixes, in each of the ways that fit the text before it.
 *
 * @param read reads plain text from its first letter on
 * @returns the first verified key, else the first other thing; offset and length are those of the prefixed text
 */
export function readPrefixed(
  { chars, at, budget }: TextRun,
  read: (run: TextRun) => Detected | undefined,
): Detected | undefined {
  let best: Detected | undefined
  for (const findEnd of [lineFeed, escapedFeed]) {
    budget.spend(COST.ends)
    const most = Math.min(chars.length, at + FIRST_MOST)
    const { end: firstEnd, next } = findEnd(chars, at, most)
    if (firstEnd === most) continue
    const begin = lineBegin(chars, at, findEnd === escapedFeed)
    for (const bodyOf of waysOf(chars.subarray(begin, at), chars.subarray(next))) {
      const plain = withoutPrefixes(chars, at, findEnd, bodyOf, budget)
      if (plain === undefined) continue
      const hit = read({ chars: plain.text, at: 0, budget })
      plain.text.fill(0)
      if (hit === undefined) continue
      const end = sourceOf(plain, hit.length - 1) + 1
      const placed = { ...hit, offset: at, length: end - at }
      if (hit.certainty === 'proven') return placed
      best ??= placed
    }
  }
  return best
}

/** Ways to find the body of each line where the first has `prefix` before it. */
function waysOf(prefix: Uint8Array, second: Uint8Array): readonly FindBody[] {
  let first = prefix.length
  while (first > 0 && prefix.length - first < SIGNS_MOST && !isLetter(prefix[first - 1])) first -= 1
  const signs = prefix.subarray(first)
  const common = commonLength(prefix, second)
  const ways: FindBody[] = []
  if (common > 0 && common < prefix.length) ways.push(atColumn(common))
  if (signs.length > 0) ways.push(behindSigns(signs, countOf(prefix, signs)))
  if (prefix.length > 0) ways.push(atColumn(prefix.length))
  ways.push(behindBlanks)
  return ways
}

/** How much of the end of `prefix` the next line begins with: what is before that may be no text. */
function commonLength(prefix: Uint8Array, next: Uint8Array): number {
  let length = Math.min(prefix.length, next.length)
  while (length > 0 && !isAt(next, 0, prefix.subarray(prefix.length - length))) length -= 1
  return length
}

const atColumn =
  (column: number): FindBody =>
  (_, from, to) =>
    Math.min(to, from + column)

function behindSigns(signs: Uint8Array, times: number): FindBody {
  return (chars, from, to) => {
    let at = from
    for (let seen = 0; seen < times; seen++) {
      while (at < to && !isAt(chars, at, signs)) at += 1
      if (at >= to) return to
      at += signs.length
    }
    return at
  }
}

function behindBlanks(chars: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && (chars[at] === 0x20 || chars[at] === 0x09)) at += 1
  return at
}

function countOf(text: Uint8Array, signs: Uint8Array): number {
  let count = 0
  for (let at = 0; at + signs.length <= text.length; ) {
    const isThere = isAt(text, at, signs)
    count += isThere ? 1 : 0
    at += isThere ? signs.length : 1
  }
  return count
}

function isAt(chars: Uint8Array, at: number, signs: Uint8Array): boolean {
  for (let i = 0; i < signs.length; i++) if (chars[at + i] !== signs[i]) return false
  return true
}

/** A line of plain text: where it begins there, and from where to where it was. */
interface PlainLine {
  readonly at: number
  readonly source: number
  readonly to: number
}

/** Plain text, and where each of its lines came from. */
interface Plain {
  readonly text: Uint8Array
  readonly lines: readonly PlainLine[]
}

/** Undefined where there is no second line, or no line has a prefix: that was read already. */
function withoutPrefixes(
  chars: Uint8Array,
  begin: number,
  findEnd: FindEnd,
  bodyOf: FindBody,
  budget: WorkBudget,
): Plain | undefined {
  let length = 0
  const lines: PlainLine[] = []
  let line = begin
  let from = begin
  let hasOn = false
  let isWhole = false
  while (!isWhole && lines.length < LINES_MOST && length < TEXT_MOST && line < chars.length) {
    const { end, next } = findEnd(chars, line, Math.min(chars.length, line + LINE_MOST))
    if (lines.length > 0) from = bodyOf(chars, line, end)
    const to = contentEnd(chars, from, end)
    if (isEnd(chars, from, to, lines.length)) break
    lines.push({ at: length, source: from, to })
    length += to - from + 1
    isWhole = isFooter(chars, from, to) && lines.length > 1
    hasOn ||= from !== line || (!isWhole && (to !== end || !isLineBreak(chars[next - 1])))
    line = next
  }
  budget.spend(COST.way + COST.letter * (line - begin))
  if (lines.length < 2 || (isWhole && !hasOn)) return undefined
  return { text: textOf(chars, lines, length), lines }
}

/** The lines one behind the other, each with a line feed: no more room than they take. */
function textOf(chars: Uint8Array, lines: readonly PlainLine[], length: number): Uint8Array {
  const text = new Uint8Array(length).fill(0x0a)
  for (const { at, source, to } of lines) text.set(chars.subarray(source, to), at)
  return text
}

/** Whether a line is no more of it: a short second one, empty where the headers are over, or the begin of another armor. */
function isEnd(chars: Uint8Array, from: number, to: number, line: number): boolean {
  if (line === 0) return false
  return (
    (line === 1 && to - from < LETTERS_LEAST) ||
    (to === from && line > HEADERS_MOST) ||
    isAt(chars, from, HEADER)
  )
}

/** As far as an armor's lines go: letters, dashes, and what is in its headers. */
function contentEnd(chars: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && IS_CONTENT[chars[at] ?? 0] === 1) at += 1
  return at
}

const CONTENT_SIGNS = new Set(Buffer.from(' \t-:,.()_@', 'latin1'))
/** 1 for a byte that is in an armor's lines. */
const IS_CONTENT = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(isLetter(byte) || CONTENT_SIGNS.has(byte)),
)

function isFooter(chars: Uint8Array, from: number, to: number): boolean {
  return to - from > 8 && isAt(chars, from, FOOTER)
}

const HEADER = Buffer.from('-----BEGIN')
const FOOTER = Uint8Array.from('-----END', (letter) => letter.charCodeAt(0))

/** Of base64, with its padding; a dash is a sign. */
function isLetter(letter: number | undefined): boolean {
  if (letter === 0x2d || letter === 0x5f) return false
  return letter === 0x3d || isBase64Letter(letter)
}

/** Line feeds, carriage returns, and the zeros between the strings of a text that was cut up. */
function lineFeed(chars: Uint8Array, from: number, to: number): LineEnd {
  let end = from
  while (end < to && !isFeed(chars[end])) end += 1
  const isBoth = chars[end] === 0x0d && chars[end + 1] === 0x0a
  const isEnded = chars[end] === 0x0a && chars[end + 1] === 0
  return { end, next: end + (isBoth || isEnded ? 2 : 1) }
}

/** What a text that is read as it is goes on behind. */
const isLineBreak = (letter: number | undefined) => letter === 0x0a || letter === 0x0d

const isFeed = (letter: number | undefined) => isLineBreak(letter) || letter === 0

/** `\n` as two letters, with any number of backslashes, and `<br>`. */
function escapedFeed(chars: Uint8Array, from: number, to: number): LineEnd {
  for (let end = from; end < to; end++) {
    const next = behindEscaped(chars, end)
    if (next > end) return { end, next }
  }
  return { end: to, next: to }
}

/** Behind one line end that is spelled out, or `at`. */
function behindEscaped(chars: Uint8Array, at: number): number {
  if (chars[at] === 0x3c) return behindBreak(chars, at)
  let next = at
  while (chars[next] === 0x5c) next += 1
  const letter = chars[next]
  if (next === at || (letter !== 0x6e && letter !== 0x72)) return at
  return letter === 0x72 ? behindEscaped(chars, next + 1) : next + 1
}

function behindBreak(chars: Uint8Array, at: number): number {
  const tag = /^<br ?\/?>/i.exec(asTexts(chars, at, 6))
  return at + (tag?.[0].length ?? 0)
}

function asTexts(chars: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...chars.subarray(at, at + length))
}

function lineBegin(chars: Uint8Array, at: number, isEscaped: boolean): number {
  const least = Math.max(0, at - PREFIX_MOST)
  for (let begin = at; begin > least; begin--) {
    if (isFeed(chars[begin - 1])) return begin
    if (!isEscaped) continue
    const last = chars[begin - 1]
    const isBreak = last === 0x3e && /<br ?\/?>$/i.test(asTexts(chars, Math.max(0, begin - 6), 6))
    if (isBreak || ((last === 0x6e || last === 0x72) && chars[begin - 2] === 0x5c)) return begin
  }
  return least
}

/** Where a letter of the plain text was. */
function sourceOf({ lines }: Plain, offset: number): number {
  const line = lines.findLast(({ at }) => at <= offset)
  return line === undefined ? 0 : line.source + offset - line.at
}
