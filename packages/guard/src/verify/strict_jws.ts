/**
 * Parses a compact JWS strictly: each token has one canonical encoding.
 * Source: RFC 7515, sections 3.1 and 5.2; RFC 8725, sections 3.1 to 3.11.
 */
import { type Json, parseObject, remembered, text } from '@mintmark/core'
import { MAX_TOKEN_LETTERS } from '@mintmark/ledger'

/** Oversized tokens up to this are read, so that one with a valid signature is reported. */
export const MOST_READ_LETTERS: number = 64 << 10

export interface StrictJws {
  /** Header, dot, payload, as they were sent, in latin1. */
  readonly signingInput: string
  readonly header: Json
  readonly payload: Json
  readonly alg: string
  /** `''` if the header names no key. */
  readonly kid: string
  /** As the token claims, unverified; `''` if it names none. */
  readonly issuer: string
  readonly signature: Uint8Array
  /** Whether each part is canonical base64url. */
  readonly isCanonical: boolean
  readonly isOversized: boolean
  /** Unreadable claims, no issuer, or an extension in the header: refused, whoever signed it. */
  readonly isMalformed: boolean
}

/** Undefined for anything but a JWS with an algorithm. */
export function parseStrict(
  token: string,
  headerOf: (part: string) => Header = readHeader,
): StrictJws | undefined {
  // Beyond ASCII the decoder takes the lower byte of a letter for the letter.
  const isAscii = Buffer.byteLength(token) === token.length
  if (!isAscii || token.length > MOST_READ_LETTERS) return undefined
  const headerEnd = token.indexOf('.')
  const inputEnd = token.indexOf('.', headerEnd + 1)
  if (inputEnd < 0 || token.includes('.', inputEnd + 1)) return undefined
  const [first, third] = [token.slice(0, headerEnd), token.slice(inputEnd + 1)]
  const second = token.slice(headerEnd + 1, inputEnd)
  const [bytes, signature] = [Buffer.from(second, 'base64url'), Buffer.from(third, 'base64url')]
  const payload = parseObject(bytes.toString('utf8')) ?? {}
  const { named, isCanonical: isFirst } = headerOf(first)
  const isCanonical = isFirst && isCanonicalPart(second, bytes) && isCanonicalPart(third, signature)
  if (named === undefined || (!isCanonical && !SHAPE.test(token))) return undefined
  const issuer = text(payload, 'iss')
  return {
    ...named,
    signingInput: token.slice(0, inputEnd),
    payload,
    issuer: issuer ?? '',
    signature,
    isCanonical,
    isOversized: token.length > MAX_TOKEN_LETTERS,
    isMalformed: issuer === undefined || isExtended(named.header),
  }
}

/** Letters that a lax decoder accepts pass here, so that such a token can be reported. */
const SHAPE = /^[\w=+/-]+\.[\w=+/-]*\.[\w=+/-]+$/

/**
 * No letter that a lax decoder skips, none of base64, no spare bits: else bytes have two encodings.
 * @param bytes that a lax decoder has made of it
 */
const isCanonicalPart = (part: string, bytes: Buffer): boolean =>
  bytes.length > 0 && bytes.toString('base64url') === part

/** Unknown extensions must be refused; none is supported. */
const isExtended = (header: Json) => header['crit'] !== undefined || header['b64'] !== undefined

interface Header {
  readonly named: Pick<StrictJws, 'header' | 'alg' | 'kid'> | undefined
  readonly isCanonical: boolean
}

const MOST_HEADERS = 64
const LONGEST_HEADER = 1024

/** Headers of one key are the same text. */
export function headerCache(): (part: string) => Header {
  const known = remembered(readHeader, MOST_HEADERS)
  return (part) => (part.length > LONGEST_HEADER ? readHeader(part) : known(part))
}

function readHeader(part: string): Header {
  const bytes = Buffer.from(part, 'base64url')
  const header = parseObject(bytes.toString('utf8'))
  const named = header && {
    header,
    alg: text(header, 'alg') ?? '',
    kid: text(header, 'kid') ?? '',
  }
  return { named, isCanonical: isCanonicalPart(part, bytes) }
}
