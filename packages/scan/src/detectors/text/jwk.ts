/**
 * JSON Web Keys with their private members: alone, in a set, in other JSON, in strings of JSON, in any order.
 *
 * Source: RFC 7517, RFC 7518 section 6, RFC 8037, draft-ietf-cose-dilithium (`AKP`).
 *
 * @module
 */
import { OKP } from '@mintmark/keys/arithmetic/okp'
import type { Detected } from '../../anchors/detected.ts'
import { quoteLength, skipSpace } from '../../text/quoted.ts'
import { isAt, type TextReader, type TextRun } from '../../text/text_run.ts'
import { isOpened, isQuoteEnd, type OtherObject, objectAround, SIDE_MOST } from './json_object.ts'
import type { Labelled } from './labelled.ts'
import { ecKey, okpKey, pqKey, rsaNamed } from './parts.ts'

const KTY = 'kty'
const TYPES = ['RSA', 'EC', 'OKP', 'oct', 'AKP'] as const
type KeyType = (typeof TYPES)[number]

/** Members that are examined. */
const WANTED: ReadonlySet<string> = new Set(
  'kty crv alg n e d p q dp dq qi x y k pub priv'.split(' '),
)
const SYMMETRIC_LEAST = 8
/** Of the object around a `kty`, its numbers not counted. */
const OBJECT_COST = 3000

export const JWK: TextReader = {
  before: SIDE_MOST,
  behind: SIDE_MOST,
  glance: ({ chars, at }) => (keyType(chars, at) === undefined ? 0 : SIDE_MOST),
  isEnd: (bytes, place, stride) =>
    bytes[place] === 0 || (isAt(bytes, place, KTY, stride) && isQuoteEnd(bytes[place - stride])),
  read: (run) => readJwk(run),
}

/** The value of the `kty` at `at`, if it is one that a key has. */
function keyType(chars: Uint8Array, at: number): KeyType | undefined {
  const close = quoteLength(chars, at + KTY.length)
  if (close === 0 || !isOpened(chars, at)) return undefined
  let i = skipSpace(chars, at + KTY.length + close, chars.length)
  if (chars[i] === 0x3a) i += 1
  else if (isAt(chars, i, '%3A')) i += 3
  else return undefined
  i = skipSpace(chars, i, chars.length)
  const open = quoteLength(chars, i)
  if (open === 0) return undefined
  i += open
  return TYPES.find((type) => isAt(chars, i, type) && quoteLength(chars, i + type.length) > 0)
}

function readJwk({ chars, at, budget }: TextRun): Detected | undefined {
  const type = keyType(chars, at)
  if (type === undefined) return undefined
  budget.spend(OBJECT_COST)
  const { from, end, values } = objectAround(chars, at, WANTED, OTHER_KEY, budget)
  if (!values.has('d', 'k', 'priv', 'p')) return undefined
  const key = READERS[type](values)
  return key === undefined ? undefined : { ...key, offset: from, length: end - from, form: 'jwk' }
}

/** Another `kty` belongs to another key. */
const OTHER_KEY: OtherObject = {
  letter: KTY.charCodeAt(0),
  begins: (chars, at) => isAt(chars, at, KTY) && isOpened(chars, at),
}

const READERS: Readonly<Record<KeyType, (values: Labelled) => Detected | undefined>> = {
  RSA: ({ number, budget }) => rsaNamed(number, 'n e d p q dp dq qi', budget),
  EC: ecOf,
  OKP: okp,
  AKP: (values) =>
    pqKey(values.text('alg'), values.bytes('priv'), values.bytes('pub'), values.budget),
  oct: symmetric,
}

function ecOf(values: Labelled): Detected | undefined {
  const [d, x, y] = [values.bytes('d'), values.bytes('x'), values.bytes('y')]
  return ecKey(values.text('crv'), d, x, y, values.budget)
}

/** Where the name of the curve is cut off, its length and the public half shows which one it is. */
function okp(values: Labelled): Detected | undefined {
  const { budget } = values
  const [secret, publicKey] = [values.bytes('d'), values.bytes('x')]
  if (values.has('crv') || publicKey === undefined)
    return okpKey(values.text('crv'), secret, publicKey, budget)
  return OKP.map(({ curve }) => okpKey(curve, secret, publicKey, budget)).find(
    (key) => key !== undefined,
  )
}

function symmetric(values: Labelled): Detected | undefined {
  const secret = values.bytes('k')
  if (secret === undefined || secret.length < SYMMETRIC_LEAST) return undefined
  if (secret.every((byte) => byte === secret[0])) return undefined
  const type = /^(?:A\d|dir)/.test(values.text('alg')) ? 'aes' : 'hmac'
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
