/**
 * Token ids of providers other than Entra: the `jti` of a JWT, which may be any text.
 *
 * Source: RFC 7519, section 4.1.7; Keycloak 26.2 and newer put what made the token in front of a UUID:
 * `onrtac:581284e9-…` (session type, token type, grant type, two letters each).
 *
 * @module
 */
import { hashedId, readTokenId, type TokenIdReading } from '@mintmark/core'

/** Keeps hashed ids of tokens apart from other hashed ids. The same on the issuing and the using side. */
const DOMAIN = 'jti'
const PREFIXED = /^[a-z]{2,12}:([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})$/i

/**
 * The 16-byte id of a `jti`: as it stands if it is spelled as one, without Keycloak's prefix if it has one,
 * and hashed if it is any other text. Only what is no text is `malformed`.
 */
export function readJti(value: unknown): TokenIdReading {
  const reading = readTokenId(value)
  if (reading.state !== 'malformed' || typeof value !== 'string') return reading
  const spelled = value.trim()
  const uuid = PREFIXED.exec(spelled)?.[1]
  if (uuid !== undefined) return readTokenId(uuid)
  return { tokenId: hashedId(DOMAIN, spelled), state: 'present' }
}
