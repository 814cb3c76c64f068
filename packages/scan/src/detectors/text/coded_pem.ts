/**
 * PEM in another coding: its bytes as hexadecimal or decimal numbers (`bytea` of PostgreSQL, `{"type":"Buffer","data":[45,…`
 * of Node, arrays of C and Java, strings of Python), and base64 of base64 of PEM.
 *
 * @module
 */

import { charge } from '@mintmark/keys/material/effort'
import { type Anchor, REACH } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { base64Needles, decodeBase64, hexDigit, letterAt } from '../../text/base64.ts'
import { GLANCE, type TextReader, type TextRun, textAnchors } from '../../text/text_run.ts'
import {
  decodePem,
  ENCODED_BEGINS,
  type EncodedBegin,
  hasFooter,
  holdsWhole,
  readEncoded,
} from './base64_of_pem.ts'
import { labelAt, readPem } from './pem.ts'

/** Bytes of a label, with its dashes. */
const LABEL_BYTES = 72
/** Bytes that are decoded first: most keys end among them. */
const FIRST_BYTES = 1024
/** Of a letter that is decoded, in the units of `effort.ts`. */
const LETTER_UNITS = 10

/** One coded byte and where the next begins, given in `out`; false where there is none. */
type Step = (chars: Uint8Array, at: number, out: CodedByte) => boolean

interface CodedByte {
  value: number
  next: number
}

const IS_BETWEEN = Uint8Array.from({ length: 256 }, (_, letter) =>
  Number(' \t\r\n,:-'.includes(String.fromCharCode(letter))),
)
const isBetween = (letter: number | undefined): boolean => IS_BETWEEN[letter ?? 0] === 1

/** Behind what stands between two numbers: blanks, a comma, a colon, a dash. */
function skipBetween(chars: Uint8Array, at: number): number {
  let next = at
  while (next < at + 16 && isBetween(chars[next])) next++
  return next
}

const X = 0x78

/** Two digits, with `0x` or `\x` before them or not. */
const hexStep: Step = (chars, at, out) => {
  let from = skipBetween(chars, at)
  while (chars[from] === 0x5c && chars[from + 1] === 0x5c) from++
  const isPrefixed =
    (chars[from] === 0x30 || chars[from] === 0x5c) && ((chars[from + 1] ?? 0) | 0x20) === X
  const digits = isPrefixed ? from + 2 : from
  const high = hexDigit(chars[digits])
  const low = hexDigit(chars[digits + 1])
  out.value = 16 * high + low
  out.next = digits + 2
  return high >= 0 && low >= 0
}

