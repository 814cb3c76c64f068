/** Public keys, stored to search cores without their files. Only public halves are ever written. */
import { isObject, type Json } from '@mintmark/core'
import { spkiOf } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { keyOfSpki } from '@mintmark/keys/public_keys/spki_key'

/** As JSON: SubjectPublicKeyInfo in base64, and what is known beside it. */
export function storedKey(key: PublicKey): Json {
  const { kid, subject, notAfterMs, material } = key
  const spki = Buffer.from(spkiOf(material) ?? []).toString('base64')
  return {
    spki,
    ...(kid === undefined ? {} : { kid }),
    ...(subject === undefined ? {} : { subject }),
    ...(notAfterMs === undefined ? {} : { notAfterMs }),
  }
}

export function keyOfStored(kept: unknown): PublicKey | undefined {
  if (!isObject(kept) || typeof kept['spki'] !== 'string') return undefined
  const material = keyOfSpki(Buffer.from(kept['spki'], 'base64'))
  const { kid, subject, notAfterMs } = kept
  return (
    material &&
    keyWith(material, {
      ...(typeof kid === 'string' ? { kid } : {}),
      ...(typeof subject === 'string' ? { subject } : {}),
      ...(typeof notAfterMs === 'number' ? { notAfterMs } : {}),
    })
  )
}
