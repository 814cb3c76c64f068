/** Encrypted tokens for the issuer's encryption key, which everybody can make. @module */
import { CompactEncrypt } from 'jose'
import type { Forge } from './forge.ts'

/** Source: RFC 7516, section 7.1. */
export async function encrypted(inner: string, forge: Forge): Promise<string> {
  const { kid } = forge.key('encryption')
  const key = forge.publicKey('encryption')
  const alg = key.asymmetricKeyType === 'rsa' ? 'RSA-OAEP-256' : 'ECDH-ES'
  return await new CompactEncrypt(Buffer.from(inner))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid, cty: 'JWT' })
    .encrypt(key)
}
