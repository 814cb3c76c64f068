/** Token ids: 16 bytes as base64url, base64, base64 of GUID text, or GUID text. No tokens. */
import { createHash } from 'node:crypto'
import { guidOfBytes, guidOfNetBytes, readGuid } from './guid.ts'

interface TokenIdReading {
  readonly tokenId: string
  readonly state: 'present' | 'absent' | 'anonymised' | 'malformed'
}

const ABSENT: TokenIdReading = { tokenId: '', state: 'absent' }
const ANONYMISED: TokenIdReading = { tokenId: '', state: 'anonymised' }
const MALFORMED: TokenIdReading = { tokenId: '', state: 'malformed' }

/** How exporters write "nothing". Lower-case. */
const EMPTY_WORDS: ReadonlySet<string> = new Set([
  '',
  '-',
  'null',
  'none',
  'n/a',
  'undefined',
  'not available',
])

/** How sanitised exports and documentation write "there was one". Lower-case. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'anonymized',
  'anonymised',
  'redacted',
  '<redacted>',
  '[redacted]',
  'masked',
  'sign-in_activityid',
  'signin_activityid',
])

/**
 * Never throws. Spare base64 bits that are set are `malformed`: a forger could choose spellings.
 */
export function readTokenId(value: unknown): TokenIdReading {
  if (typeof value !== 'string') {
    return value === undefined || value === null ? ABSENT : MALFORMED
  }
  const tokenId = spelledId(value)
  if (tokenId !== '') return isRepeated(tokenId) ? ANONYMISED : { tokenId, state: 'present' }
  return value.length > 200 ? MALFORMED : readRest(value.trim(), value)
}

/** Not an id as written: white space around one, a placeholder, nothing, or junk. */
function readRest(trimmed: string, value: string): TokenIdReading {
  const word = trimmed.toLowerCase()
  if (EMPTY_WORDS.has(word)) return ABSENT
  if (PLACEHOLDERS.has(word) || isRepeated(trimmed)) return ANONYMISED
  return trimmed.length < value.length ? readTokenId(trimmed) : MALFORMED
}

function spelledId(spelled: string): string {
  const { length } = spelled
  const isShort = length === 22 || (length === 24 && spelled.endsWith('=='))
  if (!isShort && length !== 48) return readGuid(spelled)
  const bytes = decoded(isShort ? spelled.slice(0, 22) : spelled)
  if (bytes === undefined) return ''
  return isShort ? guidOfNetBytes(bytes) : readGuid(bytes.toString('latin1'))
}

/** Undefined for an invalid letter, or set spare bits in the last. */
function decoded(letters: string): Buffer | undefined {
  const bytes = Buffer.from(letters, 'base64')
  const again = bytes.toString('base64url')
  const isSame = again === letters || again === letters.replaceAll('+', '-').replaceAll('/', '_')
  return isSame ? bytes : undefined
}

/** One character fills the whole text, but for hyphens, braces, padding: no random id does. */
function isRepeated(spelled: string): boolean {
  let only = ''
  for (const letter of spelled) {
    if (letter === '-' || letter === '=' || letter === '{' || letter === '}') continue
    if (only === '') only = letter
    else if (letter !== only) return false
  }
  return true
}

/** The first half of SHA-256 over domain, NUL, text: equal `jti` of issuers stay apart. */
export function hashedId(domain: string, text: string): string {
  return guidOfBytes(createHash('sha256').update(`${domain}\0${text}`).digest())
}

/** Keeps ids of tokens apart from other hashed ids, on the issuing and the using side. */
const JTI_DOMAIN = 'jti'
const PREFIXED = /^[a-z]{2,12}:([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})$/i

/** The id of any `jti` text (RFC 7519, 4.1.7), also `onrtac:UUID` of Keycloak 26.2 and newer. */
export function readJti(value: unknown): TokenIdReading {
  const reading = readTokenId(value)
  if (reading.state !== 'malformed' || typeof value !== 'string') return reading
  const spelled = value.trim()
  const uuid = PREFIXED.exec(spelled)?.[1]
  if (uuid !== undefined) return readTokenId(uuid)
  return { tokenId: hashedId(JTI_DOMAIN, spelled), state: 'present' }
}
