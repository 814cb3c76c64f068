/**
 * Keys of JWKs in texts that are not JSON: YAML, TOML, variables of a process, what PHP, Ruby, Go and JavaScript print.
 * Arithmetic decides which words around an exponent of 65,537 or the name of a curve are a key.
 *
 * @module
 */
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64, isBase64Letter } from '../../text/base64.ts'
import { quoteLength, skipSpace } from '../../text/quoted.ts'
import { isAlphanumeric, isAt, isBlank, nameOf, type TextRun } from '../../text/text_run.ts'
import { isOpened, isQuoteEnd } from './json_object.ts'
import { ecKey, okpKey, rsaKey } from './parts.ts'

const FORM = 'jwk-words'
const E = 65_537n
/** Letters to either side in which the numbers of a key of 8,192 bits, or of a curve, are. */
const RSA_SIDE = 8192
const CURVE_SIDE = 512
/** Letters of a prime of 512 bits, and of a modulus of 8,192. */
const RSA_LETTERS = [85, 1368] as const
/** Letters of a secret of 28 bytes, and of 66. */
const CURVE_LETTERS = [37, 88] as const
/** Words that are examined to either side. */
const RSA_MOST = 12
const CURVE_MOST = 3
/** Letters of the name of a curve, and of quotes, brackets and arrows before it. */
const NAME_MOST = 16
const SIGNS_MOST = 12
/** Letters from an exponent back to the colon of JSON, or to its name. */
const COLON_MOST = 24
/** Of a letter that is gone over, and of the product of two numbers. */
const LETTER_COST = 3
const PRODUCT_COST = 2000

