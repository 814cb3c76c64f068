/**
 * JSON Web Keys with their private members: alone, in a set, in other JSON, in strings of JSON, in any order.
 *
 * Source: RFC 7517, RFC 7518 section 6, RFC 8037, draft-ietf-cose-dilithium (`AKP`). @module
 */
import { OKP } from '@mintmark/keys/arithmetic/okp'
import { type Key, unverified } from '@mintmark/keys/material/key'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { COLON, isOpened, MEMBER, QUOTE, SPACE } from '../../text/quoted.ts'
import { GLANCE, isAt, latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { objectAround, SIDE_MOST } from './json_object.ts'
import { Labelled } from './labelled.ts'
import { ecKey, okpKey, pqKey, rsaNamed } from './parts.ts'

export const KTY = 'kty'
const TYPE = new RegExp(
  `^${KTY}${QUOTE}${SPACE}${COLON}${SPACE}${QUOTE}(RSA|EC|OKP|oct|AKP)${QUOTE}`,
)
const MEMBERS = new RegExp(MEMBER, 'dg')
const SYMMETRIC_LEAST = 8
/** Of the object around a `kty`, its numbers not counted. */
const OBJECT_COST = 3000

export const JWK: TextReader = {
  before: SIDE_MOST,
  behind: SIDE_MOST,
  glance: (run) => (typeAt(run) === undefined ? 0 : SIDE_MOST),
  isEnd: (bytes, offset, stride) =>
    bytes[offset] === 0 ||
    (isAt(bytes, offset, KTY, stride) && isOpened(bytes, offset + 1 - stride)),
  read: readJwk,
}

/** The value of the `kty` of a run, if it is one that a key has. */
function typeAt({ chars, at }: TextRun): string | undefined {
  if (!isOpened(chars, at)) return undefined
  return TYPE.exec(latin(chars, at, Math.min(chars.length, at + GLANCE)))?.[1]
}

function readJwk(run: TextRun): Match | undefined {
  const { chars, at, budget } = run
  const keyOf = READERS.get(typeAt(run) ?? '')
  if (keyOf === undefined) return undefined
  budget.spend(OBJECT_COST)
  const { from, end } = objectAround(chars, at, KTY)
  const values = new Labelled(chars, budget).addAll(MEMBERS, from, end, 'base64url')
  const key = values.has('d', 'k', 'priv', 'p') ? keyOf(values) : undefined
  return key && hit(key, 'jwk', from, end)
}

const READERS: ReadonlyMap<string, (values: Labelled) => Key | undefined> = new Map([
  ['RSA', ({ number, budget }) => rsaNamed(number, 'n e d p q dp dq qi', budget)],
  ['EC', ecOf],
  ['OKP', okp],
  [
    'AKP',
    (values) => pqKey(values.text('alg'), values.bytes('priv'), values.bytes('pub'), values.budget),
  ],
  ['oct', symmetric],
])

function ecOf(values: Labelled): Key | undefined {
  const [d, x, y] = [values.bytes('d'), values.bytes('x'), values.bytes('y')]
  return ecKey(values.text('crv'), d, x, y, values.budget)
}

/** Where the name of the curve is cut off, its length and the public half shows which one it is. */
function okp(values: Labelled): Key | undefined {
  const { budget } = values
  const [secret, publicKey] = [values.bytes('d'), values.bytes('x')]
  if (values.has('crv') || publicKey === undefined)
    return okpKey(values.text('crv'), secret, publicKey, budget)
  return OKP.map(({ curve }) => okpKey(curve, secret, publicKey, budget)).find(
    (key) => key !== undefined,
  )
}

function symmetric(values: Labelled): Key | undefined {
  const secret = values.bytes('k')
  if (secret === undefined || secret.length < SYMMETRIC_LEAST) return undefined
  if (secret.every((byte) => byte === secret[0])) return undefined
  const type = /^(?:A\d|dir)/.test(values.text('alg')) ? 'aes' : 'hmac'
  const proof = 'kty is oct, k decodes; any bytes are such a key'
  const material = { type, secret, publicKey: undefined } as const
  return { ...unverified(type, secret.length * 8, proof), material }
}
