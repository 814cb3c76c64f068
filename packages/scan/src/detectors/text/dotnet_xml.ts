/**
 * RSA and DSA keys as XML: .NET's `ToXmlString(true)`, XKMS 2.0 and its draft; escaped in HTML or JSON, in UTF-16 (RFC 3275,
 * section 6.4; XKMS 2.0, section 8.2).
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Detected } from '../../anchors/detected.ts'
import { endsAt, find, isAt, nameOf, type TextReader, type TextRun } from '../../text/text_run.ts'
import { Labelled } from './labelled.ts'
import { groupNamed, rsaNamed } from './parts.ts'

const BEHIND_MOST = 32_768
/** How `<` and `>` are spelled. */
const OPENS = ['<', '&lt;', '\\u003c', '\\u003C', '%3C']
const CLOSES = ['>', '&gt;', '\\u003e', '\\u003E', '%3E']
const RSA = 'Modulus Exponent|PublicExponent D|PrivateExponent P Q - - -'
const [NAME_MOST, TAG_MOST, ELEMENTS_MOST] = [40, 512, 32]
/** Of a letter that is stepped over. */
const LETTER_COST = 4
const COLON = 0x3a

/** @param element `RSAKeyValue`, `RSAKeyPair` or `DSAKeyValue` */
export function keyXml(element: string): TextReader {
  return {
    before: 16,
    behind: BEHIND_MOST,
    glance: ({ chars, at }) =>
      isAt(chars, at, element) && openBefore(chars, at) !== undefined ? BEHIND_MOST : 0,
    isEnd: endsAt(element),
    read: (run) => readXml(run, element),
  }
}

function readXml({ chars, at, budget }: TextRun, element: string): Detected | undefined {
  const from = openBefore(chars, at)
  if (from === undefined) return undefined
  // The closing tag, or the begin of the next key: nothing behind either belongs to this one.
  const next = find(chars, element, at + element.length, budget)
  const to = next < 0 ? chars.length : next
  const elements = elementsIn(chars, at + element.length, to, budget)
  const { number } = elements
  const key =
    element === 'DSAKeyValue'
      ? groupNamed('dsa', number, 'P Q G Y X', budget)
      : rsaNamed(number, RSA, budget, 'needs n')
  if (key === undefined) return undefined
  const last = next < 0 ? elements.end : to + element.length
  const end = last + spelled(CLOSES, chars, last)
  return { ...key, offset: from, length: end - from, form: 'xml' }
}

/** The bracket that ends right before `at`, with a prefix such as `ds:` between. */
function openBefore(chars: Uint8Array, at: number): number | undefined {
  let from = at
  if (chars[from - 1] === COLON) {
    from -= 1
    while (from > 0 && at - from < 10 && ((chars[from - 1] ?? 0) | 0x20) >= 0x61) from -= 1
  }
  const open = OPENS.find((text) => isAt(chars, from - text.length, text))
  return open === undefined ? undefined : from - open.length
}

/** The texts of elements, by name without prefix. */
function elementsIn(chars: Uint8Array, from: number, to: number, budget: WorkBudget): Labelled {
  const elements = new Labelled(chars, budget, from)
  let at = nextOpen(chars, from, to)
  while (at < to && elements.size < ELEMENTS_MOST) {
    const begin = at + spelled(OPENS, chars, at)
    let [name, end] = [begin, begin]
    while (end < to && end - begin < NAME_MOST && isNameLetter(chars[end])) {
      if (chars[end++] === COLON) name = end
    }
    const text = behindClose(chars, end, Math.min(to, end + TAG_MOST))
    at = nextOpen(chars, text ?? end, to)
    if (text === undefined || name === end) continue
    elements.add(nameOf(chars, name, end), { from: text, to: at, coding: 'element' })
  }
  budget.spend(LETTER_COST * (at - from))
  return elements
}

/** Behind the bracket that closes a tag; undefined where another opens before. */
function behindClose(chars: Uint8Array, from: number, to: number): number | undefined {
  for (let at = from; at < to && spelled(OPENS, chars, at) === 0; at++) {
    const length = spelled(CLOSES, chars, at)
    if (length > 0) return at + length
  }
  return undefined
}

/** 1 for the first letter of each way to spell a bracket. */
const IS_BRACKET = Uint8Array.from({ length: 256 }, (_, letter) =>
  Number([...OPENS, ...CLOSES].some((text) => text.charCodeAt(0) === letter)),
)

/** Letters of the bracket at `at`; 0 if none is there. */
function spelled(texts: readonly string[], chars: Uint8Array, at: number): number {
  if (IS_BRACKET[chars[at] ?? 0] !== 1) return 0
  return texts.find((text) => isAt(chars, at, text))?.length ?? 0
}

function nextOpen(chars: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && spelled(OPENS, chars, at) === 0) at += 1
  return at
}

function isNameLetter(letter: number | undefined): boolean {
  const lower = (letter ?? 0) | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || letter === COLON
}
