/**
 * Keys in JSON that no `kty` shows: JWKs of which a freed buffer has lost the begin, and .NET's `RSAParameters` as
 * JSON libraries write them. And those in texts that are not JSON: see `jwk_words.ts`.
 *
 * RSA is found by its exponent 65,537, curves by `crv`. Node writes `kty` first: the 16 bytes that glibc overwrites of
 * a freed buffer are `{"kty":"RSA","n"`.
 *
 * Source: RFC 7518 section 6; `System.Security.Cryptography.RSAParameters`, which IdentityServer4 kept its
 * signing key as (`tempkey.rsa`).
 *
 * @module
 */
import type { Detected } from '../../anchors/detected.ts'
import { quoteLength } from '../../text/quoted.ts'
import { isAlphanumeric, standsAt, type TextReader, type TextRun } from '../../text/text_run.ts'
import {
  hasBefore,
  isOpened,
  type OtherObject,
  objectAround,
  SIDE_MOST,
  type Values,
} from './json_object.ts'
import { curveKeyOfWords, rsaOfWords } from './jwk_words.ts'
import { ecKey, okpKey, rsaKey } from './parts.ts'

/** 65,537 in base64. */
export const EXPONENT = 'AQAB'
export const CURVE = 'crv'

const NAMES: ReadonlySet<string> = new Set(
  'kty crv x y d n e p q dp dq qi Modulus Exponent D P Q DP DQ InverseQ modulus exponent inverseQ'.split(
    ' ',
  ),
)

export const JSON_RSA: TextReader = reader(EXPONENT, rsaIn, rsaOfWords)
export const JSON_CURVE: TextReader = reader(CURVE, curveKeyIn, curveKeyOfWords)

/** What a key is made of in JSON, and in other texts, of which the run and the end of its anchor are given. */
function reader(
  text: string,
  keyIn: (values: Values) => Detected | undefined,
  keyOfWords: (run: TextRun, to: number) => Detected | undefined,
): TextReader {
  const isQuoted = (chars: Uint8Array, at: number): boolean =>
    standsAt(chars, at, text) && isOpened(chars, at) && quoteLength(chars, at + text.length) > 0
  const isWord = (chars: Uint8Array, at: number): boolean =>
    standsAt(chars, at, text) &&
    !isAlphanumeric(chars[at - 1]) &&
    !isAlphanumeric(chars[at + text.length])
  const other = { letter: text.charCodeAt(0), begins: isQuoted }
  return {
    before: SIDE_MOST,
    behind: SIDE_MOST,
    glance: ({ chars, at }) => (isQuoted(chars, at) || isWord(chars, at) ? SIDE_MOST : 0),
    isEnd: (bytes, place, stride) => bytes[place] === 0 || standsAt(bytes, place, text, stride),
    read: (run) =>
      (isQuoted(run.chars, run.at) ? readObject(run, other, keyIn) : undefined) ??
      (isWord(run.chars, run.at) ? keyOfWords(run, run.at + text.length) : undefined),
  }
}

function readObject(
  { chars, at }: TextRun,
  other: OtherObject,
  keyIn: (values: Values) => Detected | undefined,
): Detected | undefined {
  // With its `kty` it is found by that.
  if (hasBefore(chars, at, 'kty', other)) return undefined
  const { from, end, values } = objectAround(chars, at, NAMES, other)
  if (values.hasAny('kty') || !values.hasAny('d', 'D', 'p', 'P')) return undefined
  const key = keyIn(values)
  if (key === undefined) return undefined
  const isNet = values.hasAny('Modulus', 'modulus', 'InverseQ', 'inverseQ')
  const form = isNet ? 'rsa-parameters' : 'jwk'
  return { ...key, offset: from, length: end - from, form }
}

function rsaIn(values: Values): Detected | undefined {
  return rsaKey({
    n: values.number('n', 'Modulus', 'modulus'),
    e: values.number('e', 'Exponent', 'exponent'),
    d: values.number('d', 'D'),
    p: values.number('p', 'P'),
    q: values.number('q', 'Q'),
    dP: values.number('dp', 'DP'),
    dQ: values.number('dq', 'DQ'),
    qInv: values.number('qi', 'InverseQ', 'inverseQ'),
  })
}

function curveKeyIn(values: Values): Detected | undefined {
  const [name, d, x] = [values.name('crv'), values.bytes('d'), values.bytes('x')]
  return okpKey(name, d, x) ?? ecKey(name, d, x, values.bytes('y'))
}
