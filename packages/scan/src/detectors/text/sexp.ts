/**
 * GnuPG's private keys as S-expressions: the text of `private-keys-v1.d` since 2.3, and the canonical form (agent/keyformat.txt
 * of GnuPG; libgcrypt's manual). @module
 */
import type { Key } from '@mintmark/keys/material/key'
import { hit, protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { endsAt, find, latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { Labelled, type Value } from './labelled.ts'
import { ecKeyOfPoint, groupNamed, okpKey, rsaNamed } from './parts.ts'

const BEHIND_MOST = 32_768
const PROTECTED_MOST = 8192
const TOKENS_MOST = 128
const VALUE_MOST = 4096
const NAME_MOST = 24
/** Of a letter that is read. */
const LETTER_COST = 2

/** A value, or a bracket, whose value is empty; `end` is behind it. */
interface Token extends Value {
  readonly type: 'open' | 'close' | 'value'
  readonly end: number
}

/** How an encoding is spelled. */
interface Syntax {
  /** What its keys begin with, up to the bracket of the algorithm, without protection and with it. */
  readonly head: RegExp
  readonly protectedHead: RegExp
  /** What is behind a protected head: the algorithm, a number or the curve. */
  readonly begin: readonly Token['type'][]
  /** One token: `(`, `)`, or letters by how they are coded, `length` of those that are counted. */
  readonly token: RegExp
}

/** `(`, `)`, `12:twelve bytes`. */
const CANONICAL: Syntax = {
  head: /^\(11:private-key(?=\()/,
  protectedHead: /^\(21:protected-private-key\(/,
  begin: ['value', 'open', 'value', 'value'],
  token: /(?<open>\()|(?<close>\))|(?<length>\d{1,5}):/dy,
}

/** `(`, `)`, `word`, `"quoted"`, `#hex#`. */
const TEXT: Syntax = {
  head: /^\(private-key(?=\s)/,
  protectedHead: /^\(protected-private-key/,
  begin: ['open', 'value', 'open', 'value', 'value'],
  token:
    /\s*(?:(?<open>\()|(?<close>\))|#(?<hex>[^#]{0,12288})#|"(?<raw>[^"]{0,12288})"|(?<word>[A-Za-z\d-]{1,32}))/dy,
}

const SYNTAXES = [CANONICAL, TEXT]

function nextToken({ token }: Syntax, text: string, at: number): Token | undefined {
  token.lastIndex = at
  const groups = token.exec(text)?.indices?.groups
  if (groups === undefined) return undefined
  let end = token.lastIndex
  const { open, close, hex, raw, word, length } = groups
  if (open ?? close)
    return { type: open ? 'open' : 'close', from: end, to: end, coding: 'raw', end }
  let [from, to] = hex ?? raw ?? word ?? [end, end]
  if (length !== undefined) {
    const bytes = Number(text.slice(...length))
    ;[from, to, end] = [end, end + bytes, end + bytes]
    if (bytes > VALUE_MOST || end > text.length) return undefined
  }
  return { type: 'value', from, to, coding: hex ? 'hex' : 'raw', end }
}

/** The syntax and the length of a head at the run's offset. */
function headAt({ chars, at }: TextRun, which: 'head' | 'protectedHead') {
  const text = latin(chars, at, at + 32)
  for (const syntax of SYNTAXES) {
    const length = syntax[which].exec(text)?.[0].length
    if (length !== undefined) return { syntax, length }
  }
  return undefined
}

export const SEXP: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: (run) => (headAt(run, 'head') === undefined ? 0 : BEHIND_MOST),
  isEnd: endsAt('(private-key'),
  read: readSexp,
}

export const SEXP_PROTECTED: TextReader = {
  before: 0,
  behind: PROTECTED_MOST,
  glance: (run) => (headAt(run, 'protectedHead') === undefined ? 0 : PROTECTED_MOST),
  read: (run) => {
    const found = headAt(run, 'protectedHead')
    if (found === undefined) return undefined
    const text = latin(run.chars)
    let end = run.at + found.length
    // Heads alone, and the patterns that libgcrypt fills in, are in every gpg-agent's program.
    for (const type of found.syntax.begin) {
      const token = nextToken(found.syntax, text, end)
      if (token?.type !== type) return undefined
      ;({ end } = token)
    }
    const proof = 'a protected-private-key of GnuPG; a passphrase guards it'
    return protectedHit('encrypted-key', 'sexp-protected', run.at, end, proof)
  },
}

function readSexp(run: TextRun): Match | undefined {
  const { at, budget } = run
  const found = headAt(run, 'head')
  if (found === undefined) return undefined
  let offset = at + found.length
  // The begin of the next key: nothing behind it belongs to this one.
  const head = latin(run.chars, at, offset)
  const chars = run.chars.subarray(0, find(run.chars, head, offset, budget))
  budget.spend(LETTER_COST * (chars.length - at))
  const text = latin(chars)
  const shortName = ({ from, to }: Value) => (to - from > NAME_MOST ? '' : text.slice(from, to))
  const values = new Labelled(chars, budget)
  let algorithm = ''
  let name: Token | undefined
  for (let i = 0, depth = 1; i < TOKENS_MOST && depth > 0; i++) {
    const token = nextToken(found.syntax, text, offset)
    if (token === undefined) break
    offset = token.end
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
  return key === undefined ? undefined : hit(key, 'sexp', at, offset)
}

type KeyOf = (values: Labelled) => Key | undefined

/** libgcrypt's u is p⁻¹ mod q. */
const rsa: KeyOf = ({ number, budget }) => rsaNamed(number, 'n e d p q - - u', budget)
const elgamal: KeyOf = ({ number, budget }) => groupNamed('dh', number, 'p - g y x', budget)

/** Names that libgcrypt gives the curves that are not in Weierstrass form. */
const OKP_CURVES: Readonly<Record<string, string>> = {
  Ed25519: 'Ed25519',
  Ed448: 'Ed448',
  Curve25519: 'X25519',
  cv25519: 'X25519',
  X448: 'X448',
}

const ecc: KeyOf = (values) => {
  const { budget } = values
  const [curve, point, secret] = [values.text('curve'), values.bytes('q'), values.bytes('d')]
  const okp = OKP_CURVES[curve]
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
