/**
 * From a token's signing input, `BASE64URL(header).BASE64URL(payload)`, to its entry.
 * Trust: nothing is verified here. A second encoding of the same claims is another entry.
 * Source: RFC 7515, section 5.1; RFC 7519; RFC 9068 for the claims of an access token.
 */
import { isUtf8 } from 'node:buffer'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import {
  hasMemberTwice,
  type Json,
  MintmarkError,
  parseObject,
  readBase64url,
  readJti,
  text,
} from '@mintmark/core'
import type { Commitments, Issuance } from '../tree/entry.ts'

/** A longer token is neither recorded nor admitted. */
export const MAX_TOKEN_LETTERS: number = 16 << 10
const NO_BYTES = new Uint8Array()

/** All before the last dot of a compact JWS. A signing input is returned as it is. */
export function signingInputOf(token: string): string {
  const parts = token.trim().split('.')
  return parts.slice(0, 2).join('.')
}

/**
 * @param signingInput ASCII, two parts with one dot between them
 * @throws {MintmarkError} `ENTRY_REFUSED` with `facts.reason`, and `facts.claim` for a claim that
 * is missing or malformed. Never repeats text of the token
 */
export function issuanceOf(signingInput: string, attestation: Uint8Array = NO_BYTES): Issuance {
  const { header, payload } = partsOf(signingInput)
  const reading = readJti(payload['jti'])
  if (reading.state !== 'present') throw refused('claim-missing', 'jti')
  const salt = readSalt(payload[SALT_CLAIM])
  if (salt === undefined) throw refused('claim-missing', SALT_CLAIM)
  const issuedAtMs = numericDate(payload, 'iat')
  const expiresMs = numericDate(payload, 'exp')
  return {
    kind: 'issuance',
    tokenId: reading.tokenId,
    inputHash: hashOf(signingInput),
    issuedAtMs,
    expiresMs,
    commitments: commit(blindedOf(payload), salt),
    issuer: required(payload, 'iss'),
    kid: required(header, 'kid'),
    alg: required(header, 'alg'),
    attestation,
  }
}

export function hashOf(signingInput: string): Uint8Array {
  return createHash('sha256').update(signingInput, 'latin1').digest()
}

function partsOf(signingInput: string): { readonly header: Json; readonly payload: Json } {
  if (signingInput.length > MAX_TOKEN_LETTERS) throw refused('too-long', '')
  const parts = signingInput.split('.')
  const [header, payload] = parts.map((part) => {
    const bytes = readBase64url(part) ?? NO_BYTES
    const json = Buffer.from(bytes).toString('utf8')
    // Readers that replace invalid bytes would take two names for one.
    const object = isUtf8(bytes) ? parseObject(json) : undefined
    if (object !== undefined && hasMemberTwice(json)) throw refused('member-twice', '')
    return object
  })
  if (parts.length !== 2 || header === undefined || payload === undefined)
    throw refused('not-a-signing-input', '')
  return { header, payload }
}

/** Names of RFC 9068 come before those of other providers. */
export function blindedOf(payload: Json): Blinded {
  const audience = payload['aud']
  return {
    subject: text(payload, 'sub'),
    client: text(payload, 'client_id') ?? text(payload, 'azp') ?? text(payload, 'appid'),
    audience: typeof audience === 'string' ? [audience] : texts(audience),
    tenant: text(payload, 'tenant') ?? text(payload, 'tid'),
  }
}

function texts(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const isTexts = Array.isArray(value) && value.every((each) => typeof each === 'string')
  if (!isTexts) throw refused('claim-of-another-form', 'aud')
  return value
}

function required(json: Json, name: string): string {
  const value = text(json, name)
  if (value === undefined || value === '') throw refused('claim-missing', name)
  return value
}

/** Seconds, perhaps with a fraction, to whole milliseconds. */
function numericDate(payload: Json, name: string): number {
  const value = payload[name]
  if (typeof value !== 'number') throw refused('claim-missing', name)
  const ms = Math.round(value * 1000)
  if (!Number.isSafeInteger(ms) || ms <= 0) throw refused('claim-of-another-form', name)
  return ms
}

const WHOLE: ReadonlyMap<string, string> = new Map([
  ['not-a-signing-input', 'header and payload cannot be read'],
  ['too-long', `it has more than ${MAX_TOKEN_LETTERS} letters`],
  ['member-twice', 'an object has a name twice'],
])

function refused(reason: string, claim: string): MintmarkError {
  const what = claim === '' ? (WHOLE.get(reason) ?? reason) : `${claim}: ${reason}`
  return new MintmarkError('ENTRY_REFUSED', `no entry can be made of this token: ${what}`, {
    reason,
    claim,
  })
}

/**
 * Salted commitments to personal data: HMAC-SHA-256 with 16 random bytes as key.
 * The salt is a claim of the token, so only a holder of the token can open its entry.
 * Source: docs/ledger-format.md, section "Blinded fields".
 */

/** Holds the salt, as base64url of 16 bytes. */
export const SALT_CLAIM = 'mintmark_salt'
const SALT_BYTES = 16

/** An empty text and an empty list are values; undefined is none. */
export interface Blinded {
  readonly subject: string | undefined
  readonly client: string | undefined
  readonly audience: readonly string[] | undefined
  readonly tenant: string | undefined
}

export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('base64url')
}

export function readSalt(claim: unknown): Uint8Array | undefined {
  const bytes = typeof claim === 'string' ? readBase64url(claim) : undefined
  return bytes?.length === SALT_BYTES ? bytes : undefined
}

const one = (value: string | undefined) => (value === undefined ? undefined : [value])

export function commit(blinded: Blinded, salt: Uint8Array): Commitments {
  return {
    subject: commitment('subject', one(blinded.subject), salt),
    client: commitment('client', one(blinded.client), salt),
    audience: commitment('audience', blinded.audience, salt),
    tenant: commitment('tenant', one(blinded.tenant), salt),
  }
}

/** Over name and NUL; then 0 for no value, or 1 and each text behind its length as a u32. */
function commitment(
  field: keyof Commitments,
  values: readonly string[] | undefined,
  salt: Uint8Array,
): Uint8Array {
  const hmac = createHmac('sha256', salt).update(`${field}\0`)
  hmac.update(Uint8Array.of(values === undefined ? 0 : 1))
  for (const value of values ?? []) {
    const bytes = Buffer.from(value)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    hmac.update(length).update(bytes)
  }
  return hmac.digest()
}
