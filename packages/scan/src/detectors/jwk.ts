/**
 * JSON Web Keys with their private members: alone, in a set, in other JSON, in strings of JSON, in any order.
 *
 * Source: RFC 7517, RFC 7518 section 6, RFC 8037, draft-ietf-cose-dilithium (`AKP`).
 *
 * @module
 */
import { decodeBase64 } from '../base64.ts'
import type { Detected } from '../detected.ts'
import { nameOf, standsAt, type TextReader, type TextRun } from '../text_run.ts'
import { ecKey, numberOf, okpKey, pqKey, rsaKey } from './parts.ts'
import { type Member, membersIn, quoteLength, skipSpace } from './quoted.ts'

/** Letters to either side of `kty` that belong to one key: a 16,384-bit RSA key with its certificate chain. */
const SIDE_MOST = 24_576
const KTY = 'kty'
const TYPES = ['RSA', 'EC', 'OKP', 'oct', 'AKP'] as const
type KeyType = (typeof TYPES)[number]

/** Members that are looked at; of one that is there twice, the one nearest behind the brace. */
const WANTED: ReadonlySet<string> = new Set([
  'kty',
  'crv',
  'alg',
  'n',
  'e',
  'd',
  'p',
  'q',
  'dp',
  'dq',
  'qi',
  'x',
  'y',
  'k',
  'pub',
  'priv',
])
const SYMMETRIC_LEAST = 8

export const JWK: TextReader = {
  before: SIDE_MOST,
  behind: SIDE_MOST,
  glance: ({ chars, at }) => (keyType(chars, at) === undefined ? 0 : SIDE_MOST),
  isEnd: (bytes, place, stride) =>
    bytes[place] === 0 ||
    (standsAt(bytes, place, KTY, stride) && isQuoteEnd(bytes[place - stride])),
  read: (run) => readJwk(run),
}

/** The value of the `kty` at `at`, if it is one that a key has. */
function keyType(chars: Uint8Array, at: number): KeyType | undefined {
  const close = quoteLength(chars, at + KTY.length)
  if (close === 0 || !isOpened(chars, at)) return undefined
  let i = skipSpace(chars, at + KTY.length + close, chars.length)
  if (chars[i] === 0x3a) i += 1
  else if (standsAt(chars, i, '%3A')) i += 3
  else return undefined
  i = skipSpace(chars, i, chars.length)
  const open = quoteLength(chars, i)
  if (open === 0) return undefined
  i += open
  return TYPES.find((type) => standsAt(chars, i, type) && quoteLength(chars, i + type.length) > 0)
}

/** Whether a quote ends right before `at`. */
function isOpened(chars: Uint8Array, at: number): boolean {
  return isQuoteEnd(chars[at - 1])
}

/** The last letters of `"`, `'`, `&quot;`, `%22`, `%27`, `\u0022` and `\u0027`. */
function isQuoteEnd(letter: number | undefined): boolean {
  return [0x22, 0x27, 0x3b, 0x32, 0x37].includes(letter ?? 0)
}

function readJwk({ chars, at }: TextRun): Detected | undefined {
  const type = keyType(chars, at)
  if (type === undefined) return undefined
  const from = objectBegin(chars, at)
  const to = objectEnd(chars, at)
  const members = new Map<string, Member>()
  for (const member of membersIn(chars, from, to)) {
    if (WANTED.has(member.name) && !members.has(member.name)) members.set(member.name, member)
  }
  const isPrivate = members.has('d') || members.has('k') || members.has('priv') || members.has('p')
  if (!isPrivate) return undefined
  const ends = chars[to] === 0x7d ? to + 1 : to
  const key = READERS[type](new Values(chars, members))
  return key === undefined ? undefined : { ...key, offset: from, length: ends - from, form: 'jwk' }
}

/** Where the object that holds `at` begins: its brace, or as far as nothing says that it is another object. */
function objectBegin(chars: Uint8Array, at: number): number {
  const least = Math.max(0, at - SIDE_MOST)
  let depth = 0
  let first = at
  for (let i = at - 1; i >= least; i--) {
    const letter = chars[i] ?? 0
    if (letter === 0x7d) depth += 1
    else if (letter === 0x7b) {
      if (depth === 0) return i
      depth -= 1
    } else if (letter === 0 || isOtherKey(chars, i)) return first
    if (letter === 0x22 && depth === 0) first = i
  }
  return first
}

/** Where the object that holds `at` ends: at its brace, or before what cannot belong to it. */
function objectEnd(chars: Uint8Array, at: number): number {
  const most = Math.min(chars.length, at + SIDE_MOST)
  let depth = 0
  for (let i = at + KTY.length; i < most; i++) {
    const letter = chars[i] ?? 0
    if (letter === 0x7b) depth += 1
    else if (letter === 0x7d) {
      if (depth === 0) return i
      depth -= 1
    } else if (letter === 0 || isOtherKey(chars, i)) return i
  }
  return most
}

/** Another `kty` belongs to another key: so no letter is passed by more than two anchors. */
function isOtherKey(chars: Uint8Array, at: number): boolean {
  return (
    chars[at] === 0x6b && chars[at + 1] === 0x74 && chars[at + 2] === 0x79 && isOpened(chars, at)
  )
}

/** Members, decoded when asked for. */
class Values {
  readonly #chars: Uint8Array
  readonly #members: ReadonlyMap<string, Member>

  constructor(chars: Uint8Array, members: ReadonlyMap<string, Member>) {
    this.#chars = chars
    this.#members = members
  }

  name(member: string): string {
    const found = this.#members.get(member)
    return found === undefined || found.to - found.from > 32
      ? ''
      : nameOf(this.#chars, found.from, found.to)
  }

  /** Undefined where the member is missing, empty, or not base64url from begin to end. */
  bytes(member: string): Uint8Array | undefined {
    const found = this.#members.get(member)
    if (found === undefined) return undefined
    const { bytes, end } = decodeBase64(this.#chars, found.from, found.to, { isUrl: true })
    const isWhole = skipSpace(this.#chars, end, found.to) === found.to
    return bytes.length > 0 && isWhole ? bytes : undefined
  }

  number(member: string): bigint | undefined {
    return numberOf(this.bytes(member))
  }
}

const READERS: Readonly<Record<KeyType, (values: Values) => Detected | undefined>> = {
  RSA: (values) =>
    rsaKey({
      n: values.number('n'),
      e: values.number('e'),
      d: values.number('d'),
      p: values.number('p'),
      q: values.number('q'),
      dP: values.number('dp'),
      dQ: values.number('dq'),
      qInv: values.number('qi'),
    }),
  EC: (values) =>
    ecKey(values.name('crv'), values.bytes('d'), values.bytes('x'), values.bytes('y')),
  OKP: (values) => okpKey(values.name('crv'), values.bytes('d'), values.bytes('x')),
  AKP: (values) => pqKey(values.name('alg'), values.bytes('priv'), values.bytes('pub')),
  oct: symmetric,
}

function symmetric(values: Values): Detected | undefined {
  const secret = values.bytes('k')
  if (secret === undefined || secret.length < SYMMETRIC_LEAST) return undefined
  if (secret.every((byte) => byte === secret[0])) return undefined
  const type = /^(?:A\d|dir)/.test(values.name('alg')) ? 'aes' : 'hmac'
  return {
    offset: 0,
    length: 0,
    kind: type,
    form: 'jwk',
    bits: secret.length * 8,
    certainty: 'candidate',
    proof: 'kty is oct, k decodes; any bytes are such a key',
    material: { type, secret, publicKey: undefined },
  }
}
