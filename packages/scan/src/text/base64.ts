/**
 * Base64 as in memory (RFC 4648), both alphabets: cut, in lines, escaped (`\n`, `\/`, `\u000a`,
 * `\x0a`, `\012`, `#012` of rsyslog, PowerShell's), `%0A`, `%250A`, tags, entities, joined
 * literals.
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { REACH } from '../anchors/anchor.ts'
import { isBlank, latin } from './text_run.ts'

export interface Decoded {
  readonly bytes: Uint8Array
  readonly end: number
  readonly letters: number
  readonly padding: number
}

export interface DecodeOptions {
  readonly most?: number
  /** Whether `-` and `_` are letters: not in PEM, where a dash ends the body. */
  readonly isUrl?: boolean
  readonly stopsAtBlankLine?: boolean
}

const PAD = 64
const SKIP = 65
const MAYBE = 66
const STOP = 67
const [TAG_BEGIN, BACKSLASH, LETTER_N] = [0x3c, 0x5c, 0x6e]
const TAG_MOST = 300
const OTHER_MOST = 136
const BACK_COST = 5
const STEP_COST = 5

const KINDS = kinds(false)
const KINDS_URL = kinds(true)

function kinds(isUrl: boolean): Uint8Array {
  const table = new Uint8Array(256).fill(STOP)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (let i = 0; i < letters.length; i++) table[letters.charCodeAt(i)] = i
  if (isUrl) {
    table[0x2d] = 62
    table[0x5f] = 63
  }
  table[0x3d] = PAD
  for (const blank of ' \t\r\n\v\f') table[blank.charCodeAt(0)] = SKIP
  for (const letter of '\\%&<"\'`#') table[letter.charCodeAt(0)] = MAYBE
  return table
}

// A short body costs no room for 64 KiB. Wiped after each use.
const scratch = new Uint8Array(REACH)

interface Step {
  kind: number
  next: number
}

