/**
 * Parts of compact JWS, signed by whatever key: also with headers and claims that no library would write.
 *
 * Source: RFC 7515, section 7.1; RFC 7518, sections 3.2 to 3.5.
 *
 * @module
 */
import { type KeyObject, sign } from 'node:crypto'
import { type Algorithm, digestOf, paddingOf, toLowS } from '@mintmark/guard/signatures'

/** base64url of a text, or of the JSON of anything else. */
export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}

/** Low s: the one of two ECDSA signatures that strict verifiers take too. */
export function signature(input: string, key: KeyObject, alg: Algorithm): Buffer {
  const bytes = Buffer.from(input, 'latin1')
  return Buffer.from(toLowS(sign(digestOf(alg), bytes, { key, ...paddingOf(alg) }), alg))
}

export function compact(input: string, signed: Uint8Array): string {
  return `${input}.${Buffer.from(signed).toString('base64url')}`
}

/** Header and claims of a token, as they were signed. */
export const inputOf = (token: string): string => token.slice(0, token.lastIndexOf('.'))

export const signatureOf = (token: string): Buffer =>
  Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
