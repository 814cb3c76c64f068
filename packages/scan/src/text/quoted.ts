/**
 * Names and values between quotes, whatever the quotes became on their way: JSON, JSON within JSON, Python,
 * HTML, URLs.
 *
 * @module
 */
import { isAlphanumeric, isAt, isBlank } from './text_run.ts'

const BACKSLASHES_MOST = 64
const SPELLED = ['&quot;', '&#34;', '&#39;', '&apos;', '%22', '%27']

/** How many letters the quote at `at` has: `"`, `'`, `\"`, `\\\"`, `\u0022`, `&quot;`, `%22`; 0 if there is none. */
export function quoteLength(chars: Uint8Array, at: number): number {
  const letter = chars[at]
  if (letter === 0x22 || letter === 0x27) return 1
  if (letter === 0x5c) return escapedQuote(chars, at)
  if (letter !== 0x26 && letter !== 0x25) return 0
  return SPELLED.find((text) => isAt(chars, at, text))?.length ?? 0
}

function escapedQuote(chars: Uint8Array, at: number): number {
  let i = at
  while (chars[i] === 0x5c && i - at < BACKSLASHES_MOST) i += 1
  if (chars[i] === 0x22 || chars[i] === 0x27) return i + 1 - at
  return isAt(chars, i, 'u0022') || isAt(chars, i, 'u0027') ? i + 5 - at : 0
}

/** One `"name": "value"`; the value's letters are [`from`, `to`), the whole is [`at`, `end`). */
export interface Member {
  readonly name: string
  readonly at: number
  readonly from: number
  readonly to: number
  readonly end: number
}

const NAME_MOST = 16
/** Letters of the longest value: n of 16,384 bits is 2,731; a PEM in JSON is not read here. */
const VALUE_MOST = 16_384

/** The members whose values are strings, in [from, to), in order. Cost: one pass. */
export function* membersIn(
  chars: Uint8Array,
  from: number,
  to: number,
): Generator<Member, void, void> {
  let at = from
  while (at < to) {
    const member = memberAt(chars, at, to)
    if (member !== undefined) yield member
    at = member?.end ?? at + Math.max(1, quoteLength(chars, at))
  }
}

function memberAt(chars: Uint8Array, at: number, to: number): Member | undefined {
  const open = quoteLength(chars, at)
  if (open === 0) return undefined
  let i = at + open
  const begin = i
  while (i < to && i - begin < NAME_MOST && isNameLetter(chars[i])) i += 1
  const close = quoteLength(chars, i)
  if (close === 0 || i === begin) return undefined
  const from = valueBegin(chars, i + close, to)
  if (from < 0) return undefined
  const end = valueEnd(chars, from, to)
  if (end < 0) return undefined
  const name = String.fromCharCode(...chars.subarray(begin, i))
  return { name, at, from, to: end, end: end + quoteLength(chars, end) }
}

function isNameLetter(letter: number | undefined): boolean {
  return isAlphanumeric(letter) || letter === 0x5f || letter === 0x2d || letter === 0x23
}

/** Behind the colon and the quote that opens the value, or -1. */
function valueBegin(chars: Uint8Array, at: number, to: number): number {
  let i = skipSpace(chars, at, to)
  const isEncoded = isAt(chars, i, '%3A')
  if (chars[i] !== 0x3a && !isEncoded) return -1
  i = skipSpace(chars, i + (isEncoded ? 3 : 1), to)
  const open = quoteLength(chars, i)
  return open === 0 ? -1 : i + open
}

/** Where the quote is that closes the value, or -1. An escaped line end within it is no quote. */
function valueEnd(chars: Uint8Array, from: number, to: number): number {
  const most = Math.min(to, from + VALUE_MOST)
  for (let i = from; i < most; i++) {
    const letter = chars[i] ?? 0
    // Only these four begin a quote; everything else is passed without a call.
    if (letter > 0x27 && letter !== 0x5c) continue
    if (quoteLength(chars, i) > 0) return i
  }
  return -1
}

/** Behind blanks and escaped line ends. */
export function skipSpace(chars: Uint8Array, at: number, to: number): number {
  let i = at
  while (i < to) {
    const letter = chars[i]
    const isEscape = letter === 0x5c && /[nrt\\]/.test(String.fromCharCode(chars[i + 1] ?? 0))
    if (isEscape) i += chars[i + 1] === 0x5c ? 1 : 2
    else if (isBlank(letter) || letter === 0x2b) i += 1
    else return i
  }
  return i
}
