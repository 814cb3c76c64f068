/**
 * GnuPG's private keys as S-expressions: the text of `private-keys-v1.d` since 2.3, and the canonical form (agent/keyformat.txt
 * of GnuPG; libgcrypt's manual).
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { protectedHit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import {
  endsAt,
  find,
  isAlphanumeric,
  isAt,
  isBlank,
  nameOf,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'
import { Labelled, type Value } from './labelled.ts'
import { ecKeyOfPoint, groupNamed, okpKey, rsaNamed } from './parts.ts'

const BEHIND_MOST = 32_768
const TOKENS_MOST = 128
const VALUE_MOST = 4096
const NAME_MOST = 24
const [OPEN, CLOSE, HASH, QUOTE, COLON, DASH] = [0x28, 0x29, 0x23, 0x22, 0x3a, 0x2d]

/** A value, or a bracket, whose value is empty; `end` is behind it. */
interface Token extends Value {
  readonly type: 'open' | 'close' | 'value'
  readonly end: number
}

/** How the tokens of an encoding are spelled, and what its keys begin with, without protection and with it. */
interface Syntax {
  readonly head: string
  readonly protectedHead: string
  /** Behind a head that is protected: the algorithm, a number or the curve. */
  readonly begin: readonly Token['type'][]
  readonly next: (chars: Uint8Array, at: number, budget: WorkBudget) => Token | undefined
}

/** `(`, `)`, `12:twelve bytes`. */
const CANONICAL: Syntax = {
  head: '(11:private-key(',
  protectedHead: '(21:protected-private-key(',
  begin: ['value', 'open', 'value', 'value'],
  next: (chars, at) => {
    let [length, from] = [0, at]
    for (; from - at < 5; from++) {
      const digit = (chars[from] ?? 0) - 0x30
      if (digit < 0 || digit > 9) break
      length = length * 10 + digit
    }
    if (from === at) return bracketAt(chars, at)
    const to = from + 1 + length
    if (chars[from] !== COLON || length > VALUE_MOST || to > chars.length) return undefined
    return { type: 'value', from: from + 1, to, coding: 'raw', end: to }
  },
}

/** `(`, `)`, `word`, `"quoted"`, `#hex#`. */
const TEXT: Syntax = {
  head: '(private-key',
  protectedHead: '(protected-private-key',
  begin: ['open', 'value', 'open', 'value', 'value'],
  next: (chars, at, budget) => {
    let from = at
    while (isBlank(chars[from])) from += 1
    const mark = chars[from] ?? 0
    if (mark === HASH || mark === QUOTE) {
      const most = Math.min(chars.length, from + 3 * VALUE_MOST)
      const to = find(chars, String.fromCharCode(mark), from + 1, budget, most)
      const coding = mark === HASH ? 'hex' : 'raw'
      return to < 0 ? undefined : { type: 'value', from: from + 1, to, coding, end: to + 1 }
    }
    let to = from
    while (to - from < 32 && (isAlphanumeric(chars[to]) || chars[to] === DASH)) to += 1
    if (to === from) return bracketAt(chars, from)
    return { type: 'value', from, to, coding: 'raw', end: to }
  },
}

function bracketAt(chars: Uint8Array, at: number): Token | undefined {
  if (chars[at] !== OPEN && chars[at] !== CLOSE) return undefined
  const type = chars[at] === OPEN ? 'open' : 'close'
  return { type, from: at, to: at, coding: 'raw', end: at + 1 }
}

const plain = (syntax: Syntax, isHead: (chars: Uint8Array, at: number) => boolean): TextReader => ({
  before: 0,
  behind: BEHIND_MOST,
  glance: ({ chars, at }) => (isHead(chars, at) ? BEHIND_MOST : 0),
  isEnd: endsAt(syntax.head),
  read: (run) => readSexp(run, syntax),
})

export const SEXP_TEXT: TextReader = plain(
  TEXT,
  (chars, at) => isAt(chars, at, TEXT.head) && isBlank(chars[at + TEXT.head.length]),
)
export const SEXP_CANONICAL: TextReader = plain(CANONICAL, (chars, at) =>
  isAt(chars, at, CANONICAL.head),
)

