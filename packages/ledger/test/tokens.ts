/** Signing inputs for tests: nothing is signed, since a ledger never sees a signature. */
import { randomUUID } from 'node:crypto'
import { issuanceOf, newSalt, SALT_CLAIM } from '../src/notes/signing_input.ts'
import type { Issuance } from '../src/tree/entry.ts'

export const ISSUER = 'https://id.example.org/realms/agency'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function signingInput(claims: Readonly<Record<string, unknown>> = {}, kid = 'k1'): string {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const payload = {
    iss: ISSUER,
    jti: randomUUID(),
    iat: nowSeconds,
    exp: nowSeconds + 600,
    sub: 'ada',
    client_id: 'wiki',
    aud: 'https://wiki.example.org',
    tenant: 'agency',
    [SALT_CLAIM]: newSalt(),
    ...claims,
  }
  return `${part({ alg: 'ES256', kid, typ: 'at+jwt' })}.${part(payload)}`
}

export function issuance(claims: Readonly<Record<string, unknown>> = {}): Issuance {
  return issuanceOf(signingInput(claims))
}
