/**
 * Equal tags are equal keys: a keyed hash whose random key lives for one scan, in this process. So
 * tags say nothing to whoever guesses keys.
 */
import { createHmac } from 'node:crypto'
import type { KeyMaterial } from './key_material.ts'

/** Hex digits of a tag: 2^64 keys would have to be found before two meet by chance. */
const TAG_DIGITS = 32

/** The hash key stays the caller's. */
export class KeyTags {
  readonly #hashKey: Uint8Array

  constructor(hashKey: Uint8Array) {
    this.#hashKey = hashKey
  }

  of(material: KeyMaterial | undefined): string {
    if (material === undefined) return ''
    const hash = createHmac('sha256', this.#hashKey)
    for (const part of identityOf(material)) hash.update(part).update('\0')
    return hash.digest('hex').slice(0, TAG_DIGITS)
  }
}

/** What makes a key the same key: its public half where it has one. */
function identityOf(material: KeyMaterial): readonly string[] {
  if (material.type === 'rsa') return ['rsa', material.n.toString(16)]
  if (material.type === 'ec') {
    return ['ec', material.curve, material.x.toString(16), material.y.toString(16)]
  }
  if (material.type === 'okp') {
    return ['okp', material.curve, Buffer.from(material.publicKey).toString('hex')]
  }
  return [material.type, Buffer.from(material.publicKey ?? material.secret).toString('hex')]
}
