/**
 * Bearer and refresh tokens, no keys (RFC 7515, 7516, 6749; as Entra, Google, GitHub shape them).
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { REACH } from '../../anchors/anchor.ts'
import { protectedHit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { decodeBase64 } from '../../text/base64.ts'
import { QUOTE, SPACE } from '../../text/quoted.ts'
import {
  endsAt,
  GLANCE,
  isAlphanumeric,
  isAt,
  latin,
  type TextReader,
  type TextRun,
} from '../../text/text_run.ts'

const DOT = 0x2e
const PARTS = /^[\w-]{1,12288}(?:\.[\w-]{0,49152}){2,4}/
const SIGNATURE_LEAST = 20
const LETTER_COST = 2

const isTokenLetter = (letter: number | undefined): boolean =>
  isAlphanumeric(letter) || letter === 0x2d || letter === 0x5f
const isOpaqueLetter = (letter: number | undefined): boolean =>
  isTokenLetter(letter) || [DOT, 0x7e, 0x2b, 0x2f].includes(letter ?? 0)

/** `eyJ`, the base64 of `{"`. */
export const JOSE: TextReader = {
  before: 1,
  behind: REACH,
  // Within a longer run of letters, or behind a dot, no token begins.
  glance: ({ chars, at, budget }) => {
    const isInside = isTokenLetter(chars[at - 1]) || chars[at - 1] === DOT
    // A JOSE header's first member is a short name in quotes.
    return !isInside && /^\{"[a-z][a-z\d#]{2,7}/.test(decoded(chars, at, at + 16, budget))
      ? REACH
      : 0
  },
  isEnd: (bytes, offset) => !isTokenLetter(bytes[offset]) && bytes[offset] !== DOT,
  read: readJose,
}

function decoded(chars: Uint8Array, from: number, to: number, budget: WorkBudget): string {
  const { bytes } = decodeBase64(chars, from, Math.min(chars.length, to), budget, { isUrl: true })
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  bytes.fill(0)
  return text
}

function readJose({ chars, at, budget }: TextRun): Match | undefined {
  const parts = PARTS.exec(latin(chars, at))?.[0].split('.')
  if (parts === undefined) return undefined
  const [header = '', claims = '', signature = ''] = parts
  budget.spend(LETTER_COST * parts.join().length)
  const text = decoded(chars, at, at + header.length, budget)
  const names = new Set(
    Array.from(text.matchAll(/"([a-z][a-z\d#]{2,7})"\s*:/g), ([, name]) => name),
  )
  if (!text.trimEnd().endsWith('}') || !names.has('alg')) return undefined
  if (names.has('enc')) {
    if (parts.length < 5 || (parts[4]?.length ?? 0) < SIGNATURE_LEAST) return undefined
    const verification = 'JOSE header with enc decodes, five parts'
    return protectedHit('token', 'jwe', at, at + parts.join().length, verification)
  }
  const from = at + header.length + 1
  const isClaims = /^\{[\s\S]+\}[ \n]*$/.test(decoded(chars, from, from + claims.length, budget))
  if (!isClaims || signature.length < SIGNATURE_LEAST) return undefined
  const verification = 'JOSE header and JSON claims decode; the signature is not checked'
  return protectedHit('token', 'jws', at, from + claims.length + 1 + signature.length, verification)
}

const REFRESH_MOST = 8192
const BETWEEN = new RegExp(`^${QUOTE}?${SPACE}(?:%3[dD]|[:=])${SPACE}${QUOTE}?(?=[\\w+/-])`)

export const refreshToken = (name: string): TextReader => {
  const valueBegin = ({ chars, at }: TextRun): number | undefined => {
    const from = at + name.length
    const between = isAt(chars, at, name) && BETWEEN.exec(latin(chars, from, from + GLANCE))
    return between ? from + between[0].length : undefined
  }
  return {
    before: 0,
    behind: REFRESH_MOST + 256,
    glance: (run) => (valueBegin(run) === undefined ? 0 : REFRESH_MOST),
    isEnd: endsAt(name),
    read: (run) => {
      const from = valueBegin(run)
      if (from === undefined || isAt(run.chars, from, 'eyJ')) return undefined
      return opaque(run, from, 'a long opaque value under the name of a refresh token')
    },
  }
}

/** A run of letters that is long and mixed enough to be made by a generator. */
function opaque(
  { chars, budget }: TextRun,
  from: number,
  verification: string,
  least = 40,
): Match | undefined {
  const letters = /^[\w\-.~+/]*/.exec(latin(chars, from, from + REFRESH_MOST))?.[0] ?? ''
  if (letters.length < least) return undefined
  budget.spend(20 * letters.length)
  const isMixed = new Set(letters).size >= 16 && /\d/.test(letters)
  return isMixed
    ? protectedHit('token', 'refresh-token', from, from + letters.length, verification)
    : undefined
}

const ENTRA_HEAD_MOST = 160
/** `0.A` or `1.A`, to the dot before the second part. */
const ENTRA_HEAD = /(?:^|[^\w-])([01]\.A[\w-]*)$/

/** Entra's refresh tokens, by the begin of their second part: `0.AX….AgABAAE…`. */
export const ENTRA_REFRESH: TextReader = {
  before: ENTRA_HEAD_MOST,
  behind: REFRESH_MOST,
  glance: (run) => (entraBegin(run) === undefined ? 0 : REFRESH_MOST),
  isEnd: (bytes, offset) => !isOpaqueLetter(bytes[offset]),
  read: (run) => {
    const from = entraBegin(run)
    if (from === undefined) return undefined
    return opaque(run, from, 'the shape of a refresh token of Microsoft Entra', 200)
  },
}

function entraBegin({ chars, at }: TextRun): number | undefined {
  const head = ENTRA_HEAD.exec(latin(chars, Math.max(0, at - ENTRA_HEAD_MOST), at))?.[1]
  return head === undefined ? undefined : at - head.length
}

export const prefixedToken = (prefix: string, owner: string): TextReader => ({
  before: 1,
  behind: 512,
  glance: ({ chars, at }) => (isAt(chars, at, prefix) && !isOpaqueLetter(chars[at - 1]) ? 512 : 0),
  isEnd: (bytes, offset) => !isOpaqueLetter(bytes[offset]),
  read: (run) => {
    const { chars, at } = run
    const from = at + prefix.length
    const letters = /^[\w-]*/.exec(latin(chars, from, from + 400))?.[0] ?? ''
    const own = { ...run, chars: chars.subarray(0, from + letters.length) }
    return opaque(own, at, `the shape of a refresh token of ${owner}`, 60)
  },
})
