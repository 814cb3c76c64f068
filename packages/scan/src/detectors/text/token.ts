/**
 * Bearer tokens and refresh tokens: of a lesser class than keys, and secrets all the same.
 *
 * Source: RFC 7515 and 7516, compact serialisation; RFC 6749 for `refresh_token`; the shapes of Entra's, Google's and GitHub's
 * refresh tokens as they are seen.
 *
 * @module
 */

import { charge } from '@mintmark/keys/material/effort'
import { REACH } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64, isBase64Letter } from '../../text/base64.ts'
import { quoteLength, skipSpace } from '../../text/quoted.ts'
import {
  endsAt,
  isAlphanumeric,
  standsAt,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'

const HEADER_MOST = 12_288
const PAYLOAD_MOST = 49_152
const SIGNATURE_LEAST = 20
const DOT = 0x2e

/** `eyJ`, the base64 of `{"`. */
export const JOSE: TextReader = {
  before: 1,
  behind: REACH,
  // Within a longer run of letters, or behind a dot, no token begins.
  glance: ({ chars, at }) => {
    const isInside = isTokenLetter(chars[at - 1]) || chars[at - 1] === DOT
    return !isInside && isHeaderLike(chars, at) ? REACH : 0
  },
  isEnd: (bytes, place) => !isTokenLetter(bytes[place]) && bytes[place] !== DOT,
  read: (run) => readJose(run),
}

function isTokenLetter(letter: number | undefined): boolean {
  return isAlphanumeric(letter) || letter === 0x2d || letter === 0x5f
}

/** A JOSE header's first member is a short name in quotes. */
function isHeaderLike(chars: Uint8Array, at: number): boolean {
  const { bytes } = decodeBase64(chars, at, Math.min(chars.length, at + 16), { isUrl: true })
  return /^\{"[a-z][a-z\d#]{2,7}/.test(String.fromCharCode(...bytes))
}

function readJose({ chars, at }: TextRun): Detected | undefined {
  const header = partEnd(chars, at, HEADER_MOST)
  if (chars[header] !== DOT) return undefined
  const names = memberNames(chars, at, header)
  if (!names.has('alg')) return undefined
  const second = partEnd(chars, header + 1, PAYLOAD_MOST)
  if (chars[second] !== DOT) return undefined
  const third = partEnd(chars, second + 1, PAYLOAD_MOST)
  if (names.has('enc')) return encrypted(chars, at, third)
  const isLong = third - second - 1 >= SIGNATURE_LEAST
  if (!isLong || !isClaims(chars, header + 1, second)) return undefined
  return token(
    at,
    third - at,
    'jws',
    'JOSE header and JSON claims decode; the signature is not checked',
  )
}

/** Five parts: header, key, iv, ciphertext, tag. */
function encrypted(chars: Uint8Array, at: number, third: number): Detected | undefined {
  if (chars[third] !== DOT) return undefined
  const fourth = partEnd(chars, third + 1, PAYLOAD_MOST)
  if (chars[fourth] !== DOT) return undefined
  const end = partEnd(chars, fourth + 1, 256)
  if (end - fourth - 1 < SIGNATURE_LEAST) return undefined
  return token(at, end - at, 'jwe', 'JOSE header with enc decodes, five parts')
}

function token(offset: number, length: number, form: string, proof: string): Detected {
  return { offset, length, kind: 'token', form, bits: 0, certainty: 'lesser', proof }
}

function partEnd(chars: Uint8Array, from: number, most: number): number {
  const last = Math.min(chars.length, from + most)
  let i = from
  while (i < last && isTokenLetter(chars[i])) i += 1
  return i
}

/** Names of the members of a JSON object in base64url; empty unless it is one. */
function memberNames(chars: Uint8Array, from: number, to: number): ReadonlySet<string> {
  const { bytes } = decodeBase64(chars, from, to, { isUrl: true })
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  bytes.fill(0)
  if (!text.trimEnd().endsWith('}')) return new Set()
  return new Set([...text.matchAll(/"([a-z][a-z\d#]{2,7})"\s*:/g)].map((match) => match[1] ?? ''))
}

/** Whether a part begins and ends as a JSON object does. */
function isClaims(chars: Uint8Array, from: number, to: number): boolean {
  const { bytes } = decodeBase64(chars, from, to, { isUrl: true })
  let last = bytes.length - 1
  while (last > 0 && (bytes[last] === 0x20 || bytes[last] === 0x0a)) last -= 1
  const isObject = bytes[0] === 0x7b && bytes[last] === 0x7d && last > 1
  bytes.fill(0)
  return isObject
}

const REFRESH_LEAST = 40
const REFRESH_MOST = 8192

/** @param name as a document or a program spells it */
export function refreshToken(name: string): TextReader {
  return {
    before: 0,
    behind: REFRESH_MOST + 256,
    glance: ({ chars, at }) =>
      standsAt(chars, at, name) && valueBegin(chars, at + name.length) > 0 ? REFRESH_MOST : 0,
    isEnd: endsAt(name),
    read: (run) => readRefresh(run, name),
  }
}

/** Behind `": "`, `=`, `%3D` and the like; 0 where no value follows. */
function valueBegin(chars: Uint8Array, at: number): number {
  let i = skipSpace(chars, at + quoteLength(chars, at), chars.length)
  if (standsAt(chars, i, '%3D') || standsAt(chars, i, '%3d')) i += 3
  else if (chars[i] === 0x3a || chars[i] === 0x3d) i += 1
  else return 0
  i = skipSpace(chars, i, chars.length)
  i += quoteLength(chars, i)
  return isBase64Letter(chars[i]) ? i : 0
}

function readRefresh({ chars, at }: TextRun, name: string): Detected | undefined {
  const from = valueBegin(chars, at + name.length)
  if (standsAt(chars, from, 'eyJ')) return undefined
  return opaque(
    chars,
    from,
    'refresh-token',
    'a long opaque value under the name of a refresh token',
  )
}

/** A run of letters that is long and mixed enough to be made by a generator. */
function opaque(
  chars: Uint8Array,
  from: number,
  form: string,
  proof: string,
): Detected | undefined {
  const most = Math.min(chars.length, from + REFRESH_MOST)
  let end = from
  while (end < most && isOpaqueLetter(chars[end])) end += 1
  if (end - from < REFRESH_LEAST) return undefined
  charge(20 * (end - from))
  const seen = new Set(chars.subarray(from, end))
  const isMixed = seen.size >= 16 && [...seen].some((letter) => letter >= 0x30 && letter <= 0x39)
  if (!isMixed) return undefined
  return token(from, end - from, form, proof)
}

function isOpaqueLetter(letter: number | undefined): boolean {
  return (
    isTokenLetter(letter) || letter === DOT || letter === 0x7e || letter === 0x2b || letter === 0x2f
  )
}

const ENTRA_HEAD_MOST = 160
const ENTRA_LEAST = 200

/** Entra's refresh tokens, by the begin of their second part: `0.AX….AgABAAE…`. */
export const ENTRA_REFRESH: TextReader = {
  before: ENTRA_HEAD_MOST,
  behind: REFRESH_MOST,
  glance: ({ chars, at }) => (entraBegin(chars, at) === undefined ? 0 : REFRESH_MOST),
  isEnd: (bytes, place) => !isOpaqueLetter(bytes[place]),
  read: ({ chars, at }) => {
    const from = entraBegin(chars, at)
    if (from === undefined) return undefined
    const hit = opaque(
      chars,
      from,
      'refresh-token',
      'the shape of a refresh token of Microsoft Entra',
    )
    return hit === undefined || hit.length < ENTRA_LEAST ? undefined : hit
  },
}

/** Where `0.A` or `1.A` begins. */
function entraBegin(chars: Uint8Array, at: number): number | undefined {
  let dot = at - 1
  while (dot > 0 && at - dot < ENTRA_HEAD_MOST && isTokenLetter(chars[dot])) dot -= 1
  const digit = chars[dot - 1]
  const isHead = chars[dot] === DOT && (digit === 0x30 || digit === 0x31) && chars[dot + 1] === 0x41
  return isHead && !isTokenLetter(chars[dot - 2]) ? dot - 1 : undefined
}

/** Refresh tokens that a prefix tells: Google's `1//0`, GitHub's `ghr_`. */
export function prefixedToken(prefix: string, least: number, owner: string): TextReader {
  return {
    before: 1,
    behind: 512,
    glance: ({ chars, at }) =>
      standsAt(chars, at, prefix) && !isOpaqueLetter(chars[at - 1]) ? 512 : 0,
    isEnd: (bytes, place) => !isOpaqueLetter(bytes[place]),
    read: ({ chars, at }) => {
      const end = partEnd(chars, at + prefix.length, 400)
      const proof = `the shape of a refresh token of ${owner}`
      const hit = opaque(chars.subarray(0, end), at, 'refresh-token', proof)
      return hit !== undefined && hit.length >= least ? hit : undefined
    },
  }
}
