/**
 * RSA and DSA keys as XML: .NET's `ToXmlString(true)`, XKMS 2.0 and its draft; escaped in HTML or JSON, in UTF-16.
 *
 * Source: XML Signature (RFC 3275, section 6.4), XKMS 2.0 section 8.2, `RSA.ToXmlString` of .NET.
 *
 * @module
 */

import { charge } from '@mintmark/keys/material/effort'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64, skipJunk } from '../../text/base64.ts'
import { endsAt, find, standsAt, type TextReader, type TextRun } from '../../text/text_run.ts'
import { dsaKey, numberOf, rsaKey } from './parts.ts'

const BEHIND_MOST = 32_768
/** How `<` and `>` are spelled. */
const OPENS = ['<', '&lt;', '\\u003c', '\\u003C', '%3C']
const CLOSES = ['>', '&gt;', '\\u003e', '\\u003E', '%3E']
const TAG_MOST = 512

/** @param element `RSAKeyValue`, `RSAKeyPair` or `DSAKeyValue` */
export function keyXml(element: string): TextReader {
  return {
    before: 16,
    behind: BEHIND_MOST,
    glance: ({ chars, at }) =>
      standsAt(chars, at, element) && openBefore(chars, at) !== undefined ? BEHIND_MOST : 0,
    isEnd: endsAt(element),
    read: (run) => readXml(run, element),
  }
}

/** The bracket that ends right before `at`, with a prefix such as `ds:` between. */
function openBefore(chars: Uint8Array, at: number): number | undefined {
  let from = at
  if (chars[from - 1] === 0x3a) {
    from -= 1
    while (from > 0 && at - from < 10 && ((chars[from - 1] ?? 0) | 0x20) >= 0x61) from -= 1
  }
  for (const open of OPENS) {
    if (standsAt(chars, from - open.length, open)) return from - open.length
  }
  return undefined
}

function readXml({ chars, at }: TextRun, element: string): Detected | undefined {
  const from = openBefore(chars, at)
  if (from === undefined) return undefined
  // The closing tag, or the begin of the next key: nothing behind either belongs to this one.
  const next = find(chars, element, at + element.length)
  const to = next < 0 ? chars.length : next
  const values = new Elements(chars, at + element.length, to)
  const key = element === 'DSAKeyValue' ? dsa(values) : rsa(values)
  if (key === undefined) return undefined
  const end = closeEnd(chars, next < 0 ? values.end : to + element.length)
  return { ...key, offset: from, length: end - from, form: 'xml' }
}

function closeEnd(chars: Uint8Array, at: number): number {
  return at + (CLOSES.find((text) => standsAt(chars, at, text))?.length ?? 0)
}

function rsa(values: Elements): Detected | undefined {
  const n = values.number('Modulus')
  if (n === undefined) return undefined
  return rsaKey({
    n,
    e: values.number('Exponent') ?? values.number('PublicExponent'),
    d: values.number('D') ?? values.number('PrivateExponent'),
    p: values.number('P'),
    q: values.number('Q'),
  })
}

function dsa(values: Elements): Detected | undefined {
  return dsaKey(
    values.number('P'),
    values.number('Q'),
    values.number('G'),
    values.number('Y'),
    values.number('X'),
  )
}

/** The texts of elements, by name without prefix. */
class Elements {
  readonly #chars: Uint8Array
  /** Where the text of each begins. */
  readonly #begins = new Map<string, number>()
  readonly #to: number
  /** Behind the last text that was read. */
  end: number

  constructor(chars: Uint8Array, from: number, to: number) {
    this.#chars = chars
    this.#to = to
    this.end = from
    let at = from
    while (at < to && this.#begins.size < 32) at = this.#tag(at)
    charge(LETTER_UNITS * (at - from))
  }

  /** Notes the next tag, and steps behind it. */
  #tag(from: number): number {
    const chars = this.#chars
    const at = nextBracket(chars, from, this.#to)
    const open = OPENS.find((text) => standsAt(chars, at, text))
    if (open === undefined) return at + 1
    let i = at + open.length
    const first = i
    let begin = i
    while (i < this.#to && i - first < 40 && isNameLetter(chars[i])) {
      if (chars[i] === 0x3a) begin = i + 1
      i += 1
    }
    const name = String.fromCharCode(...chars.subarray(begin, i))
    const most = Math.min(this.#to, i + TAG_MOST)
    while (i < most) {
      const close = CLOSES.find((text) => standsAt(chars, i, text))
      if (close !== undefined) {
        if (name !== '' && !this.#begins.has(name)) this.#begins.set(name, i + close.length)
        return i + close.length
      }
      if (isOpen(chars, i)) return i
      i += 1
    }
    return i
  }

  number(name: string): bigint | undefined {
    const chars = this.#chars
    const from = this.#begins.get(name)
    if (from === undefined) return undefined
    let to = nextBracket(chars, from, this.#to)
    while (to < this.#to && !isOpen(chars, to)) to = nextBracket(chars, to + 1, this.#to)
    charge(LETTER_UNITS * (to - from))
    const { bytes, end } = decodeBase64(chars, from, to)
    if (skipJunk(chars, end, to) !== to) return undefined
    this.end = Math.max(this.end, to)
    const value = numberOf(bytes)
    bytes.fill(0)
    return value
  }
}

/** Of a letter that is stepped over. */
const LETTER_UNITS = 4

function isOpen(chars: Uint8Array, at: number): boolean {
  return isBracket(chars[at]) && OPENS.some((text) => standsAt(chars, at, text))
}

/** 1 for the first letter of each way to spell `<`. */
const IS_BRACKET = new Uint8Array(256)
for (const open of OPENS) IS_BRACKET[open.charCodeAt(0)] = 1

function isBracket(letter: number | undefined): boolean {
  return letter !== undefined && IS_BRACKET[letter] === 1
}

/** Where the next letter is that may spell `<`: `to` if none is. */
function nextBracket(chars: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && IS_BRACKET[chars[at] ?? 0] !== 1) at += 1
  return at
}

function isNameLetter(letter: number | undefined): boolean {
  const lower = (letter ?? 0) | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || letter === 0x3a
}
