/** The keys themselves: they pass between threads, and never leave the process. */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'

/** Whether anything in it is secret: public halves are not erased. */
export function hasSecret(material: KeyMaterial): boolean {
  if (material.type === 'rsa') return material.p !== undefined || material.d !== undefined
  if (material.type === 'ec') return material.d !== undefined
  return material.secret !== undefined && material.secret.length > 0
}

/** A copy with bytes of its own: the original is overwritten. */
export function copied(material: KeyMaterial): KeyMaterial {
  if (material.type === 'rsa' || material.type === 'ec') return material
  if (material.type === 'okp') {
    const { publicKey, secret } = material
    return { ...material, publicKey: publicKey.slice(), secret: secret?.slice() }
  }
  const { publicKey, secret } = material
  return { ...material, secret: secret.slice(), publicKey: publicKey?.slice() }
}