interface Word {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

interface Range {
  readonly side: number
  readonly letters: readonly [least: number, most: number]
  readonly most: number
}

/** The RSA key around the exponent [`at`, `to`) of a run. */
export function rsaOfWords({ chars, at, budget }: TextRun, to: number): Detected | undefined {
  if (isBase64Letter(chars[at - 1]) || isBase64Letter(chars[to])) return undefined
  if (isOfJson(chars, at) || isNamed(chars, at)) return undefined
  const range = { side: RSA_SIDE, letters: RSA_LETTERS, most: RSA_MOST }
  return withWords(chars, at, to, range, rsaAmong, budget)
}

/** The key of a curve around its name, identified by the value that begins behind `at`. */
export function curveKeyOfWords({ chars, at, budget }: TextRun, to: number): Detected | undefined {
  if (isNameOfJson(chars, at, to)) return undefined
  const name = curveName(chars, to)
  if (name === '') return undefined
  const range = { side: CURVE_SIDE, letters: CURVE_LETTERS, most: CURVE_MOST }
  return withWords(chars, at, to, range, (words) => curveKeyAmong(name, words, budget), budget)
}

/** Whether an exponent is the value of a member of JSON, with its name between quotes. */
function isOfJson(chars: Uint8Array, at: number): boolean {
  if (!isOpened(chars, at)) return false
  for (let i = at - 1; i >= 0 && at - i < COLON_MOST; i--) {
    if (chars[i] !== 0x3a && !isAt(chars, i, '%3A')) continue
    let before = i - 1
    while (isBlank(chars[before])) before -= 1
    return isQuoteEnd(chars[before])
  }
  return false
}

/** Whether it is called so: by XML and files of DNSSEC, which are read with all their numbers. */
function isNamed(chars: Uint8Array, at: number): boolean {
  for (let i = at - COLON_MOST; i < at; i++) if (isAt(chars, i, 'xponent')) return true
  return false
}

/** Whether a name is between quotes with a colon behind it. */
function isNameOfJson(chars: Uint8Array, at: number, to: number): boolean {
  const quote = isOpened(chars, at) ? quoteLength(chars, to) : 0
  if (quote === 0) return false
  const i = skipSpace(chars, to + quote, Math.min(chars.length, to + quote + SIGNS_MOST))
  return chars[i] === 0x3a || isAt(chars, i, '%3A')
}

/** The word behind quotes, brackets, arrows, equals signs and colons, if it can name a curve. */
function curveName(chars: Uint8Array, at: number): string {
  let from = at
  while (from - at < SIGNS_MOST && !isAlphanumeric(chars[from])) {
    if (from >= chars.length || chars[from] === 0) return ''
    from += 1
  }
  let to = from
  while (to - from <= NAME_MOST && (isAlphanumeric(chars[to]) || chars[to] === 0x2d)) to += 1
  return to - from > NAME_MOST ? '' : nameOf(chars, from, to)
}

/** What is found among the words around [`at`, `to`); they are wiped. */
function withWords(
  chars: Uint8Array,
  at: number,
  to: number,
  range: Range,
  keyAmong: (words: readonly Word[], budget: WorkBudget) => Detected | undefined,
  budget: WorkBudget,
): Detected | undefined {
  const words = [...wordsBefore(chars, at, range, budget), ...wordsBehind(chars, to, range, budget)]
  const key = keyAmong(words, budget)
  for (const { bytes } of words) bytes.fill(0)
  return key
}

function wordsBefore(chars: Uint8Array, at: number, range: Range, budget: WorkBudget): Word[] {
  const least = Math.max(0, at - range.side)
  const words: Word[] = []
  let i = at - 1
  while (i >= least && words.length < range.most && !isGap(chars, i)) {
    const to = i + 1
    while (i >= least && isBase64Letter(chars[i])) i -= 1
    take(chars, i + 1, to, range, words, budget)
    if (i + 1 === to) i -= 1
  }
  budget.spend(LETTER_COST * (at - i))
  return words
}

function wordsBehind(chars: Uint8Array, at: number, range: Range, budget: WorkBudget): Word[] {
  const most = Math.min(chars.length, at + range.side)
  const words: Word[] = []
  let i = at
  while (i < most && words.length < range.most && !isGap(chars, i)) {
    const from = i
    while (i < most && isBase64Letter(chars[i])) i += 1
    take(chars, from, i, range, words, budget)
    if (i === from) i += 1
  }
  budget.spend(LETTER_COST * (i - at))
  return words
}

/** Two zeros: variables of a process have one between any two. */
const isGap = (chars: Uint8Array, i: number) => chars[i] === 0 && chars[i + 1] === 0

function take(
  chars: Uint8Array,
  from: number,
  to: number,
  { letters }: Range,
  words: Word[],
  budget: WorkBudget,
) {
  const [least, most] = letters
  if (to - from < least || to - from > most) return
  const { bytes, end } = decodeBase64(chars, from, to, budget, { isUrl: true })
  if (end === to) words.push({ from, to, bytes })
  else bytes.fill(0)
}

interface NumberWord extends Word {
  readonly value: bigint
}

function rsaAmong(words: readonly Word[], budget: WorkBudget): Detected | undefined {
  const numbers = words.map((word) => ({ ...word, value: fromBigEndian(word.bytes, budget) }))
  for (const n of numbers) {
    if ((n.value & 1n) === 0n) continue
    const key = byPrimes(n, numbers, budget) ?? byExponent(n, numbers, budget)
    if (key !== undefined) return key
  }
  return undefined
}

function byPrimes(
  n: NumberWord,
  numbers: readonly NumberWord[],
  budget: WorkBudget,
): Detected | undefined {
  const isHalf = ({ bytes }: Word) => bytes.length === Math.ceil(n.bytes.length / 2)
  const halves = numbers.filter((word) => isHalf(word) && (word.value & 1n) === 1n)
  for (const [i, p] of halves.entries()) {
    for (const q of halves.slice(i + 1)) {
      budget.spend(PRODUCT_COST)
      if (p.value * q.value !== n.value) continue
      return placed(rsaKey({ n: n.value, e: E, p: p.value, q: q.value }, budget), p)
    }
  }
  return undefined
}

/** By d alone, which is less than n. */
function byExponent(
  n: NumberWord,
  numbers: readonly NumberWord[],
  budget: WorkBudget,
): Detected | undefined {
  for (const d of numbers) {
    const isLong = n.bytes.length - d.bytes.length < 2
    if (!isLong || d.value >= n.value || (d.value & 1n) === 0n) continue
    const key = rsaKey({ n: n.value, e: E, d: d.value }, budget)
    if (key?.certainty === 'proven') return placed(key, d)
  }
  return undefined
}

function curveKeyAmong(
  name: string,
  words: readonly Word[],
  budget: WorkBudget,
): Detected | undefined {
  for (const d of words) {
    for (const x of words) {
      if (x === d || x.bytes.length !== d.bytes.length) continue
      const key =
        okpKey(name, d.bytes, x.bytes, budget) ?? ecKey(name, d.bytes, x.bytes, undefined, budget)
      if (key?.certainty === 'proven') return placed(key, d)
    }
  }
  return undefined
}

function placed(key: Detected | undefined, { from, to }: Word): Detected | undefined {
  return key === undefined ? undefined : { ...key, offset: from, length: to - from, form: FORM }
}
