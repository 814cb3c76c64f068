/**
 * Bearer tokens and refresh tokens: secrets, but no keys (RFC 7515 and 7516, compact
 * serialisation; RFC 6749 for `refresh_token`; the shapes of Entra's, Google's and GitHub's as they are seen).
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { REACH } from '../../anchors/anchor.ts'
import { protectedHit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import { decodeBase64, isBase64Letter } from '../../text/base64.ts'
import { quoteLength, skipSpace } from '../../text/quoted.ts'
import { endsAt, isAlphanumeric, isAt, type TextReader, type TextRun } from '../../text/text_run.ts'

const HEADER_MOST = 12_288
const PAYLOAD_MOST = 49_152
const SIGNATURE_LEAST = 20
const DOT = 0x2e

const isTokenLetter = (letter: number | undefined): boolean =>
  isAlphanumeric(letter) || letter === 0x2d || letter === 0x5f
const isOpaqueLetter = (letter: number | undefined): boolean =>
  isTokenLetter(letter) || [DOT, 0x7e, 0x2b, 0x2f].includes(letter ?? 0)

function lettersEnd(
  chars: Uint8Array,
  from: number,
  most: number,
  isOne: (letter: number | undefined) => boolean = isTokenLetter,
): number {
  const last = Math.min(chars.length, from + most)
  let end = from
  while (end < last && isOne(chars[end])) end += 1
  return end
}

const token = (from: number, to: number, form: string, proof: string): Detected =>
  protectedHit('token', form, from, to, proof)

/** `eyJ`, the base64 of `{"`. */
export const JOSE: TextReader = {
  before: 1,
  behind: REACH,
  // Within a longer run of letters, or behind a dot, no token begins.
  glance: ({ chars, at, budget }) => {
    const isInside = isTokenLetter(chars[at - 1]) || chars[at - 1] === DOT
    // A JOSE header's first member is a short name in quotes.
    const isHeader = /^\{"[a-z][a-z\d#]{2,7}/.test(decoded(chars, at, at + 16, budget))
    return !isInside && isHeader ? REACH : 0
  },
  isEnd: (bytes, place) => !isTokenLetter(bytes[place]) && bytes[place] !== DOT,
  read: readJose,
}

/** What letters of base64url say. */
function decoded(chars: Uint8Array, from: number, to: number, budget: WorkBudget): string {
  const { bytes } = decodeBase64(chars, from, Math.min(chars.length, to), budget, { isUrl: true })
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  bytes.fill(0)
  return text
}

/** Where the parts of a token end, as far as there are dots between them: five at most. */
function partEnds(chars: Uint8Array, at: number): number[] {
  const ends = [lettersEnd(chars, at, HEADER_MOST)]
  for (let end = ends[0] ?? at; chars[end] === DOT && ends.length < 5; ) {
    end = lettersEnd(chars, end + 1, PAYLOAD_MOST)
    ends.push(end)
  }
  return ends
}

const isLong = (begin: number, end: number): boolean => end - begin - 1 >= SIGNATURE_LEAST

/** JWS: header, claims, signature; JWE: header, key, iv, ciphertext, tag. */
function readJose({ chars, at, budget }: TextRun): Detected | undefined {
  const ends = partEnds(chars, at)
  const [header = 0, second = 0, third = 0, fourth = 0, fifth = 0] = ends
  if (ends.length < 3) return undefined
  const text = decoded(chars, at, header, budget)
  const names = new Set(
    Array.from(text.matchAll(/"([a-z][a-z\d#]{2,7})"\s*:/g), ([, name]) => name),
  )
  if (!text.trimEnd().endsWith('}') || !names.has('alg')) return undefined
  if (names.has('enc')) {
    if (ends.length < 5 || !isLong(fourth, fifth)) return undefined
    return token(at, fifth, 'jwe', 'JOSE header with enc decodes, five parts')
  }
  const isClaims = /^\{[\s\S]+\}[ \n]*$/.test(decoded(chars, header + 1, second, budget))
  if (!isClaims || !isLong(second, third)) return undefined
  const proof = 'JOSE header and JSON claims decode; the signature is not checked'
  return token(at, third, 'jws', proof)
}

const REFRESH_LEAST = 40
const REFRESH_MOST = 8192

/** @param name as a document or a program spells it */
export const refreshToken = (name: string): TextReader => ({
  before: 0,
  behind: REFRESH_MOST + 256,
  glance: ({ chars, at }) =>
    isAt(chars, at, name) && valueBegin(chars, at + name.length) > 0 ? REFRESH_MOST : 0,
  isEnd: endsAt(name),
  read: ({ chars, at, budget }) => {
    const from = valueBegin(chars, at + name.length)
    const proof = 'a long opaque value under the name of a refresh token'
    return isAt(chars, from, 'eyJ') ? undefined : opaque(chars, from, proof, budget)
  },
})

/** Behind `": "`, `=`, `%3D` and the like; 0 where no value follows. */
function valueBegin(chars: Uint8Array, at: number): number {
  let i = skipSpace(chars, at + quoteLength(chars, at), chars.length)
  if (isAt(chars, i, '%3D') || isAt(chars, i, '%3d')) i += 3
  else if (chars[i] === 0x3a || chars[i] === 0x3d) i += 1
  else return 0
  i = skipSpace(chars, i, chars.length)
  i += quoteLength(chars, i)
  return isBase64Letter(chars[i]) ? i : 0
}

/** A run of letters that is long and mixed enough to be made by a generator. */
function opaque(
  chars: Uint8Array,
  from: number,
  proof: string,
  budget: WorkBudget,
  least: number = REFRESH_LEAST,
): Detected | undefined {
  const end = lettersEnd(chars, from, REFRESH_MOST, isOpaqueLetter)
  if (end - from < least) return undefined
  budget.spend(20 * (end - from))
  const seen = new Set(chars.subarray(from, end))
  const isMixed = seen.size >= 16 && [...seen].some((letter) => letter >= 0x30 && letter <= 0x39)
  return isMixed ? token(from, end, 'refresh-token', proof) : undefined
}

const ENTRA_HEAD_MOST = 160
const ENTRA_LEAST = 200

/** Entra's refresh tokens, by the begin of their second part: `0.AX….AgABAAE…`. */
export const ENTRA_REFRESH: TextReader = {
  before: ENTRA_HEAD_MOST,
  behind: REFRESH_MOST,
  glance: ({ chars, at }) => (entraBegin(chars, at) === undefined ? 0 : REFRESH_MOST),
  isEnd: (bytes, place) => !isOpaqueLetter(bytes[place]),
  read: ({ chars, at, budget }) => {
    const from = entraBegin(chars, at)
    const proof = 'the shape of a refresh token of Microsoft Entra'
    return from === undefined ? undefined : opaque(chars, from, proof, budget, ENTRA_LEAST)
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

const PREFIXED_LEAST = 60

/** Refresh tokens with a known prefix: Google's `1//0`, GitHub's `ghr_`. */
export const prefixedToken = (prefix: string, owner: string): TextReader => ({
  before: 1,
  behind: 512,
  glance: ({ chars, at }) => (isAt(chars, at, prefix) && !isOpaqueLetter(chars[at - 1]) ? 512 : 0),
  isEnd: (bytes, place) => !isOpaqueLetter(bytes[place]),
  read: ({ chars, at, budget }) => {
    const end = lettersEnd(chars, at + prefix.length, 400)
    const proof = `the shape of a refresh token of ${owner}`
    return opaque(chars.subarray(0, end), at, proof, budget, PREFIXED_LEAST)
  },
})
