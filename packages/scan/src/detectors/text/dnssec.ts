/**
 * BIND's private keys for DNSSEC, `Private-key-format: v1.2` and v1.3: RSA, ECDSA, EdDSA, DSA; in plain text, in strings, in
 * HTML.
 *
 * The elliptic ones have no public half in the file. Header, algorithm number, exact length and padding, and a
 * scalar in range are what holds them: they are well-formed, and verified where their public half is known.
 *
 * Source: BIND 9, lib/dns/dst_parse.c; RFC 5702, RFC 6605, RFC 8080.
 *
 * @module
 */

import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64, skipJunk } from '../../text/base64.ts'
import {
  endsAt,
  find,
  isAlphanumeric,
  standsAt,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'
import { dsaKey, ecKey, numberOf, okpKey, rsaKey } from './parts.ts'

const HEADER = 'Private-key-format:'
const BEHIND_MOST = 32_768
const FIELDS = [
  'Algorithm',
  'Modulus',
  'PublicExponent',
  'PrivateExponent',
  'Prime1',
  'Prime2',
  'Exponent1',
  'Exponent2',
  'Coefficient',
  'PrivateKey',
  'Prime(p)',
  'Subprime(q)',
  'Base(g)',
  'Private_value(x)',
  'Public_value(y)',
]
const FIELD_LONGEST = 20

export const DNSSEC: TextReader = {
  before: 0,
  behind: BEHIND_MOST,
  glance: ({ chars, at }) => (standsAt(chars, at, HEADER) ? BEHIND_MOST : 0),
  isEnd: endsAt(HEADER),
  read: (run) => readDnssec(run),
}

function readDnssec({ chars, at }: TextRun): Detected | undefined {
  const next = find(chars, HEADER, at + HEADER.length)
  const to = next < 0 ? chars.length : next
  const fields = new Fields(chars, at + HEADER.length, to)
  const algorithm = fields.digits('Algorithm')
  const key = algorithm === undefined ? undefined : keyOf(algorithm, fields)
  return key === undefined
    ? undefined
    : { ...key, offset: at, length: fields.end - at, form: 'dnssec' }
}

const CURVES: ReadonlyMap<number, string> = new Map([
  [13, 'P-256'],
  [14, 'P-384'],
])
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [13, 32],
  [14, 48],
  [15, 32],
  [16, 57],
])

function keyOf(algorithm: number, fields: Fields): Detected | undefined {
  if ([1, 5, 7, 8, 10].includes(algorithm)) return rsa(fields)
  if (algorithm === 3 || algorithm === 6) return dsa(fields)
  const secret = fields.bytes('PrivateKey')
  if (secret === undefined || secret.length !== LENGTHS.get(algorithm)) return undefined
  const curve = CURVES.get(algorithm)
  const key =
    curve === undefined
      ? okpKey(algorithm === 15 ? 'Ed25519' : 'Ed448', secret, undefined)
      : ecKey(curve, secret, undefined, undefined)
  if (key === undefined || secret.every((byte) => byte === secret[0])) return undefined
  return {
    ...key,
    certainty: 'proven',
    proof: 'exact in form and length, scalar in range',
    isWellFormed: true,
  }
}

function rsa(fields: Fields): Detected | undefined {
  const n = fields.number('Modulus')
  if (n === undefined) return undefined
  return rsaKey({
    n,
    e: fields.number('PublicExponent'),
    d: fields.number('PrivateExponent'),
    p: fields.number('Prime1'),
    q: fields.number('Prime2'),
    dP: fields.number('Exponent1'),
    dQ: fields.number('Exponent2'),
    qInv: fields.number('Coefficient'),
  })
}

function dsa(fields: Fields): Detected | undefined {
  return dsaKey(
    fields.number('Prime(p)'),
    fields.number('Subprime(q)'),
    fields.number('Base(g)'),
    fields.number('Public_value(y)'),
    fields.number('Private_value(x)'),
  )
}

/** `Name: value` in any dress; a value ends where the next name begins. */
class Fields {
  readonly #chars: Uint8Array
  readonly #begins = new Map<string, number>()
  readonly #to: number
  /** Behind the last value that was read. */
  end: number

  constructor(chars: Uint8Array, from: number, to: number) {
    this.#chars = chars
    this.#to = to
    this.end = from
    for (let at = from; at < to && this.#begins.size < FIELDS.length; at++) {
      if (chars[at] === 0) break
      if (chars[at] === 0x3a) this.#note(at)
    }
  }

  #note(colon: number): void {
    const name = FIELDS.find((field) => standsAt(this.#chars, colon - field.length, field))
    if (name !== undefined && !this.#begins.has(name)) this.#begins.set(name, colon + 1)
  }

  digits(name: string): number | undefined {
    const from = this.#begins.get(name)
    if (from === undefined) return undefined
    let at = skipJunk(this.#chars, from, this.#to)
    let value = -1
    for (let i = 0; i < 3; i++, at++) {
      const digit = (this.#chars[at] ?? 0) - 0x30
      if (digit < 0 || digit > 9) break
      value = Math.max(0, value) * 10 + digit
    }
    return value < 0 ? undefined : value
  }

  /** Undefined unless it is base64 with the padding that belongs to it. */
  bytes(name: string): Uint8Array | undefined {
    const from = this.#begins.get(name)
    if (from === undefined) return undefined
    const to = this.#valueEnd(from)
    const decoded = decodeBase64(this.#chars, from, to, { stopsAtBlankLine: true })
    if ((decoded.letters + decoded.padding) % 4 !== 0 || decoded.bytes.length === 0)
      return undefined
    this.end = Math.max(this.end, decoded.end)
    return decoded.bytes
  }

  number(name: string): bigint | undefined {
    return numberOf(this.bytes(name))
  }

  /** Where the next field's name begins, tags left aside: their attributes have colons too. */
  #valueEnd(from: number): number {
    const chars = this.#chars
    let isInTag = false
    for (let i = from; i < this.#to; i++) {
      const letter = chars[i]
      if (letter === 0x3c) isInTag = true
      else if (letter === 0x3e) isInTag = false
      else if (letter === 0x3a && !isInTag) return this.#nameBegin(i)
      else if (letter === 0) return i
    }
    return this.#to
  }

  #nameBegin(colon: number): number {
    let at = colon
    while (colon - at < FIELD_LONGEST && isNameLetter(this.#chars[at - 1])) at -= 1
    return at
  }
}

function isNameLetter(letter: number | undefined): boolean {
  return isAlphanumeric(letter) || letter === 0x28 || letter === 0x29 || letter === 0x5f
}
