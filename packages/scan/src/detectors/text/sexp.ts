/**
 * GnuPG's private keys as S-expressions: `private-keys-v1.d` since 2.3, and canonical
 * (agent/keyformat.txt of GnuPG; libgcrypt's manual).
 */
import type { Key } from '@mintmark/keys/material/key'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit, protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { endsAt, latin, type TextReader, type TextRun, textAnchors } from '../../text/text_run.ts'
import { Labelled } from './labelled.ts'
import { ecKeyOfPoint, groupNamed, okpKey, rsaNamed } from './parts.ts'

const BEHIND_MOST = 32_768
const PROTECTED_MOST = 8192
const PAIRS_MOST = 32
const VALUE_MOST = 4096
const LETTER_COST = 2

const NAME = '(?<name>[a-z-]{1,24})'
const VALUE = String.raw`(?:#(?<hex>[^#]{0,12288})#|"(?<raw>[^"]{0,12288})"|(?<word>[A-Za-z\d-]{1,32}))`

/**
 * A key's begin up to its algorithm; a name and value, with what closes the one before. Values
 * without a name belong to the one before: `(flags param eddsa)`.
 */
const SYNTAXES = [
  {
    head: /^\((?<protected>protected-)?private-key\s+\(\s*(?<algorithm>[a-z-]{1,24})/,
    pair: new RegExp(String.raw`(?:(?:\s*\))?\s*\(\s*${NAME})?\s+${VALUE}`, 'dy'),
  },
  {
    // Canonical: each value behind its length, `12:twelve bytes`.
    head: /^\((?:11:|(?<protected>21:protected-))private-key\(\d{1,2}:(?<algorithm>[a-z-]{1,24})/,
    pair: new RegExp(String.raw`(?:\)?\(\d{1,2}:${NAME})?(?<length>\d{1,5}):`, 'dy'),
  },
]

function headAt({ chars, at }: TextRun, isProtected: boolean) {
  const text = latin(chars, at, at + 64)
  for (const { head, pair } of SYNTAXES) {
    const found = head.exec(text)
    if (found === null || (found.groups?.['protected'] !== undefined) !== isProtected) continue
    return { pair, end: at + found[0].length, algorithm: found.groups?.['algorithm'] ?? '' }
  }
  return undefined
}

/** As far as they follow each other, and where the last ends. */
function valuesFrom(run: TextRun, pair: RegExp, from: number, most: number) {
  const { chars, budget } = run
  const text = latin(chars)
  const values = new Labelled(chars, budget)
  let end = from
  for (let i = 0; i < most; i++) {
    pair.lastIndex = end
    const groups = pair.exec(text)?.indices?.groups
    if (groups === undefined || (i === 0 && groups['name'] === undefined)) break
    const [begin, to] = groups['name'] ?? [0, 0]
    const { hex, raw, word, length } = groups
    let value = hex ?? raw ?? word
    let next = pair.lastIndex
    if (length !== undefined) {
      const bytes = Number(text.slice(...length))
      if (bytes > VALUE_MOST || next + bytes > text.length) break
      value = [next, next + bytes]
      next += bytes
    }
    if (value === undefined) break
    values.add(text.slice(begin, to), { from: value[0], to: value[1], coding: hex ? 'hex' : 'raw' })
    end = next
  }
  return { values, end }
}

const SEXP: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: (run) => (headAt(run, false) === undefined ? 0 : BEHIND_MOST),
  isEnd: endsAt('(private-key'),
  read: readSexp,
}

const SEXP_PROTECTED: TextReader = {
  before: 0,
  behind: PROTECTED_MOST,
  glance: (run) => (headAt(run, true) === undefined ? 0 : PROTECTED_MOST),
  read: (run) => {
    const head = headAt(run, true)
    const end = head && valuesFrom(run, head.pair, head.end, 1).end
    // Heads alone, and the patterns that libgcrypt fills in, are in every gpg-agent's program.
    if (end === undefined || end === head?.end) return undefined
    const verification = 'a protected-private-key of GnuPG; a passphrase guards it'
    return protectedHit('encrypted-key', 'sexp-protected', run.at, end, verification)
  },
}

function readSexp(run: TextRun): Match | undefined {
  const { chars, at, budget } = run
  const head = headAt(run, false)
  if (head === undefined) return undefined
  budget.spend(LETTER_COST * (chars.length - at))
  const { values, end } = valuesFrom(run, head.pair, head.end, PAIRS_MOST)
  const key = ALGORITHMS.get(head.algorithm)?.(values)
  const closed = /^(?:\s*\)){0,3}/.exec(latin(chars, end, end + 32))?.[0] ?? ''
  return key === undefined ? undefined : hit(key, 'sexp', at, end + closed.length)
}

type KeyOf = (values: Labelled) => Key | undefined

const rsa: KeyOf = ({ number, budget }) => rsaNamed(number, 'n e d p q - - u', budget)
const elgamal: KeyOf = ({ number, budget }) => groupNamed('dh', number, 'p - g y x', budget)

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
  // 40 marks a point in its own encoding. Of Curve25519 libgcrypt keeps the scalar highest byte first.
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

export const SEXP_ANCHORS: readonly Anchor[] = [
  ...textAnchors('sexp-text', '(private-key', SEXP),
  ...textAnchors('sexp-canonical', '(11:private-key(', SEXP),
  ...textAnchors('sexp-protected', '(protected-private-key', SEXP_PROTECTED),
  ...textAnchors('sexp-canonical-protected', '(21:protected-private-key(', SEXP_PROTECTED),
]
