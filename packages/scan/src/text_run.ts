/**
 * Text in a window: the same characters whether they lie one byte apart or two.
 *
 * UTF-16 of either byte order is read alike: ASCII letters two bytes apart with zeros between them. Read from
 * a letter on, `2D 00 42 00` of a little-endian text and `00 2D 00 42` of a big-endian one differ only before
 * the first letter and behind the last.
 *
 * @module
 */
import { type Anchor, REACH } from './anchor.ts'
import type { Detected } from './detected.ts'
import { charge } from './effort.ts'

/** Letters around an anchor. Offsets in a {@link Detected} of a {@link TextReader} count letters of it. */
export interface TextRun {
  /** One letter a byte. A view of the window where letters are one byte apart, else a copy. */
  readonly chars: Uint8Array
  /** Where the anchor's first letter is. */
  readonly at: number
}

/** Looks at text around an anchor. */
export interface TextReader {
  /**
   * A first look at some letters around the anchor: how many letters behind it `read` wants, at most `behind`; 0 where
   * there is nothing to read.
   */
  readonly glance: (run: TextRun) => number
  /** Whether what stands at `place` ends the text of this anchor, to either side; letters are `stride` bytes apart. */
  readonly isEnd?: (bytes: Uint8Array, place: number, stride: number) => boolean
  /** What is there; offsets and lengths in letters. Never throws. */
  readonly read: (run: TextRun) => Detected | undefined
  /** Letters before and behind the anchor that `read` looks at; at most 65,536. */
  readonly before: number
  readonly behind: number
}

/** Letters around an anchor that {@link TextReader.glance} sees. */
export const GLANCE = 160

const LETTERS_WIDE = 8
const PATTERN_MOST = 16

/** Two anchors for one ASCII text: one byte a letter, and two. */
export function textAnchors(name: string, ascii: string, reader: TextReader): Anchor[] {
  const letters = new TextEncoder().encode(ascii)
  const wide = new Uint8Array(2 * Math.min(letters.length, LETTERS_WIDE) - 1)
  for (let i = 0; 2 * i < wide.length; i++) wide[2 * i] = letters[i] ?? 0
  const narrow = {
    name,
    pattern: letters.subarray(0, PATTERN_MOST),
    detect: (bytes: Uint8Array, at: number) => readNarrow(reader, bytes, at),
    before: reader.before,
    behind: reader.behind,
  }
  const doubled = {
    name: `${name}-utf16`,
    pattern: wide,
    detect: (bytes: Uint8Array, at: number) => readWide(reader, bytes, at),
    before: Math.min(2 * reader.before, REACH),
    behind: Math.min(2 * reader.behind, REACH),
  }
  return [narrow, doubled]
}

function readNarrow(reader: TextReader, bytes: Uint8Array, at: number): Detected | undefined {
  const from = Math.max(0, at - reader.before)
  const chars = bytes.subarray(from, Math.min(bytes.length, at + reader.behind))
  const run = { chars, at: at - from }
  if (reader.glance(run) === 0) return undefined
  const hit = reader.read(run)
  return hit === undefined ? undefined : { ...hit, offset: from + hit.offset }
}

function readWide(reader: TextReader, bytes: Uint8Array, at: number): Detected | undefined {
  const glanced = wideRun(bytes, at, GLANCE, GLANCE, undefined)
  const behind = wiped(glanced, reader.glance(glanced))
  if (behind === 0) return undefined
  const most = Math.min(reader.before, REACH / 2)
  const run = wideRun(bytes, at, most, Math.min(behind, REACH / 2), reader.isEnd)
  const hit = wiped(run, reader.read(run))
  if (hit === undefined) return undefined
  const offset = at + 2 * (hit.offset - run.at)
  return { ...hit, offset, length: 2 * hit.length }
}

function wiped<T>(run: TextRun, result: T): T {
  run.chars.fill(0)
  return result
}

/** Letters that are taken behind an end, for its own closing bracket. */
const END_LETTERS = 64

/** A copy of the letters around `at`, as far as there are zeros between them, and to the ends of the text. */
function wideRun(
  bytes: Uint8Array,
  at: number,
  before: number,
  behind: number,
  isEnd: TextReader['isEnd'],
): TextRun {
  const from = wideBegin(bytes, at, Math.max(0, at - 2 * before), isEnd)
  const to = wideEnd(bytes, at, Math.min(bytes.length, at + 2 * behind), isEnd)
  charge(200 + 6 * (to - from))
  const chars = new Uint8Array((to - from) / 2)
  for (let i = 0; i < chars.length; i++) chars[i] = bytes[from + 2 * i] ?? 0
  return { chars, at: (at - from) / 2 }
}

function wideBegin(
  bytes: Uint8Array,
  at: number,
  least: number,
  isEnd: TextReader['isEnd'],
): number {
  let from = at
  while (from - 2 >= least && bytes[from - 1] === 0 && bytes[from - 2] !== 0) {
    from -= 2
    if (isEnd?.(bytes, from, 2) === true) break
  }
  return from
}

function wideEnd(bytes: Uint8Array, at: number, most: number, isEnd: TextReader['isEnd']): number {
  let to = at + 2
  let last = most
  while (to < last && bytes[to - 1] === 0 && bytes[to] !== 0) {
    if (last === most && isEnd?.(bytes, to, 2) === true) last = Math.min(most, to + 2 * END_LETTERS)
    to += 2
  }
  return to
}

/** Whether `ascii` stands at `at`, its letters `stride` bytes apart. */
export function standsAt(
  chars: Uint8Array,
  at: number,
  ascii: string,
  stride: number = 1,
): boolean {
  if (at < 0 || at + (ascii.length - 1) * stride >= chars.length) return false
  for (let i = 0; i < ascii.length; i++) {
    if (chars[at + i * stride] !== ascii.charCodeAt(i)) return false
  }
  return true
}

/** An end where `ascii` stands: see {@link TextReader.isEnd}. */
export function endsAt(ascii: string): NonNullable<TextReader['isEnd']> {
  return (bytes, place, stride) => standsAt(bytes, place, ascii, stride)
}

/** Where `ascii` begins in [from, to), or -1. */
export function find(
  chars: Uint8Array,
  ascii: string,
  from: number,
  to: number = chars.length,
): number {
  const within = chars.subarray(0, to)
  const at = Buffer.from(within.buffer, within.byteOffset, within.byteLength).indexOf(
    ascii,
    from,
    'latin1',
  )
  charge(300 + ((at < 0 ? within.length : at) - from) / 2)
  return at
}

/** Where `ascii` last begins in [from, to), or -1. */
export function findLast(chars: Uint8Array, ascii: string, from: number, to: number): number {
  const within = chars.subarray(from, to)
  charge(300 + within.length)
  const at = Buffer.from(within.buffer, within.byteOffset, within.byteLength).lastIndexOf(
    ascii,
    undefined,
    'latin1',
  )
  return at < 0 ? -1 : from + at
}

/** Names and labels as a string: never for values. */
export function nameOf(chars: Uint8Array, from: number, to: number): string {
  let name = ''
  for (let i = from; i < to; i++) name += String.fromCharCode(chars[i] ?? 0)
  return name
}

/** A-Z, a-z, 0-9. */
export function isAlphanumeric(letter: number | undefined): boolean {
  if (letter === undefined) return false
  const lower = letter | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (letter >= 0x30 && letter <= 0x39)
}

/** Blank, tab, carriage return, line feed, form feed, vertical tab. */
export function isBlank(letter: number | undefined): boolean {
  return letter === 0x20 || (letter !== undefined && letter >= 0x09 && letter <= 0x0d)
}
