/**
 * Salted commitments to the personal data of a token: binding, and unreadable without the salt.
 *
 * A commitment is HMAC-SHA-256 with the salt as its key. The salt is 16 random bytes for each token, and travels in the
 * token as the claim {@link SALT_CLAIM}: only a holder of the token can open its entry.
 *
 * Source: docs/ledger-format.md, section "Blinded fields".
 *
 * @module
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Commitments } from '../tree/entry.ts'
import { readBase64url } from './base64.ts'

/** Claim that holds the salt, as base64url of 16 bytes. */
export const SALT_CLAIM = 'mintmark_salt'
const SALT_BYTES = 16

/** What is committed to. An empty text and an empty list are values; undefined is none. */
export interface Blinded {
  readonly subject: string | undefined
  readonly client: string | undefined
  /** In the order of the token. */
  readonly audience: readonly string[] | undefined
  readonly tenant: string | undefined
}

export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('base64url')
}

/** The bytes of a salt; undefined for any other claim. */
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

/** The name of the field and a NUL; then 0 for no value, or 1 and each text with its length before it as a u32. */
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