const decimalStep: Step = (chars, at, out) => {
  const from = skipBetween(chars, at)
  let [value, next] = [0, from]
  for (; next < from + 3; next++) {
    const digit = (chars[next] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    value = 10 * value + digit
  }
  out.value = value
  out.next = next
  return next > from && value <= 255
}

/** At most `most` bytes, and where the last of them ends. */
function decode(chars: Uint8Array, at: number, most: number, step: Step) {
  const bytes = new Uint8Array(most)
  const out: CodedByte = { value: 0, next: at }
  let [end, length] = [at, 0]
  while (length < most && step(chars, end, out)) {
    bytes[length++] = out.value
    end = out.next
  }
  charge(300 + LETTER_UNITS * (end - at))
  return { bytes: bytes.subarray(0, length), end }
}

/** As many of the bytes as it takes to come to the end of the PEM. */
function decodeWhole(chars: Uint8Array, at: number, step: Step): Uint8Array {
  for (let most = FIRST_BYTES; ; most *= 4) {
    const { bytes } = decode(chars, at, Math.min(most, chars.length - at), step)
    if (bytes.length < most || hasFooter(bytes)) return bytes
    bytes.fill(0)
  }
}

/** PEM whose bytes are numbers. */
function numbers(name: string, step: Step): TextReader {
  return {
    before: 0,
    behind: REACH,
    glance: ({ chars, at }) => {
      const { bytes } = decode(chars.subarray(0, at + 5 * GLANCE), at, LABEL_BYTES, step)
      const isPrivate = labelAt(bytes, 0) !== undefined
      bytes.fill(0)
      return isPrivate ? REACH : 0
    },
    read: ({ chars, at }) => {
      const bytes = decodeWhole(chars, at, step)
      const key = readPem({ chars: bytes, at: 0 })
      bytes.fill(0)
      if (key === undefined) return undefined
      const { bytes: again, end } = decode(chars, at, key.length, step)
      again.fill(0)
      return { ...key, offset: at, length: end - at, form: `${name}-of-${key.form}` }
    },
  }
}

/** Base64 of PEM whose begin is `inner`, in base64 whose letters of that begin at `inGroup` of a group of four. */
function twice(inner: EncodedBegin, phase: number, inGroup: number): TextReader {
  const skipped = (4 - inGroup) % 4
  const missing = phase === 0 ? 0 : 3 - phase
  const start = ({ chars, at }: TextRun): number => letterAt(chars, at, chars.length, skipped)
  /** The inner text: of its first letters the coded ones are shared with what stands before. */
  const innerText = (run: TextRun, most: number): Uint8Array => {
    const { bytes } = decodeBase64(run.chars, start(run), run.chars.length, { most })
    const text = Buffer.concat([Buffer.from(inner.text.slice(0, missing)), bytes])
    bytes.fill(0)
    return text
  }
  /** As much of it as it takes to come to the end of the PEM. */
  const wholeText = (run: TextRun): Uint8Array => {
    for (let most = FIRST_BYTES; ; most *= 4) {
      const text = innerText(run, most)
      if (text.length < most || most >= REACH || holdsWhole(text, 0, inner)) return text
      text.fill(0)
    }
  }
  return {
    before: 4,
    behind: REACH,
    glance: (run) => {
      const text = innerText(run, GLANCE)
      const pem = decodePem(text, 0, inner, GLANCE)
      const isPrivate = labelAt(pem, 0) !== undefined
      pem.fill(0)
      text.fill(0)
      return isPrivate ? REACH : 0
    },
    read: (run): Detected | undefined => {
      const text = wholeText(run)
      const key = readEncoded({ chars: text, at: 0 }, inner)
      text.fill(0)
      if (key === undefined) return undefined
      const letters = Math.ceil(((key.offset + key.length - missing) * 4) / 3)
      const end = letterAt(run.chars, start(run), run.chars.length, letters - 1) + 1
      return { ...key, offset: run.at, length: end - run.at, form: `base64-of-${key.form}` }
    },
  }
}

const DASHES = '-----BEGIN '
const HEX = Buffer.from(DASHES).toString('hex')
const spelled = (prefix: string, between: string): string =>
  Array.from(Buffer.from(DASHES), (byte) => prefix + byte.toString(16)).join(between)

/** In lower case, upper case, and the usual ways of setting bytes apart. */
const HEX_TEXTS = [
  HEX,
  HEX.toUpperCase(),
  ...[' ', ':'].map((between) => spelled('', between)),
  spelled('', '-').toUpperCase(),
  spelled('\\x', ''),
  ...[', ', ','].map((between) => spelled('0x', between)),
]
const DECIMAL_TEXTS = [',', ', '].map((between) => [...Buffer.from(DASHES)].join(between))

/** Of letters one byte apart: others would cost more than such text is worth. */
function narrow(name: string, text: string, reader: TextReader): readonly Anchor[] {
  return textAnchors(name, text, reader).slice(0, 1)
}

export const CODED_PEM_ANCHORS: readonly Anchor[] = [
  ...HEX_TEXTS.flatMap((text, k) => narrow(`hex-of-pem-${k}`, text, numbers('hex', hexStep))),
  ...DECIMAL_TEXTS.flatMap((text, k) =>
    narrow(`decimal-of-pem-${k}`, text, numbers('decimal', decimalStep)),
  ),
  ...ENCODED_BEGINS.flatMap((inner) =>
    base64Needles([...Buffer.from(inner.text)], inner.text.length * 8).flatMap(
      ({ text, phase, inGroup }) =>
        narrow(`base64-of-base64-${inner.phase}-${phase}`, text, twice(inner, phase, inGroup)),
    ),
  ),
]
