/**
 * Text in a window, with letters one byte apart, two or four. Byte orders differ only before the
 * first letter and behind the last.
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { type Anchor, REACH } from '../anchors/anchor.ts'
import type { Match } from '../anchors/match.ts'

export interface TextRun {
  /** One letter a byte. A view of the window where letters are one byte apart, else a copy. */
  readonly chars: Uint8Array
  readonly at: number
  readonly budget: WorkBudget
}

export interface TextReader {
  /** Reads few letters first: how many behind `read` wants, at most `behind`; 0 for none. */
  readonly glance: (run: TextRun) => number
  /** Whether `offset` ends this anchor's text; letters are `stride` bytes apart. */
  readonly isEnd?: (bytes: Uint8Array, offset: number, stride: number) => boolean
  /** What is there; offsets and lengths in letters. Never throws. */
  readonly read: (run: TextRun) => Match | undefined
  /** Letters before and behind the anchor that `read` examines; at most 65,536. */
  readonly before: number
  readonly behind: number
}

export const GLANCE = 160

const PATTERN_MOST = 16

/** Anchors for one ASCII text, one for each distance of its letters in bytes. */
export function textAnchors(
  name: string,
  ascii: string,
  reader: TextReader,
  strides: readonly number[] = [1, 2],
): Anchor[] {
  return strides.map((stride) => {
    const letters = new TextEncoder().encode(ascii.slice(0, PATTERN_MOST / stride))
    const pattern = new Uint8Array(stride * (letters.length - 1) + 1)
    for (const [index, letter] of letters.entries()) pattern[stride * index] = letter
    const read = stride === 1 ? readNarrow : readWide
    return {
      name: stride === 1 ? name : `${name}-utf${8 * stride}`,
      pattern,
      detect: (bytes, at, { budget }) => read(reader, bytes, at, budget, stride),
      before: Math.min(stride * reader.before, REACH),
      behind: Math.min(stride * reader.behind, REACH),
    }
  })
}

function readNarrow(
  reader: TextReader,
  bytes: Uint8Array,
  at: number,
  budget: WorkBudget,
): Match | undefined {
  const from = Math.max(0, at - reader.before)
  const chars = bytes.subarray(from, Math.min(bytes.length, at + reader.behind))
  const run = { chars, at: at - from, budget }
  if (reader.glance(run) === 0) return undefined
  const hit = reader.read(run)
  return hit === undefined ? undefined : { ...hit, offset: from + hit.offset }
}

function readWide(
  reader: TextReader,
  bytes: Uint8Array,
  at: number,
  budget: WorkBudget,
  stride: number,
): Match | undefined {
  const glanced = wideRun({ bytes, stride }, at, GLANCE, GLANCE, undefined, budget)
  const behind = wiped(glanced, reader.glance(glanced))
  if (behind === 0) return undefined
  const reach = REACH / stride
  const before = Math.min(reader.before, reach)
  const run = wideRun({ bytes, stride }, at, before, Math.min(behind, reach), reader.isEnd, budget)
  const hit = wiped(run, reader.read(run))
  if (hit === undefined) return undefined
  const offset = at + stride * (hit.offset - run.at)
  // The zeros before a letter may be those that belong to it: then none follow the last.
  return { ...hit, offset, length: Math.min(stride * hit.length, bytes.length - offset) }
}

function wiped<T>(run: TextRun, result: T): T {
  run.chars.fill(0)
  return result
}

const RUN_COST = 500
const LETTER_COST = 8
const END_LETTERS = 64

interface Wide {
  readonly bytes: Uint8Array
  readonly stride: number
}

function isSpread({ bytes, stride }: Wide, offset: number): boolean {
  if (bytes[offset - 1] !== 0) return false
  return stride === 2 || (bytes[offset - 2] === 0 && bytes[offset - 3] === 0)
}

/** Letters around `at`, as far as zeros are between them, and to the text's ends. */
function wideRun(
  wide: Wide,
  at: number,
  before: number,
  behind: number,
  isEnd: TextReader['isEnd'],
  budget: WorkBudget,
): TextRun {
  const { bytes, stride } = wide
  const from = wideBegin(wide, at, Math.max(0, at - stride * before), isEnd)
  const to = wideEnd(wide, at, Math.min(bytes.length, at + stride * behind), isEnd)
  budget.spend(RUN_COST + LETTER_COST * (to - from))
  const chars = new Uint8Array((to - from) / stride)
  for (let i = 0, next = from; next < to; i++, next += stride) chars[i] = bytes[next] ?? 0
  return { chars, at: (at - from) / stride, budget }
}

function wideBegin(wide: Wide, at: number, least: number, isEnd: TextReader['isEnd']): number {
  const { bytes, stride } = wide
  let from = at
  while (from - stride >= least && bytes[from - stride] !== 0 && bytes[from] !== 0) {
    if (!isSpread(wide, from)) break
    from -= stride
    if (isEnd?.(bytes, from, stride) === true) break
  }
  return from
}

function wideEnd(wide: Wide, at: number, most: number, isEnd: TextReader['isEnd']): number {
  const { bytes, stride } = wide
  let to = at + stride
  let last = most
  while (to < last && bytes[to] !== 0 && isSpread(wide, to)) {
    if (last === most && isEnd?.(bytes, to, stride) === true) {
      last = Math.min(most, to + stride * END_LETTERS)
    }
    to += stride
  }
  return to
}

export function isAt(chars: Uint8Array, at: number, ascii: string, stride: number = 1): boolean {
  if (at < 0 || at + (ascii.length - 1) * stride >= chars.length) return false
  for (let i = 0; i < ascii.length; i++) {
    if (chars[at + i * stride] !== ascii.charCodeAt(i)) return false
  }
  return true
}

export function endsAt(ascii: string): NonNullable<TextReader['isEnd']> {
  const first = ascii.charCodeAt(0)
  return (bytes, offset, stride) => bytes[offset] === first && isAt(bytes, offset, ascii, stride)
}

export function find(chars: Uint8Array, ascii: string, from: number, budget: WorkBudget): number {
  const { buffer, byteOffset, length } = chars
  const at = Buffer.from(buffer, byteOffset, length).indexOf(ascii, from, 'latin1')
  const end = at < 0 ? length : at
  budget.spend(300 + (end - from) / 2)
  return end
}

export function findLast(
  chars: Uint8Array,
  ascii: string,
  from: number,
  to: number,
  budget: WorkBudget,
): number {
  const within = chars.subarray(from, to)
  budget.spend(300 + within.length)
  const at = Buffer.from(within.buffer, within.byteOffset, within.byteLength).lastIndexOf(
    ascii,
    undefined,
    'latin1',
  )
  return at < 0 ? -1 : from + at
}

export function latin(chars: Uint8Array, from: number = 0, to: number = chars.length): string {
  const end = Math.min(to, chars.length)
  if (from >= end) return ''
  return Buffer.from(chars.buffer, chars.byteOffset + from, end - from).toString('latin1')
}

export function isAlphanumeric(letter: number | undefined): boolean {
  if (letter === undefined) return false
  const lower = letter | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (letter >= 0x30 && letter <= 0x39)
}

export function isBlank(letter: number | undefined): boolean {
  return letter === 0x20 || (letter !== undefined && letter >= 0x09 && letter <= 0x0d)
}
