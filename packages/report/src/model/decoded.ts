/**
 * Texts as a reader decodes them: percent-encoded, HTML entities, defanged, with marks apart from
 * their letters. Each character of a decoded text knows where it is in the original, so what is
 * found in one is replaced in the other.
 */
import { remembered } from '@mintmark/core'

export interface Found {
  readonly at: number
  readonly end: number
  readonly replacement: (original: string) => string
}

export type Finder = (text: string) => readonly Found[]

export function replaceFound(text: string, find: Finder): string {
  const decoded = decode(text)
  // A decoding may join what the text has apart: `50%ada` has a byte 0xAD, or a name.
  return replaceIn(decoded === undefined ? text : replaceIn(text, find, decoded), find)
}

interface Decoded {
  readonly text: string
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

function replaceIn(text: string, find: Finder, decoded?: Decoded): string {
  let left = ''
  let done = 0
  for (const found of find(decoded?.text ?? text)) {
    const at = decoded?.starts[found.at] ?? found.at
    const end = decoded?.ends[found.end - 1] ?? found.end
    if (at < done) continue
    left += text.slice(done, at) + found.replacement(text.slice(at, end))
    done = end
  }
  return done === 0 ? text : left + text.slice(done)
}

/** No other text has anything to decode. */
const MAY_BE_ENCODED = /[%&\\[({\u0080-\uffff]/
const TRAIL = '%[89ab][0-9a-f]'
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&',
    apos: "'",
    colon: ':',
    comma: ',',
    commat: '@',
    dash: '-',
    gt: '>',
    hyphen: '-',
    lbrace: '{',
    lbrack: '[',
    lowbar: '_',
    lpar: '(',
    lt: '<',
    nbsp: ' ',
    num: '#',
    percnt: '%',
    period: '.',
    plus: '+',
    quot: '"',
    rbrace: '}',
    rbrack: ']',
    rpar: ')',
    sol: '/',
  }),
)
const ENCODED = new RegExp(
  [
    `%[0-7][0-9a-f]|%[cd][0-9a-f]${TRAIL}|%e[0-9a-f](?:${TRAIL}){2}|%f[0-7](?:${TRAIL}){3}`,
    `&(?:#\\d{1,7}|#x[0-9a-f]{1,6}|${[...ENTITIES.keys()].join('|')});`,
    String.raw`\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[.@:/-]`,
    String.raw`[[({](?:[.:@]|dot|at)[\])}]`,
    // Characters of no width, and wide ones.
    '[\u00ad\u200b-\u200f\u2060\ufeff\uff01-\uff5e]',
  ].join('|'),
  'giu',
)
const MARKED = /\P{M}\p{M}+/gu
/** A URL in a URL in a page. */
const MOST_ROUNDS = 3

function decode(text: string): Decoded | undefined {
  if (!MAY_BE_ENCODED.test(text)) return undefined
  let decoded: Decoded | undefined
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = rewritten(text, ENCODED, decodedPart, decoded)
    if (next === decoded) break
    decoded = next
  }
  return rewritten(text, MARKED, (part) => part.normalize('NFC'), decoded)
}

/** The same object where nothing changes. */
function rewritten(
  original: string,
  pattern: RegExp,
  decodePart: (part: string) => string,
  before: Decoded | undefined,
): Decoded | undefined {
  const { text, starts: oldStarts, ends: oldEnds } = before ?? { text: original }
  const starts: number[] = []
  const ends: number[] = []
  let left = ''
  let done = 0
  const keep = (until: number) => {
    left += text.slice(done, until)
    for (; done < until; done += 1) {
      starts.push(oldStarts?.[done] ?? done)
      ends.push(oldEnds?.[done] ?? done + 1)
    }
  }
  for (const { 0: part, index } of text.matchAll(pattern)) {
    const plain = decodePart(part)
    if (plain === part) continue
    keep(index)
    left += plain
    done = index + part.length
    for (let nth = 0; nth < plain.length; nth += 1) {
      starts.push(oldStarts?.[index] ?? index)
      ends.push(oldEnds?.[done - 1] ?? done)
    }
  }
  if (done === 0) return before
  keep(text.length)
  return { text: left, starts, ends }
}

/** What cannot be decoded stays. */
function decodedPart(part: string): string {
  const first = part.charCodeAt(0)
  if (first >= 0xff01 && first <= 0xff5e) return String.fromCharCode(first - 0xfee0)
  if (first > 0x7f) return ''
  const inner = part.slice(1, -1).toLowerCase()
  if (part.startsWith('%')) return decodedUri(part)
  if (part.startsWith('&'))
    return ENTITIES.get(inner) ?? letter(inner.replace('#x', '0x').replace('#', ''), part)
  if (/^\\[ux]/i.test(part)) return letter(`0x${part.slice(2)}`, part)
  if (part.startsWith('\\')) return part.slice(1)
  return inner === 'dot' ? '.' : inner === 'at' ? '@' : inner
}

function letter(code: string, part: string): string {
  const point = Number(code)
  return point <= 0x10_ff_ff ? String.fromCodePoint(point) : part
}

function decodedUri(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Texts that are kept: those of most rows are few. */
const MOST_KEPT = 10_000
const LONGEST_KEPT = 200

/** `replace`, which is asked once for a text that comes again and again. */
export function rememberedText(replace: (text: string) => string): (text: string) => string {
  const known = remembered(replace, MOST_KEPT)
  return (text) => (text.length > LONGEST_KEPT ? replace(text) : known(text))
}
