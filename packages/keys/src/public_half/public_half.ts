import type { KeyMaterial } from '../material/key_material.ts'
import { keyIdOf } from './key_id.ts'
import type { PublicKey } from './public_key.ts'

/** For a search of its other spellings; undefined for kinds without one. */
export function publicHalf(material: KeyMaterial | undefined): PublicKey | undefined {
  const bare = withoutSecret(material)
  if (bare === undefined) return undefined
  return {
    material: bare,
    keyId: { ...keyIdOf(bare), kid: undefined, subject: undefined },
  }
}

export function withoutSecret(
  material: KeyMaterial | undefined,
): PublicKey['material'] | undefined {
  if (material?.type === 'rsa') {
    const { type, n, e } = material
    return { type, n, e, p: undefined, q: undefined, d: undefined }
  }
  if (material?.type === 'ec') {
    const { type, curve, x, y } = material
    return { type, curve, x, y, d: undefined }
  }
  if (material?.type === 'okp') {
    const { type, curve, publicKey } = material
    return { type, curve, publicKey, secret: undefined }
  }
  if (material?.publicKey === undefined) return undefined
  const { type, publicKey } = material
  const isSought = type === 'dsa' || type === 'dh' || type === 'ml-kem' || type === 'ml-dsa'
  return isSought ? { type, publicKey, secret: new Uint8Array(0) } : undefined
}
