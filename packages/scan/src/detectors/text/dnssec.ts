/**
 * BIND's private keys for DNSSEC, `Private-key-format: v1.2` and v1.3, in plain text, in strings, in HTML
 * (lib/dns/dst_parse.c of BIND 9; RFC 5702, 6605, 8080).
 *
 * The elliptic ones have no public half in the file: header, algorithm, exact length and padding, and a scalar in range
 * are all that can be checked. They are well-formed, and verified where their public half is known.
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Detected } from '../../anchors/detected.ts'
import {
  endsAt,
  find,
  isAlphanumeric,
  isAt,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'
import { Labelled } from './labelled.ts'
import { ecKey, groupNamed, okpKey, rsaNamed } from './parts.ts'

const HEADER = 'Private-key-format:'
const BEHIND_MOST = 32_768
const RSA = 'Modulus PublicExponent PrivateExponent Prime1 Prime2 Exponent1 Exponent2 Coefficient'
const DSA = 'Prime(p) Subprime(q) Base(g) Public_value(y) Private_value(x)'
const FIELDS = `Algorithm PrivateKey ${RSA} ${DSA}`.split(' ')
const NAME_MOST = 20
const [COLON, OPEN, CLOSE] = [0x3a, 0x3c, 0x3e]

export const DNSSEC: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: ({ chars, at }) => (isAt(chars, at, HEADER) ? BEHIND_MOST : 0),
  isEnd: endsAt(HEADER),
  read: ({ chars, at, budget }: TextRun): Detected | undefined => {
    const next = find(chars, HEADER, at + HEADER.length, budget)
    const fields = fieldsIn(chars, at + HEADER.length, next < 0 ? chars.length : next, budget)
    const key = keyOf(fields.digits('Algorithm'), fields)
    return key && { ...key, offset: at, length: fields.end - at, form: 'dnssec' }
  },
}

/** `Name: value` in any wrapping; a value ends where the next name begins. */
function fieldsIn(chars: Uint8Array, from: number, to: number, budget: WorkBudget): Labelled {
  const fields = new Labelled(chars, budget, from)
  for (let at = from; at < to && chars[at] !== 0 && fields.size < FIELDS.length; at++) {
    if (chars[at] !== COLON) continue
    const name = FIELDS.find((field) => isAt(chars, at - field.length, field))
    if (name === undefined) continue
    fields.add(name, { from: at + 1, to: valueEnd(chars, at + 1, to), coding: 'base64' })
  }
  return fields
}

/** Where the next name begins, tags left aside: their attributes have colons too. */
function valueEnd(chars: Uint8Array, from: number, to: number): number {
  let isInTag = false
  for (let at = from; at < to; at++) {
    const letter = chars[at]
    if (letter === 0) return at
    if (letter === OPEN || letter === CLOSE) isInTag = letter === OPEN
    if (letter !== COLON || isInTag) continue
    let name = at
    while (at - name < NAME_MOST && isNameLetter(chars[name - 1])) name -= 1
    return name
  }
  return to
}

const isNameLetter = (letter: number | undefined): boolean =>
  isAlphanumeric(letter) || letter === 0x28 || letter === 0x29 || letter === 0x5f

/** Curves by the number of their algorithm, and bytes of a secret. */
const CURVES: ReadonlyMap<number | undefined, readonly [curve: string, length: number]> = new Map([
  [13, ['P-256', 32]],
  [14, ['P-384', 48]],
  [15, ['Ed25519', 32]],
  [16, ['Ed448', 57]],
])

function keyOf(algorithm: number | undefined, fields: Labelled): Detected | undefined {
  if ([1, 5, 7, 8, 10].includes(algorithm ?? 0))
    return rsaNamed(fields.number, RSA, fields.budget, 'needs n')
  if (algorithm === 3 || algorithm === 6)
    return groupNamed('dsa', fields.number, DSA, fields.budget)
  const { budget } = fields
  const [curve, length] = CURVES.get(algorithm) ?? ['', 0]
  const secret = fields.bytes('PrivateKey')
  if (secret?.length !== length || secret.every((byte) => byte === secret[0])) return undefined
  const key =
    okpKey(curve, secret, undefined, budget) ?? ecKey(curve, secret, undefined, undefined, budget)
  const proof = 'exact in form and length, scalar in range'
  return key && { ...key, certainty: 'proven', proof, isWellFormed: true }
}
