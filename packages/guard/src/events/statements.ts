/** Signs answers to introspection, and security events. Its key signs no access token. */
import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto'
import { type Json, MintmarkError } from '@mintmark/core'
import { calculateJwkThumbprint, SignJWT } from 'jose'

export interface StatementSigner {
  readonly issuer: string
  readonly alg: 'EdDSA' | 'ES256'
  readonly jwk: Json
  /** A JWS of this type, with `iss`, `iat` and `jti` beside the claims. */
  readonly sign: (type: string, claims: Json) => Promise<string>
}

/**
 * @param pem private key: Ed25519, or EC on P-256
 * @throws {MintmarkError} `INPUT_INVALID` for any other; never repeats it
 */
export async function statementSigner(
  issuer: string,
  pem: string,
  now: () => number,
): Promise<StatementSigner> {
  const key = readKey(pem)
  const alg = algorithmOf(key)
  const jwk: Record<string, unknown> = { ...createPublicKey(key).export({ format: 'jwk' }) }
  const kid = await calculateJwkThumbprint({ ...jwk, kty: String(jwk['kty']) })
  return {
    issuer,
    alg,
    jwk: { ...jwk, kid, alg, use: 'sig' },
    sign: (type, claims) =>
      new SignJWT({ jti: randomUUID(), ...claims, iss: issuer, iat: Math.floor(now() / 1000) })
        .setProtectedHeader({ typ: type, alg, kid })
        .sign(key),
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw invalid()
  }
}

function algorithmOf(key: KeyObject): StatementSigner['alg'] {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw invalid()
}

function invalid(): MintmarkError {
  const message = 'statements.key is to be a private key in PEM: Ed25519, or EC on P-256'
  return new MintmarkError('INPUT_INVALID', message, { option: 'statements.key' })
}
