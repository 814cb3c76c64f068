/**
 * Token ids: 16 bytes, whatever their spelling in a log. One Entra token id is written in four ways: 22
 * characters of base64url, 24 characters of padded base64, 48 characters of base64 over the GUID's own
 * text, and the GUID's text. All four are read to the same canonical GUID text. Letter case means
 * something until base64 is decoded and nothing afterwards. A token id identifies a token; it is not one,
 * and nothing can be signed or opened with it. Source: reference of the logs, section "Token id
 * encodings"; decoded and compared with the `id` of the same sign-in records.
 */
import { createHash } from 'node:crypto'
import { guidOfBytes, guidOfNetBytes, readGuid } from './guid.ts'

/** What a field that should hold a token id holds. Only `present` comes with an id. */
interface TokenIdReading {
  /** Canonical GUID text; `''` unless `state` is `present`. */
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

/** Six bits of a base64 or base64url character by its code; 255 elsewhere. */
const SEXTET: Uint8Array = new Uint8Array(256).fill(255)
for (const alphabet of ['+/', '-_']) {
  const letters = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${alphabet}`
  for (let i = 0; i < 64; i++) SEXTET[letters.charCodeAt(i)] = i
}

// Filled and read within one call: never seen outside of it.
const decoded = new Uint8Array(36)

/**
 * Reads a token id in any known spelling. Base64 whose unused last bits are not zero is `malformed`: two
 * spellings of one id would otherwise let a forger choose which of them is looked up. Never throws.
 * @param value the field as the log has it; anything but a string is `absent` (null, undefined) or `malformed`
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
  switch (spelled.length) {
    case 22:
      return decode(spelled, 22) ? guidOfNetBytes(decoded) : ''
    case 24:
      return spelled.endsWith('==') && decode(spelled, 22) ? guidOfNetBytes(decoded) : ''
    case 48:
      return decode(spelled, 48) ? readGuid(String.fromCharCode(...decoded)) : ''
    default:
      return readGuid(spelled)
  }
}

/** Decodes `length` base64 characters into `decoded`; false for an invalid character or spare bits in the last. */
function decode(spelled: string, length: number): boolean {
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < length; i++) {
    const sextet = SEXTET[spelled.charCodeAt(i)] ?? 255
    if (sextet === 255) return false
    bits = ((bits << 6) | sextet) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      decoded[at++] = bits >> held
    }
  }
  return (bits & ((1 << held) - 1)) === 0
}

/** Whether one character fills the whole text, hyphens, braces and padding aside: no random id does. */
function isRepeated(spelled: string): boolean {
  let only = ''
  for (const letter of spelled) {
    if (letter === '-' || letter === '=' || letter === '{' || letter === '}') continue
    if (only === '') only = letter
    else if (letter !== only) return false
  }
  return true
}

/**
 * A 16-byte id, as GUID text, for any other text: the first half of SHA-256 over domain, NUL, text.
 * The domain keeps ids of different systems apart: the same `jti` under two issuers is two ids.
 */
export function hashedId(domain: string, text: string): string {
  return guidOfBytes(createHash('sha256').update(`${domain}\0${text}`).digest())
}

/** Keeps hashed ids of tokens apart from other hashed ids. The same on the issuing and the using side. */
const JTI_DOMAIN = 'jti'
const PREFIXED = /^[a-z]{2,12}:([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})$/i

/**
 * The 16-byte id of a `jti`, which may be any text: unchanged if it is spelled as one, without Keycloak's
 * prefix if it has one, and hashed if it is any other text. Only what is no text is `malformed`. Source:
 * RFC 7519, section 4.1.7; Keycloak 26.2 and newer put what made the token in front of a UUID:
 * `onrtac:581284e9-…` (session type, token type, grant type, two letters each).
 */
export function readJti(value: unknown): TokenIdReading {
  const reading = readTokenId(value)
  if (reading.state !== 'malformed' || typeof value !== 'string') return reading
  const spelled = value.trim()
  const uuid = PREFIXED.exec(spelled)?.[1]
  if (uuid !== undefined) return readTokenId(uuid)
  return { tokenId: hashedId(JTI_DOMAIN, spelled), state: 'present' }
}
