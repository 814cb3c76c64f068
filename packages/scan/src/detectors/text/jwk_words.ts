/**
 * Keys of JWKs without their `kty`: whose begin a freed buffer has lost (glibc overwrites the first 16 bytes), `RSAParameters`
 * of .NET, and in texts that are not JSON: YAML, TOML, variables of a process, what PHP, Ruby, Go and JavaScript print.
 * Arithmetic decides which words around an exponent of 65,537 or the name of a curve are a key. @module
 */
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { decodeBase64, isBase64Letter } from '../../text/base64.ts'
import { isOpened, MEMBER } from '../../text/quoted.ts'
import {
  isAlphanumeric,
  isAt,
  latin,
  type TextReader,
  type TextRun,
  textAnchors,
} from '../../text/text_run.ts'
import { type JsonObject, objectAround } from './json_object.ts'
import { KTY } from './jwk.ts'
import { ecKey, okpKey, rsaKey } from './parts.ts'

const E = 65_537n
const MEMBERS = new RegExp(MEMBER, 'dg')
/** Of a letter that is gone over, and of the product of two numbers. */
const LETTER_COST = 3
const PRODUCT_COST = 2000
/** Letters before a mark in which its name would be. */
const NAMED_MOST = 24

interface Word {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

/** What stands among the words of a key, and which words these are. */
interface Mark {
  readonly text: string
  /** Letters to either side, and words that are examined there. */
  readonly side: number
  readonly most: number
  /** Letters of the shortest and of the longest word. */
  readonly letters: readonly [least: number, most: number]
  /** Whether what is before the mark says that another reader has it. */
  readonly isElsewhere?: RegExp
  readonly keyAmong: (words: readonly Word[], behind: string, budget: WorkBudget) => Found
}

type Found = { readonly key: Key; readonly word: Word } | undefined

/** The words of a curve: of secrets of 28 to 66 bytes. */
const CURVE = { side: 512, most: 3, letters: [37, 88] } as const

const MARKS: readonly Mark[] = [
  {
    // 65,537; the words are of a prime of 512 bits to a modulus of 16,384.
    text: 'AQAB',
    side: 24_576,
    most: 12,
    letters: [85, 2732],
    keyAmong: (words, _, budget) => rsaAmong(words, budget),
  },
  {
    text: 'crv',
    ...CURVE,
    // The word behind quotes, brackets, arrows, equals signs and colons.
    keyAmong: (words, behind, budget) =>
      curveKeyAmong(/^[^A-Za-z0-9\0]{0,12}([A-Za-z0-9-]{1,16})/.exec(behind)?.[1], words, budget),
  },
  ...['Ed25519', 'X25519', 'Ed448', 'X448'].map((text) => {
    const keyAmong = (words: readonly Word[], _: string, budget: WorkBudget) =>
      curveKeyAmong(text, words, budget)
    return Object.assign({}, CURVE, { text, isElsewhere: /crv/, keyAmong })
  }),
]

export const JWK_WORD_ANCHORS: readonly Anchor[] = MARKS.flatMap((mark) =>
  textAnchors(`jwk-${mark.text}`, mark.text, readerOf(mark)),
)

function readerOf(mark: Mark): TextReader {
  const { text, side } = mark
  const isWithin = text === 'AQAB' ? isBase64Letter : isAlphanumeric
  /** A word of its own: letters of a key can be those of a mark. */
  const isWord = (bytes: Uint8Array, at: number, stride: number): boolean =>
    isAt(bytes, at, text, stride) &&
    !isWithin(bytes[at - stride]) &&
    !isWithin(bytes[at + text.length * stride])
  /** The names of curves are between quotes. */
  const isMark = ({ chars, at }: TextRun): boolean =>
    isWord(chars, at, 1) && (mark.isElsewhere === undefined || isOpened(chars, at))
  return {
    before: side,
    behind: side,
    glance: (run) => (isMark(run) ? side : 0),
    isEnd: (bytes, offset, stride) => bytes[offset] === 0 || isWord(bytes, offset, stride),
    read: (run) => (isMark(run) ? readWords(run, mark) : undefined),
  }
}

function readWords({ chars, at, budget }: TextRun, mark: Mark): Match | undefined {
  const before = latin(chars, Math.max(0, at - NAMED_MOST), at)
  if (mark.isElsewhere?.test(before) === true) return undefined
  const object = isOpened(chars, at) ? objectAround(chars, at, mark.text) : undefined
  const members = object === undefined ? [] : membersIn(chars, object)
  // What has a `kty` is read by that; XML and files of DNSSEC are read with all their numbers.
  if (members.some(({ name }) => name === KTY)) return undefined
  if (members.length === 0 && before.includes('xponent')) return undefined
  const to = at + mark.text.length
  const words = [
    ...wordsBeside(chars, at, -1, mark, budget),
    ...wordsBeside(chars, to, 1, mark, budget),
  ]
  // Escaped signs are of no word.
  for (const { from, to: end } of members.filter(({ isEscaped }) => isEscaped))
    take(chars, from, end, mark, words, budget)
  const found = mark.keyAmong(words, latin(chars, to, to + 32), budget)
  for (const { bytes } of words) bytes.fill(0)
  return found && placed(chars, members.length === 0 ? undefined : object, found)
}

/** Names and values of an object, if it is one of JSON. */
function membersIn(chars: Uint8Array, { from, end }: JsonObject) {
  return [...latin(chars, from, end).matchAll(MEMBERS)].map(({ groups, indices }) => {
    const [begin = 0, to = 0] = indices?.groups?.['value'] ?? []
    const isEscaped = /[\\%&]/.test(groups?.['value'] ?? '')
    return { name: groups?.['name'], from: from + begin, to: from + to, isEscaped }
  })
}

/** JSON as a whole, where the words of the key are in it; else the word that is secret. */
function placed(
  chars: Uint8Array,
  json: JsonObject | undefined,
  { key, word: { from, to } }: NonNullable<Found>,
): Match {
  if (json === undefined || from < json.from || to > json.end)
    return hit(key, 'jwk-words', from, to)
  const text = latin(chars, json.from, json.end)
  const form = /odulus|nverseQ/.test(text) ? 'rsa-parameters' : 'jwk'
  return hit(key, form, json.from, json.from + text.length)
}

/** Words to one side of a mark, the nearest first. */
function wordsBeside(
  chars: Uint8Array,
  at: number,
  step: 1 | -1,
  mark: Mark,
  budget: WorkBudget,
): Word[] {
  const [least, most] = [Math.max(0, at - mark.side), Math.min(chars.length, at + mark.side)]
  const words: Word[] = []
  let i = step === 1 ? at : at - 1
  while (i >= least && i < most && words.length < mark.most && !isGap(chars, i)) {
    const first = i
    while (i >= least && i < most && isBase64Letter(chars[i])) i += step
    take(chars, Math.min(first, i + 1), Math.max(first + 1, i), mark, words, budget)
    if (i === first) i += step
  }
  budget.spend(LETTER_COST * Math.abs(at - i))
  return words
}

/** Two zeros: variables of a process have one between any two. */
const isGap = (chars: Uint8Array, i: number) => chars[i] === 0 && chars[i + 1] === 0

function take(
  chars: Uint8Array,
  from: number,
  to: number,
  { letters: [least, most] }: Mark,
  words: Word[],
  budget: WorkBudget,
): void {
  // Signs that are escaped have six letters.
  if (to - from < least || to - from > 2 * most) return
  const { bytes, end } = decodeBase64(chars, from, to, budget, { isUrl: true })
  if (end === to) words.push({ from, to, bytes })
  else bytes.fill(0)
}

interface NumberWord extends Word {
  readonly value: bigint
}

function rsaAmong(words: readonly Word[], budget: WorkBudget): Found {
  const numbers = words.map((word) => ({ ...word, value: fromBigEndian(word.bytes, budget) }))
  for (const n of numbers) {
    if ((n.value & 1n) === 0n) continue
    const found = byPrimes(n, numbers, budget) ?? byExponent(n, numbers, budget)
    if (found !== undefined) return found
  }
  return undefined
}

function byPrimes(n: NumberWord, numbers: readonly NumberWord[], budget: WorkBudget): Found {
  const isHalf = ({ bytes }: Word) => bytes.length === Math.ceil(n.bytes.length / 2)
  const halves = numbers.filter((word) => isHalf(word) && (word.value & 1n) === 1n)
  for (const [i, p] of halves.entries()) {
    for (const q of halves.slice(i + 1)) {
      budget.spend(PRODUCT_COST)
      if (p.value * q.value !== n.value) continue
      const key = rsaKey({ n: n.value, e: E, p: p.value, q: q.value }, budget)
      return key && { key, word: p }
    }
  }
  return undefined
}

/** By d alone, which is less than n. */
function byExponent(n: NumberWord, numbers: readonly NumberWord[], budget: WorkBudget): Found {
  for (const d of numbers) {
    const isLong = n.bytes.length - d.bytes.length < 2
    if (!isLong || d.value >= n.value || (d.value & 1n) === 0n) continue
    const key = rsaKey({ n: n.value, e: E, d: d.value }, budget)
    if (key?.certainty === 'proven') return { key, word: d }
  }
  return undefined
}

function curveKeyAmong(
  name: string | undefined,
  words: readonly Word[],
  budget: WorkBudget,
): Found {
  if (name === undefined) return undefined
  for (const d of words) {
    const others = words.filter((word) => word !== d && word.bytes.length === d.bytes.length)
    for (const x of others) {
      const y = others.find((word) => word !== x)
      const key =
        okpKey(name, d.bytes, x.bytes, budget) ?? ecKey(name, d.bytes, x.bytes, y?.bytes, budget)
      if (key?.certainty === 'proven') return { key, word: d }
    }
  }
  return undefined
}
