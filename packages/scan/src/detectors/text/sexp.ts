/**
 * GnuPG's private keys as S-expressions: the text of `private-keys-v1.d` since 2.3, and the canonical form.
 *
 * Source: GnuPG, agent/keyformat.txt; libgcrypt's manual, "S-expressions".
 *
 * @module
 */

import type { Detected } from '../../anchors/detected.ts'
import { hexDigit } from '../../text/base64.ts'
import {
  endsAt,
  find,
  isAlphanumeric,
  isBlank,
  nameOf,
  standsAt,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'
import { dhKey, dsaKey, ecKey, numberOf, okpKey, rsaKey } from './parts.ts'

const BEHIND_MOST = 32_768
const TOKENS_MOST = 128
const VALUE_MOST = 4096
const TEXT = '(private-key'
const TEXT_PROTECTED = '(protected-private-key'
const CANONICAL = '(11:private-key('
const CANONICAL_PROTECTED = '(21:protected-private-key('

export const SEXP_TEXT: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: ({ chars, at }) =>
    standsAt(chars, at, TEXT) && isBlank(chars[at + TEXT.length]) ? BEHIND_MOST : 0,
  isEnd: endsAt(TEXT),
  read: (run) => readSexp(run, TEXT, textToken),
}

export const SEXP_CANONICAL: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: ({ chars, at }) => (standsAt(chars, at, CANONICAL) ? BEHIND_MOST : 0),
  isEnd: endsAt(CANONICAL),
  read: (run) => readSexp(run, CANONICAL, canonicalToken),
}

export const SEXP_PROTECTED: TextReader = {
  before: 0,
  behind: 2 * VALUE_MOST,
  glance: ({ chars, at }) => (isProtectedHead(chars, at) ? 2 * VALUE_MOST : 0),
  read: ({ chars, at }) => {
    const length = protectedLength(chars, at)
    if (length === 0) return undefined
    return {
      offset: at,
      length,
      kind: 'encrypted-key',
      form: 'sexp-protected',
      bits: 0,
      certainty: 'lesser',
      proof: 'a protected-private-key of GnuPG; a passphrase guards it',
    }
  },
}

function isProtectedHead(chars: Uint8Array, at: number): boolean {
  return standsAt(chars, at, CANONICAL_PROTECTED) || standsAt(chars, at, TEXT_PROTECTED)
}

/**
 * Letters from the head to the end of the first number or name of a curve; 0 where they are not there: heads alone, and the
 * patterns that libgcrypt fills in, stand in every gpg-agent's program.
 */
function protectedLength(chars: Uint8Array, at: number): number {
  const isCanonical = standsAt(chars, at, CANONICAL_PROTECTED)
  if (!isCanonical && !standsAt(chars, at, TEXT_PROTECTED)) return 0
  const next = isCanonical ? canonicalToken : textToken
  let place = at + (isCanonical ? CANONICAL_PROTECTED : TEXT_PROTECTED).length
  for (const type of [...(isCanonical ? [] : ['open']), 'value', 'open', 'value', 'value']) {
    const token = next(chars, place)
    if (token?.type !== type) return 0
    place = token.end
  }
  return place - at
}

/** A token: a value's bytes are [`from`, `to`), in hex where `isHex`. */
interface Token {
  readonly type: 'open' | 'close' | 'value'
  readonly from: number
  readonly to: number
  readonly isHex: boolean
  readonly end: number
}

type Tokenise = (chars: Uint8Array, at: number) => Token | undefined

function readSexp(run: TextRun, head: string, next: Tokenise): Detected | undefined {
  const { at } = run
  // The begin of the next key: nothing behind it belongs to this one.
  const other = find(run.chars, head, at + head.length)
  const chars = other < 0 ? run.chars : run.chars.subarray(0, other)
  // The canonical head ends in the bracket of the algorithm.
  let place = head.endsWith('(') ? at + head.length - 1 : at + head.length
  const values = new Map<string, Token>()
  let algorithm = ''
  let name: Token | undefined
  let depth = 1
  for (let i = 0; i < TOKENS_MOST && depth > 0; i++) {
    const token = next(chars, place)
    if (token === undefined) break
    place = token.end
    if (token.type !== 'value') {
      depth += token.type === 'open' ? 1 : -1
      name = undefined
    } else if (algorithm === '') algorithm = shortName(chars, token)
    else if (name === undefined) name = token
    else {
      const key = shortName(chars, name)
      if (!values.has(key)) values.set(key, token)
      name = undefined
    }
  }
  const key = keyOf(algorithm, new SexpValues(chars, values))
  if (key === undefined) return undefined
  return { ...key, offset: at, length: place - at, form: 'sexp' }
}

function shortName(chars: Uint8Array, { from, to }: Token): string {
  return to - from > 24 ? '' : nameOf(chars, from, to)
}

