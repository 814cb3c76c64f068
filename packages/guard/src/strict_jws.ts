/**
 * A compact JWS, taken apart strictly: there is one spelling of each token, and this reads no other.
 *
 * Source: RFC 7515, sections 3.1 and 5.2; RFC 8725, sections 3.1 to 3.11.
 *
 * @module
 */
import { type Json, parseObject, text } from '@mintmark/core'

/** No token that anybody issues is longer; a longer one costs nothing but this comparison. */
export const MAX_TOKEN_LETTERS: number = 16 << 10

export interface StrictJws {
  /** Header, dot, payload, as they were sent, in letters of one byte: what is signed. */
  readonly signingInput: string
  readonly header: Json
  readonly payload: Json
  readonly alg: string
  readonly kid: string
  /** Issuer, as the token claims. Nothing is verified yet. */
  readonly issuer: string
  readonly signature: Uint8Array
  /** Whether each part is spelled as base64url has it, letter for letter. */
  readonly isCanonical: boolean
}

/** @returns undefined for what is no JWS with a key id and an issuer, or asks for an extension */
export function parseStrict(token: string): StrictJws | undefined {
  if (token.length > MAX_TOKEN_LETTERS) return undefined
  const isPlain = CANONICAL.test(token)
  if (!isPlain && !SHAPE.test(token)) return undefined
  const parts = token.split('.')
  const [first = '', second = '', third = ''] = parts
  const header = headerOf(first)
  const payload = objectOf(second)
  if (header === undefined || payload === undefined || isExtended(header)) return undefined
  const [alg, kid, issuer] = [text(header, 'alg'), text(header, 'kid'), text(payload, 'iss')]
  if (alg === undefined || kid === undefined || issuer === undefined) return undefined
  return {
    signingInput: token.slice(0, first.length + 1 + second.length),
    header,
    payload,
    alg,
    kid,
    issuer,
    signature: Buffer.from(third, 'base64url'),
    isCanonical: isPlain && parts.every(hasNoSpareBits),
  }
}

/** Three parts. Letters that a lax decoder reads are let through here, so that such a token can be told of. */
const SHAPE = /^[\w=+/-]+\.[\w=+/-]+\.[\w=+/-]+$/

const CANONICAL = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Whether the bits of the last letter that belong to no byte are zero: else the same bytes have other spellings. */
function hasNoSpareBits(part: string): boolean {
  const spare = part.length % 4
  return spare === 0 || (spare !== 1 && LAST_LETTERS[spare]?.includes(part.at(-1) ?? '') === true)
}

/** Letters that may stand last, by what is left over when the length is divided by four. */
const LAST_LETTERS: Readonly<Record<number, string>> = { 2: 'AQgw', 3: 'AEIMQUYcgkosw048' }

/** An extension that is not understood must be refused, and none is. */
const isExtended = (header: Json) => header['crit'] !== undefined || header['b64'] !== undefined

/** Headers of one key are spelled alike: those that were read last. */
const headers = new Map<string, Json>()
const MOST_HEADERS = 64
const LONGEST_HEADER = 1024

function headerOf(part: string): Json | undefined {
  const known = headers.get(part)
  if (known !== undefined) return known
  const header = objectOf(part)
  if (header === undefined || part.length > LONGEST_HEADER) return header
  if (headers.size >= MOST_HEADERS) headers.clear()
  headers.set(part, header)
  return header
}

const objectOf = (part: string) => parseObject(Buffer.from(part, 'base64url').toString('utf8'))