/** Between two letters, or one: escapes, percents, entities, tags, joined literals. */
const BETWEEN =
  /(?:\\{1,64}|`\\{0,63})(?:([nrt \t-\r]|01[125]|(["'])[ \t-\r+.,\\]{0,62}\2)|(\/)|(?:x|u00)([\dA-Fa-f]{2}))|%(?:25){0,3}([\dA-Fa-f]{2})|&([^;]{0,8});|(<[^<>]{0,298}>|(["'])[ \t-\r+.,\\]{0,62}\8|#01[125])/y
const BLANK_ENTITY = /^(?:nbsp|#(?:0*1[03]|0*9|0*32|x0*[9ad]|x0*20|0*160|x0*a0))$/i
const ENTITIES: readonly (readonly [name: RegExp, kind: number])[] = [
  [BLANK_ENTITY, SKIP],
  [/^(?:plus|#43|#x2b)$/i, 62],
  [/^(?:sol|#47|#x2f)$/i, 63],
  [/^(?:equals|#61|#x3d)$/i, PAD],
]

function step(chars: Uint8Array, at: number, to: number, table: Uint8Array, out: Step): void {
  const kind = table[chars[at] ?? 0] ?? STOP
  out.kind = kind
  out.next = at + 1
  if (kind !== MAYBE) return
  out.kind = STOP
  const [letter, behind] = [chars[at], chars[at + 1]]
  if (letter === BACKSLASH && behind === LETTER_N) {
    out.kind = SKIP
    out.next = at + 2
    return
  }
  // Most quotes begin or end a word.
  if (isQuote(letter) && !isQuote(behind) && !isGlue(behind)) return
  stepBetween(chars, at, to, table, out)
}

function stepBetween(
  chars: Uint8Array,
  at: number,
  to: number,
  table: Uint8Array,
  out: Step,
): void {
  const most = chars[at] === TAG_BEGIN ? TAG_MOST : OTHER_MOST
  BETWEEN.lastIndex = 0
  const found = BETWEEN.exec(latin(chars, at, Math.min(to, at + most)))
  if (found === null) return
  const [whole, blank, , slash, escaped, percent, entity, joined] = found
  const hex = escaped ?? percent
  if ((blank ?? joined) !== undefined) out.kind = SKIP
  else if (slash !== undefined) out.kind = 63
  else if (hex === undefined) out.kind = kindOfEntity(entity)
  else out.kind = table[Number.parseInt(hex, 16)] ?? STOP
  if (out.kind === MAYBE) out.kind = STOP
  if (out.kind !== STOP) out.next = at + whole.length
}

const isQuote = (letter: number | undefined): boolean => letter === 0x22 || letter === 0x27

const isGlue = (letter: number | undefined): boolean =>
  isBlank(letter) || letter === 0x2b || letter === 0x2e || letter === 0x2c || letter === BACKSLASH

const kindOfEntity = (entity = ''): number =>
  ENTITIES.find(([name]) => name.test(entity))?.[1] ?? STOP

/** @returns 0 to 15, or -1 */
export function hexDigit(letter: number | undefined): number {
  if (letter === undefined) return -1
  if (letter >= 0x30 && letter <= 0x39) return letter - 0x30
  const lower = letter | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Drops bits behind the last whole byte. @param to latest end of the text */
export function decodeBase64(
  chars: Uint8Array,
  from: number,
  to: number,
  budget: WorkBudget,
  options: DecodeOptions = {},
): Decoded {
  const table = options.isUrl === true ? KINDS_URL : KINDS
  const most = Math.min(options.most ?? scratch.length, scratch.length)
  const out: Step = { kind: STOP, next: from }
  const body: Body = { length: 0, bits: 0, letters: 0, padding: 0 }
  let [at, end, breaks] = [from, from, 0]
  while (at < to && body.length < most) {
    const isBetweenGroups = (body.letters & 3) === 0 && body.padding === 0
    const last = Math.min(to, at + ((most - body.length) / 3) * 4) - 3
    out.next = isBetweenGroups ? takeGroups(chars, at, last, table, body) : at
    out.kind = 0
    const isGroups = out.next > at
    if (!isGroups) step(chars, at, to, table, out)
    if (out.kind === SKIP) {
      breaks += chars[at] === 0x0a ? 1 : 0
      if (breaks > 1 && options.stopsAtBlankLine === true) break
    } else if (isGroups || take(body, out.kind)) {
      end = out.next
      breaks = 0
    } else break
    at = out.next
  }
  budget.spend(300 + 4 * (at - from))
  const bytes = scratch.slice(0, body.length)
  scratch.fill(0, 0, body.length)
  return { bytes, end, letters: body.letters, padding: body.padding }
}

interface Body {
  length: number
  bits: number
  letters: number
  padding: number
}

/** @returns whether a letter or padding belongs to the body */
function take(body: Body, kind: number): boolean {
  if (kind < PAD && body.padding === 0) {
    body.bits = ((body.bits << 6) | kind) & 0xffffff
    const offset = body.letters++ & 3
    if (offset !== 0) scratch[body.length++] = body.bits >> (6 - 2 * offset)
    return true
  }
  if (kind !== PAD || (body.letters & 3) === 0 || body.padding === 2) return false
  body.padding += 1
  return true
}

/** As long as nothing is between them, which is nearly everything. */
function takeGroups(
  chars: Uint8Array,
  from: number,
  last: number,
  table: Uint8Array,
  body: Body,
): number {
  let [at, length] = [from, body.length]
  for (; at < last; at += 4, length += 3) {
    const a = table[chars[at] ?? 0] ?? STOP
    const b = table[chars[at + 1] ?? 0] ?? STOP
    const c = table[chars[at + 2] ?? 0] ?? STOP
    const d = table[chars[at + 3] ?? 0] ?? STOP
    if ((a | b | c | d) >= PAD) break
    scratch[length] = (a << 2) | (b >> 4)
    scratch[length + 1] = (b << 4) | (c >> 2)
    scratch[length + 2] = (c << 6) | d
  }
  body.length = length
  body.letters += at - from
  return at
}

/**
 * Fills value and offset of each letter of either alphabet, up to the length of both arrays. Gives
 * the count, and the end with padding.
 */
export function readLetters(
  chars: Uint8Array,
  from: number,
  to: number,
  values: Uint8Array,
  offsets: Uint32Array,
): { readonly count: number; readonly end: number } {
  const out: Step = { kind: STOP, next: from }
  let [at, end, count, padding] = [from, from, 0, 0]
  while (at < to && count < values.length) {
    const value = KINDS_URL[chars[at] ?? 0] ?? STOP
    if (value < PAD) {
      out.kind = value
      out.next = at + 1
    } else step(chars, at, to, KINDS_URL, out)
    if (out.kind < PAD && padding === 0) {
      values[count] = out.kind
      offsets[count] = at
      count++
      end = out.next
    } else if (out.kind === PAD && padding < 2) {
      padding++
      end = out.next
    } else if (out.kind !== SKIP) break
    at = out.next
  }
  return { count, end }
}

export function letterAt(
  chars: Uint8Array,
  from: number,
  to: number,
  index: number,
  budget: WorkBudget,
  isUrl: boolean = false,
): number {
  const table = isUrl ? KINDS_URL : KINDS
  const out: Step = { kind: STOP, next: from }
  let at = from
  let seen = 0
  while (at < to) {
    step(chars, at, to, table, out)
    if (out.kind < PAD) {
      if (seen === index) break
      seen += 1
    } else if (out.kind !== SKIP) break
    at = out.next
  }
  budget.spend(STEP_COST * (at - from))
  return at
}

/** The value of a letter of either alphabet; 64 or more for other letters. */
export function letterValue(letter: number | undefined): number {
  return KINDS_URL[letter ?? 0] ?? STOP
}

export function isBase64Letter(letter: number | undefined): boolean {
  return letter !== undefined && (KINDS_URL[letter] ?? STOP) < PAD
}

/** Behind everything from `at` on that may be between two letters. */
export function skipJunk(chars: Uint8Array, at: number, to: number): number {
  const out: Step = { kind: STOP, next: at }
  let offset = at
  while (offset < to) {
    step(chars, offset, to, KINDS, out)
    if (out.kind !== SKIP) break
    offset = out.next
  }
  return offset
}

/** The earliest of `most` letters back, and how many. @param isUrl `-` and `_` count */
export function lettersBefore(
  chars: Uint8Array,
  at: number,
  most: number,
  budget: WorkBudget,
  isUrl: boolean = true,
): { readonly start: number; readonly count: number } {
  const table = isUrl ? KINDS_URL : KINDS
  let [i, start, count] = [at - 1, at, 0]
  while (i >= 0 && count < most) {
    const letter = chars[i]
    // In memory an escaped line end is far more usual than a backslash in base64.
    if (isEscapedBreak(chars, i)) {
      i -= 2
      while (chars[i] === 0x5c) i -= 1
    } else if ((table[letter ?? 0] ?? STOP) < PAD) {
      start = i
      count += 1
      i -= 1
    } else if (isBlank(letter)) i -= 1
    else break
  }
  budget.spend(BACK_COST * (at - start))
  return { start, count }
}

function isEscapedBreak(chars: Uint8Array, at: number): boolean {
  const letter = chars[at]
  return (letter === 0x6e || letter === 0x72 || letter === 0x74) && chars[at - 1] === 0x5c
}
