/**
 * A plain detached signature over the MANIFEST, which OpenSSL checks: Ed25519 (RFC 8032), or ECDSA.
 */
import type { KeyObject } from 'node:crypto'
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'

export const SIGNATURE = 'MANIFEST.sig'
export const PUBLIC_KEY = 'MANIFEST.pub'

/**
 * Ed25519 or EC, no passphrase.
 * @throws {MintmarkError} `INPUT_INVALID`, which holds nothing of it
 */
export function readSigningKey(pem: string): KeyObject {
  const key = attempt(() => createPrivateKey({ key: pem, format: 'pem' }))
  if (key !== undefined && isFit(key)) return key
  throw new MintmarkError(
    'INPUT_INVALID',
    '--sign takes an Ed25519 or EC private key as PEM, without a passphrase',
    { option: 'sign' },
  )
}

/**
 * A private key is refused: it has no business here.
 * @throws {MintmarkError} `INPUT_INVALID`
 */
export function readPublicKey(pem: string): KeyObject {
  const key = pem.includes('PRIVATE KEY') ? undefined : attempt(() => createPublicKey(pem))
  if (key !== undefined && isFit(key)) return key
  throw new MintmarkError('INPUT_INVALID', '--key takes an Ed25519 or EC public key as PEM', {
    option: 'key',
  })
}

const isFit = ({ asymmetricKeyType }: KeyObject) =>
  asymmetricKeyType === 'ed25519' || asymmetricKeyType === 'ec'

const digestOf = ({ asymmetricKeyType }: KeyObject) =>
  asymmetricKeyType === 'ed25519' ? null : 'sha256'

export const signatureOf = (manifest: string, key: KeyObject): Uint8Array =>
  sign(digestOf(key), Buffer.from(manifest, 'utf8'), key)

export const isSigned = (manifest: string, signature: Uint8Array, key: KeyObject): boolean =>
  verify(digestOf(key), Buffer.from(manifest, 'utf8'), key, signature)

export const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()

/** SHA-256 of the SPKI: how people compare keys. */
export function fingerprint(key: KeyObject): string {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({
    type: 'spki',
    format: 'der',
  })
  return createHash('sha256').update(spki).digest('hex')
}

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read()
  } catch {
    // Whatever OpenSSL says of a key is not repeated.
    return undefined
  }
}