export const SEXP_PROTECTED: TextReader = {
  before: 0,
  behind: 2 * VALUE_MOST,
  glance: ({ chars, at }) => (protectedSyntax(chars, at) === undefined ? 0 : 2 * VALUE_MOST),
  read: ({ chars, at, budget }) => {
    const syntax = protectedSyntax(chars, at)
    if (syntax === undefined) return undefined
    let end = at + syntax.protectedHead.length
    // Heads alone, and the patterns that libgcrypt fills in, are in every gpg-agent's program.
    for (const type of syntax.begin) {
      const token = syntax.next(chars, end, budget)
      if (token?.type !== type) return undefined
      ;({ end } = token)
    }
    const proof = 'a protected-private-key of GnuPG; a passphrase guards it'
    return protectedHit('encrypted-key', 'sexp-protected', at, end, proof)
  },
}

const protectedSyntax = (chars: Uint8Array, at: number): Syntax | undefined =>
  [CANONICAL, TEXT].find(({ protectedHead }) => isAt(chars, at, protectedHead))

function readSexp(run: TextRun, { head, next }: Syntax): Detected | undefined {
  const { at } = run
  // The begin of the next key: nothing behind it belongs to this one.
  const other = find(run.chars, head, at + head.length, run.budget)
  const chars = other < 0 ? run.chars : run.chars.subarray(0, other)
  const shortName = ({ from, to }: Value) => (to - from > NAME_MOST ? '' : nameOf(chars, from, to))
  const values = new Labelled(chars, run.budget)
  // The canonical head ends in the bracket of the algorithm.
  let place = at + head.length - (head.endsWith('(') ? 1 : 0)
  let algorithm = ''
  let name: Token | undefined
  for (let i = 0, depth = 1; i < TOKENS_MOST && depth > 0; i++) {
    const token = next(chars, place, run.budget)
    if (token === undefined) break
    place = token.end
    if (token.type !== 'value') {
      depth += token.type === 'open' ? 1 : -1
      name = undefined
    } else if (algorithm === '') algorithm = shortName(token)
    else if (name === undefined) name = token
    else {
      values.add(shortName(name), token)
      name = undefined
    }
  }
  const key = ALGORITHMS.get(algorithm)?.(values)
  return key === undefined ? undefined : { ...key, offset: at, length: place - at, form: 'sexp' }
}

type KeyOf = (values: Labelled) => Detected | undefined

/** libgcrypt's u is p⁻¹ mod q. */
const rsa: KeyOf = ({ number, budget }) => rsaNamed(number, 'n e d p q - - u', budget)
const elgamal: KeyOf = ({ number, budget }) => groupNamed('dh', number, 'p - g y x', budget)

/** Names that libgcrypt gives the curves that are not in Weierstrass form. */
const OKP_CURVES: ReadonlyMap<string, string> = new Map([
  ['Ed25519', 'Ed25519'],
  ['Ed448', 'Ed448'],
  ['Curve25519', 'X25519'],
  ['cv25519', 'X25519'],
  ['X448', 'X448'],
])

const ecc: KeyOf = (values) => {
  const { budget } = values
  const [curve, point, secret] = [values.text('curve'), values.bytes('q'), values.bytes('d')]
  const okp = OKP_CURVES.get(curve)
  if (okp === undefined) return point && ecKeyOfPoint(curve, secret, point, budget)
  // 40 marks a point in its own form. Of Curve25519 libgcrypt keeps the scalar highest byte first.
  const isMarked = point !== undefined && point.length % 2 === 1 && point[0] === 0x40
  const half = isMarked ? point.subarray(1) : point
  return okpKey(okp, okp === 'X25519' ? secret?.toReversed() : secret, half, budget)
}

const ALGORITHMS: ReadonlyMap<string, KeyOf> = new Map([
  ['rsa', rsa],
  ['openpgp-rsa', rsa],
  ['dsa', ({ number, budget }) => groupNamed('dsa', number, 'p q g y x', budget)],
  ['elg', elgamal],
  ['openpgp-elg', elgamal],
  ['ecc', ecc],
  ['ecdsa', ecc],
  ['ecdh', ecc],
])
