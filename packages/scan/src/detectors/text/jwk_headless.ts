/**
 * Keys in JSON that no `kty` shows, found by the exponent 65,537 or `crv`: JWKs of which a freed buffer has lost its first 16
 * bytes, and .NET's `RSAParameters`. And those in texts that are not JSON: see `jwk_words.ts`.
 *
 * @module
 */
import type { Detected } from '../../anchors/detected.ts'
import { quoteLength } from '../../text/quoted.ts'
import { isAlphanumeric, isAt, type TextReader, type TextRun } from '../../text/text_run.ts'
import { hasKtyBefore, isOpened, type OtherObject, objectAround, SIDE_MOST } from './json_object.ts'
import { curveKeyOfWords, rsaOfWords } from './jwk_words.ts'
import type { Labelled } from './labelled.ts'
import { ecKey, okpKey, rsaNamed } from './parts.ts'

/** 65,537 in base64. */
export const EXPONENT = 'AQAB'
export const CURVE = 'crv'

/** Of JWKs and of .NET. */
const RSA_MEMBERS =
  'n|Modulus|modulus e|Exponent|exponent d|D p|P q|Q dp|DP dq|DQ qi|InverseQ|inverseQ'
const NAMES: ReadonlySet<string> = new Set(['kty', 'crv', 'x', 'y', ...RSA_MEMBERS.split(/[ |]/)])

export const JSON_RSA: TextReader = reader(EXPONENT, rsaIn, rsaOfWords)
export const JSON_CURVE: TextReader = reader(CURVE, curveKeyIn, curveKeyOfWords)

/** What a key is made of in JSON, and in other texts, of which the run and the end of its anchor are given. */
function reader(
  text: string,
  keyIn: (values: Labelled) => Detected | undefined,
  keyOfWords: (run: TextRun, to: number) => Detected | undefined,
): TextReader {
  const isQuoted = (chars: Uint8Array, at: number): boolean =>
    isAt(chars, at, text) && isOpened(chars, at) && quoteLength(chars, at + text.length) > 0
  const isWord = (chars: Uint8Array, at: number): boolean =>
    isAt(chars, at, text) &&
    !isAlphanumeric(chars[at - 1]) &&
    !isAlphanumeric(chars[at + text.length])
  const other = { letter: text.charCodeAt(0), begins: isQuoted }
  return {
    before: SIDE_MOST,
    behind: SIDE_MOST,
    glance: ({ chars, at }) => (isQuoted(chars, at) || isWord(chars, at) ? SIDE_MOST : 0),
    isEnd: (bytes, place, stride) => bytes[place] === 0 || isAt(bytes, place, text, stride),
    read: (run) =>
      (isQuoted(run.chars, run.at) ? readObject(run, other, keyIn) : undefined) ??
      (isWord(run.chars, run.at) ? keyOfWords(run, run.at + text.length) : undefined),
  }
}

function readObject(
  { chars, at, budget }: TextRun,
  other: OtherObject,
  keyIn: (values: Labelled) => Detected | undefined,
): Detected | undefined {
  // With its `kty` it is found by that.
  if (hasKtyBefore(chars, at, other)) return undefined
  const { from, end, values } = objectAround(chars, at, NAMES, other, budget)
  if (values.has('kty') || !values.has('d', 'D', 'p', 'P')) return undefined
  const key = keyIn(values)
  if (key === undefined) return undefined
  const isNet = values.has('Modulus', 'modulus', 'InverseQ', 'inverseQ')
  const form = isNet ? 'rsa-parameters' : 'jwk'
  return { ...key, offset: from, length: end - from, form }
}

function rsaIn({ number, budget }: Labelled): Detected | undefined {
  return rsaNamed(number, RSA_MEMBERS, budget)
}

function curveKeyIn(values: Labelled): Detected | undefined {
  const { budget } = values
  const [name, d, x] = [values.text('crv'), values.bytes('d'), values.bytes('x')]
  return okpKey(name, d, x, budget) ?? ecKey(name, d, x, values.bytes('y'), budget)
}
