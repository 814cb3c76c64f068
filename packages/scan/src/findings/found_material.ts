/**
 * The keys themselves, for searches by value and for scrubs: they pass between threads and never leave the process.
 * @module
 */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import type { Detected } from '../anchors/detected.ts'
import type { FindingSeen } from './finding.ts'

/** A key, and what is reported of the offset that it was found at. */
export interface FoundMaterial {
  readonly material: KeyMaterial
  readonly seen: FindingSeen
}

/** Limit of keys of a window: one more than are erased by value (`found_keys.ts`), so that too many are noticed. */
const MOST_MATERIALS = 4097

/** Collects the keys of one window, each once with the same values. */
export class MaterialList {
  readonly #tags: KeyTags
  readonly #byName = new Map<string, FoundMaterial>()
  /** Keys beyond the limit. */
  leftOut = 0

  constructor(hashKey: Uint8Array) {
    this.#tags = new KeyTags(hashKey)
  }

  add({ material }: Detected, seen: FindingSeen): void {
    if (material === undefined || !hasSecret(material)) return
    const { certainty, note = '' } = seen
    const name = `${this.#tags.of(material)} ${certainty} ${note} ${partsOf(material)}`
    if (this.#byName.has(name)) return
    if (this.#byName.size >= MOST_MATERIALS) this.leftOut++
    else this.#byName.set(name, { material: copied(material), seen })
  }

  get all(): readonly FoundMaterial[] {
    return [...this.#byName.values()]
  }
}

/** Whether anything in it is secret: public halves are not erased. */
export function hasSecret(material: KeyMaterial): boolean {
  if (material.type === 'rsa') return material.p !== undefined || material.d !== undefined
  if (material.type === 'ec') return material.d !== undefined
  return material.secret !== undefined && material.secret.length > 0
}

/** Which of its private values a key has: those that differ are kept side by side. */
function partsOf(material: KeyMaterial): string {
  if (material.type !== 'rsa') return ''
  const hasPrimes = material.p !== undefined && material.q !== undefined
  // Exponents differ by multiples of λ(n): their low bits distinguish them, and only within this process.
  return `${hasPrimes ? 'primes' : ''} ${material.d === undefined ? '' : String(material.d & 0xffffn)}`
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
