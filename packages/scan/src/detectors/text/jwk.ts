/**
 * Private JSON Web Keys, also without `kty`, and .NET's `RSAParameters` (RFC 7517; RFC 7518, 6; RFC
 * 8037; draft-ietf-cose-dilithium).
 */
import { OKP } from '@mintmark/keys/arithmetic/okp'
import { type Key, unverified } from '@mintmark/keys/material/key'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { isBase64Letter } from '../../text/base64.ts'
import { COLON, isOpened, MEMBER, QUOTE, SPACE } from '../../text/quoted.ts'
import {
  GLANCE,
  isAlphanumeric,
  isAt,
  latin,
  type TextReader,
  type TextRun,
  textAnchors,
} from '../../text/text_run.ts'
import { objectAround, SIDE_MOST } from './json_object.ts'
import { Labelled } from './labelled.ts'
import { ecKey, okpKey, pqKey, rsaNamed } from './parts.ts'

const KTY = 'kty'
const TYPE = new RegExp(
  `^${KTY}${QUOTE}${SPACE}${COLON}${SPACE}${QUOTE}(RSA|EC|OKP|oct|AKP)${QUOTE}`,
)
const MEMBERS = new RegExp(MEMBER, 'dg')
const SYMMETRIC_LEAST = 8
const OBJECT_COST = 3000

const JWK: TextReader = {
  before: SIDE_MOST,
  behind: SIDE_MOST,
  glance: (run) => (typeAt(run) === undefined ? 0 : SIDE_MOST),
  isEnd: (bytes, offset, stride) =>
    bytes[offset] === 0 ||
    (isAt(bytes, offset, KTY, stride) && isOpened(bytes, offset + 1 - stride)),
  read: (run) => {
    const keyOf = READERS.get(typeAt(run) ?? '')
    const { values, from, end } = membersAround(run, KTY)
    const key = values.has('d', 'k', 'priv', 'p') ? keyOf?.(values) : undefined
    return key && hit(key, 'jwk', from, end)
  },
}

function typeAt({ chars, at }: TextRun): string | undefined {
  if (!isOpened(chars, at)) return undefined
  return TYPE.exec(latin(chars, at, Math.min(chars.length, at + GLANCE)))?.[1]
}

function membersAround({ chars, at, budget }: TextRun, mark: string) {
  budget.spend(OBJECT_COST)
  const { from, end } = objectAround(chars, at, mark)
  const values = new Labelled(chars, budget).addAll(MEMBERS, from, end, 'base64url')
  return { values, from, end }
}

const READERS: ReadonlyMap<string, (values: Labelled) => Key | undefined> = new Map([
  ['RSA', ({ number, budget }) => rsaNamed(number, 'n e d p q dp dq qi', budget)],
  ['EC', (values) => curveKey(values, values.text('crv'))],
  ['OKP', okp],
  [
    'AKP',
    (values) => pqKey(values.text('alg'), values.bytes('priv'), values.bytes('pub'), values.budget),
  ],
  ['oct', symmetric],
])

function curveKey(values: Labelled, curve: string): Key | undefined {
  const [d, x, y] = [values.bytes('d'), values.bytes('x'), values.bytes('y')]
  return okpKey(curve, d, x, values.budget) ?? ecKey(curve, d, x, y, values.budget)
}

/** Where the name of the curve is cut off, its length and the public half shows which one it is. */
function okp(values: Labelled): Key | undefined {
  if (values.has('crv') || !values.has('x')) return curveKey(values, values.text('crv'))
  return OKP.map(({ curve }) => curveKey(values, curve)).find((key) => key !== undefined)
}

function symmetric(values: Labelled): Key | undefined {
  const secret = values.bytes('k')
  if (secret === undefined || secret.length < SYMMETRIC_LEAST) return undefined
  if (secret.every((byte) => byte === secret[0])) return undefined
  const type = /^(?:A\d|dir)/.test(values.text('alg')) ? 'aes' : 'hmac'
  const verification = 'kty is oct, k decodes; any bytes are such a key'
  const material = { type, secret, publicKey: undefined } as const
  return { ...unverified(type, secret.length * 8, verification), material }
}

/** What a key without `kty` has: the usual exponent, or its curve's name. */
const MARKS = ['AQAB', 'crv', 'Ed25519', 'X25519', 'Ed448', 'X448']
const PARAMETERS =
  'n|Modulus|modulus e|Exponent|exponent d|D p|P q|Q dp|DP dq|DQ qi|InverseQ|inverseQ'

function untyped(mark: string): TextReader {
  const isWithin = mark === 'AQAB' ? isBase64Letter : isAlphanumeric
  const isWord = (bytes: Uint8Array, at: number, stride: number): boolean =>
    isAt(bytes, at, mark, stride) &&
    !isWithin(bytes[at - stride]) &&
    !isWithin(bytes[at + mark.length * stride])
  const isMark = ({ chars, at }: TextRun) => isWord(chars, at, 1) && isOpened(chars, at)
  return {
    before: SIDE_MOST,
    behind: SIDE_MOST,
    glance: (run) => (isMark(run) ? SIDE_MOST : 0),
    isEnd: (bytes, offset, stride) => bytes[offset] === 0 || isWord(bytes, offset, stride),
    read: (run) => (isMark(run) ? readUntyped(run, mark) : undefined),
  }
}

function readUntyped(run: TextRun, mark: string): Match | undefined {
  const { values, from, end } = membersAround(run, mark)
  // What has a `kty` is read by that.
  if (values.has(KTY) || !values.has('d', 'D', 'p', 'P')) return undefined
  const curve = mark === 'crv' ? values.text('crv') : values.has('crv') ? '' : mark
  const key =
    mark === 'AQAB' ? rsaNamed(values.number, PARAMETERS, values.budget) : curveKey(values, curve)
  if (key?.certainty !== 'verified') return undefined
  return hit(key, values.has('Modulus', 'modulus') ? 'rsa-parameters' : 'jwk', from, end)
}

export const JWK_ANCHORS: readonly Anchor[] = [
  ...textAnchors('jwk', KTY, JWK, [1, 2, 4]),
  ...MARKS.flatMap((mark) => textAnchors(`jwk-${mark}`, mark, untyped(mark))),
]
