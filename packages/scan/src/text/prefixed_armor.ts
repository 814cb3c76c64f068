/**
 * Armor with prefixed lines: quotes, comments, diffs, line numbers, log times, colours. Text before
 * the first line shows the prefix: its signs, or its length.
 */
import type { Match } from '../anchors/match.ts'
import { latin, type TextRun } from './text_run.ts'

export const PREFIX_MOST = 160

const LINES_MOST = 400
const FIRST_MOST = 256
const TEXT_MOST = 32_768
/** A line of a body, or the name of a header: less is not read on. */
const LETTERS_LEAST = 16
const HEADERS_MOST = 8
const COST = { ends: 2500, way: 1500, letter: 20 } as const

/** As they are, with zeros between the strings of a cut text; and spelled out. */
const LINE_ENDS = [
  /\r\n|\n\0|[\n\r\0]/g,
  /(?:\\{1,16}r){0,4}\\{1,16}n|(?:\\{1,16}r){1,4}|<br ?\/?>/gi,
]
const SIGNS = /[^A-Za-z0-9+/=]{1,16}$/
/** As far as an armor's lines go: letters, dashes, and what is in its headers. */
const CONTENT = /^[A-Za-z0-9+/= \t\-:,.()_@]*/

interface Line {
  readonly from: number
  readonly text: string
}

/** Where the body of a line begins: behind signs, at a column, or behind its blanks. */
type FindBody = (line: string) => number

/**
 * The first verified key, or else the first other, in offsets of the prefixed text. @param read
 * reads plain text from its first letter
 */
export function readPrefixed(
  { chars, at, budget }: TextRun,
  read: (run: TextRun) => Match | undefined,
): Match | undefined {
  let best: Match | undefined
  const before = latin(chars, Math.max(0, at - PREFIX_MOST), at)
  const behind = latin(chars, at, at + TEXT_MOST)
  for (const ends of LINE_ENDS) {
    budget.spend(COST.ends)
    const lines = linesOf(behind, ends)
    const [first, second] = lines
    if (first === undefined || second === undefined || first.text.length >= FIRST_MOST) continue
    const prefix = linesOf(before, ends).at(-1)?.text ?? ''
    for (const bodyOf of waysOf(prefix, second.text)) {
      const plain = withoutPrefixes(lines, bodyOf)
      const end = plain.at(-1)?.from ?? 0
      budget.spend(COST.way + COST.letter * end)
      if (plain.length < 2) continue
      const text = plain.map((line) => `${line.text}\n`).join('')
      const own = Uint8Array.from(Buffer.from(text, 'latin1'))
      const hit = read({ chars: own, at: 0, budget })
      own.fill(0)
      if (hit === undefined) continue
      const placed = { ...hit, offset: at, length: sourceOf(plain, hit.length - 1) + 1 }
      if (hit.key.certainty === 'verified') return placed
      best ??= placed
    }
  }
  return best
}

function linesOf(text: string, ends: RegExp): readonly Line[] {
  const lines: Line[] = []
  let from = 0
  for (const { 0: end, index } of text.matchAll(ends)) {
    lines.push({ from, text: text.slice(from, index) })
    from = index + end.length
    if (lines.length >= LINES_MOST) return lines
  }
  return [...lines, { from, text: text.slice(from) }]
}

const atColumn =
  (column: number): FindBody =>
  () =>
    column

/** Ways to find the body of each line where the first has `prefix` before it. */
function waysOf(prefix: string, second: string): readonly FindBody[] {
  const signs = SIGNS.exec(prefix)?.[0]
  // Of the end of the prefix the next line begins with so much: what is before that may be no text.
  let common = Math.min(prefix.length, second.length)
  while (common > 0 && !second.startsWith(prefix.slice(prefix.length - common))) common -= 1
  return [
    ...(common > 0 && common < prefix.length ? [atColumn(common)] : []),
    ...(signs === undefined ? [] : [behindSigns(signs, prefix.split(signs).length - 1)]),
    ...(prefix === '' ? [] : [atColumn(prefix.length)]),
    (line) => /^[ \t]*/.exec(line)?.[0].length ?? 0,
  ]
}

function behindSigns(signs: string, times: number): FindBody {
  return (line) => {
    let at = 0
    for (let seen = 0; seen < times; seen++) {
      const next = line.indexOf(signs, at)
      if (next < 0) return line.length
      at = next + signs.length
    }
    return at
  }
}

function withoutPrefixes(lines: readonly Line[], bodyOf: FindBody): readonly Line[] {
  const plain: Line[] = []
  for (const line of lines) {
    const skipped = plain.length === 0 ? 0 : bodyOf(line.text)
    const text = CONTENT.exec(line.text.slice(skipped))?.[0] ?? ''
    if (isOver(text, plain.length)) break
    plain.push({ from: line.from + skipped, text })
    if (text.startsWith('-----END') && text.length > 8) break
  }
  return plain
}

/** A short second line, an empty one behind headers, or the begin of another armor. */
function isOver(text: string, line: number): boolean {
  if (line === 0) return false
  const isShort = line === 1 && text.length < LETTERS_LEAST
  return isShort || (text === '' && line > HEADERS_MOST) || text.startsWith('-----BEGIN')
}

function sourceOf(lines: readonly Line[], offset: number): number {
  let at = 0
  for (const { from, text } of lines) {
    if (offset <= at + text.length) return from + offset - at
    at += text.length + 1
  }
  return 0
}