/** `(`, `)`, `12:twelve bytes`. */
const canonicalToken: Tokenise = (chars, at) => {
  const bracket = bracketAt(chars, at)
  if (bracket !== undefined) return bracket
  let length = 0
  let i = at
  while (i - at < 5) {
    const digit = (chars[i] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    length = length * 10 + digit
    i += 1
  }
  const from = i + 1
  const isWhole =
    i > at && chars[i] === 0x3a && length <= VALUE_MOST && from + length <= chars.length
  if (!isWhole) return undefined
  return { type: 'value', from, to: from + length, isHex: false, end: from + length }
}

/** `(`, `)`, `word`, `"quoted"`, `#hex#`. */
const textToken: Tokenise = (chars, at) => {
  let i = at
  while (isBlank(chars[i])) i += 1
  const bracket = bracketAt(chars, i)
  if (bracket !== undefined) return bracket
  const mark = chars[i]
  if (mark === 0x23 || mark === 0x22) {
    const to = find(
      chars,
      String.fromCharCode(mark),
      i + 1,
      Math.min(chars.length, i + 3 * VALUE_MOST),
    )
    if (to < 0) return undefined
    return { type: 'value', from: i + 1, to, isHex: mark === 0x23, end: to + 1 }
  }
  let to = i
  while (to - i < 32 && (isAlphanumeric(chars[to]) || chars[to] === 0x2d)) to += 1
  return to === i ? undefined : { type: 'value', from: i, to, isHex: false, end: to }
}

function bracketAt(chars: Uint8Array, at: number): Token | undefined {
  const isOpen = chars[at] === 0x28
  if (!isOpen && chars[at] !== 0x29) return undefined
  return { type: isOpen ? 'open' : 'close', from: at, to: at, isHex: false, end: at + 1 }
}

class SexpValues {
  readonly #chars: Uint8Array
  readonly #values: ReadonlyMap<string, Token>

  constructor(chars: Uint8Array, values: ReadonlyMap<string, Token>) {
    this.#chars = chars
    this.#values = values
  }

  text(name: string): string {
    const token = this.#values.get(name)
    return token === undefined ? '' : shortName(this.#chars, token)
  }

  bytes(name: string): Uint8Array | undefined {
    const token = this.#values.get(name)
    if (token === undefined) return undefined
    if (!token.isHex) return this.#chars.subarray(token.from, token.to)
    return hexBytes(this.#chars, token)
  }

  number(name: string): bigint | undefined {
    return numberOf(this.bytes(name))
  }
}

function hexBytes(chars: Uint8Array, { from, to }: Token): Uint8Array | undefined {
  const digits: number[] = []
  for (let i = from; i < to; i++) {
    if (isBlank(chars[i])) continue
    const digit = hexDigit(chars[i])
    if (digit < 0) return undefined
    digits.push(digit)
  }
  if (digits.length % 2 !== 0) return undefined
  return Uint8Array.from(
    { length: digits.length / 2 },
    (_, i) => (digits[2 * i] ?? 0) * 16 + (digits[2 * i + 1] ?? 0),
  )
}

function keyOf(algorithm: string, values: SexpValues): Detected | undefined {
  switch (algorithm) {
    case 'rsa':
    case 'openpgp-rsa':
      return rsaKey({
        n: values.number('n'),
        e: values.number('e'),
        d: values.number('d'),
        p: values.number('p'),
        q: values.number('q'),
        // libgcrypt's u is p⁻¹ mod q.
        qInv: values.number('u'),
      })
    case 'dsa':
      return dsaKey(...dsaNumbers(values))
    case 'elg':
    case 'openpgp-elg':
      return dhKey(values.number('p'), values.number('g'), values.number('y'), values.number('x'))
    case 'ecc':
    case 'ecdsa':
    case 'ecdh':
      return ecc(values)
    default:
      return undefined
  }
}

type DsaNumbers = Parameters<typeof dsaKey>

function dsaNumbers(values: SexpValues): DsaNumbers {
  return [
    values.number('p'),
    values.number('q'),
    values.number('g'),
    values.number('y'),
    values.number('x'),
  ]
}

/** Names that libgcrypt gives the curves that are not in Weierstrass form. */
const OKP_CURVES: ReadonlyMap<string, string> = new Map([
  ['Ed25519', 'Ed25519'],
  ['Ed448', 'Ed448'],
  ['Curve25519', 'X25519'],
  ['cv25519', 'X25519'],
  ['X448', 'X448'],
])

function ecc(values: SexpValues): Detected | undefined {
  const curve = values.text('curve')
  const point = values.bytes('q')
  const secret = values.bytes('d')
  const okp = OKP_CURVES.get(curve)
  if (okp !== undefined) {
    // 40 marks a point in its own form. Of Curve25519 libgcrypt keeps the scalar big-endian, RFC 7748 has it the other
    // way round.
    const half =
      point !== undefined && point.length % 2 === 1 && point[0] === 0x40 ? point.subarray(1) : point
    const isReversed = okp === 'X25519'
    return okpKey(okp, isReversed ? secret?.toReversed() : secret, half)
  }
  if (point === undefined || point[0] !== 4) return undefined
  const half = (point.length - 1) / 2
  return ecKey(curve, secret, point.subarray(1, 1 + half), point.subarray(1 + half))
}
