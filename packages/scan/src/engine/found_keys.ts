/** The keys that a scrub found, each once, with all its known values. */
import { randomBytes } from 'node:crypto'
import { factorsFromExponent } from '@mintmark/keys/arithmetic/rsa'
import type { Key } from '@mintmark/keys/material/key'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import { publicIdOf } from '../findings/finding.ts'
import { fromFactor } from '../known/values/rebuild.ts'

export interface FoundKey extends Pick<Key, 'kind' | 'bits' | 'note'> {
  readonly number: number
  readonly keyId: KeyId | undefined
  readonly materials: readonly KeyMaterial[]
}

/** More keys are implausible: each costs a share of a pass over the file. */
const MOST_KEYS = 4096
const MOST_OF_ONE = 8

interface MutableKey extends FoundKey {
  readonly materials: KeyMaterial[]
}

export class FoundKeys {
  readonly #hashKey = randomBytes(32)
  readonly #tags = new KeyTags(this.#hashKey)
  readonly #byTag = new Map<string, MutableKey>()
  readonly #byId = new Map<string, number>()
  leftOut = 0

  get all(): readonly FoundKey[] {
    return [...this.#byTag.values()]
  }

  numberOf(spkiSha256: string | undefined): number | undefined {
    return spkiSha256 === undefined ? undefined : this.#byId.get(spkiSha256)
  }

  /** @returns the key's number if it, or a value of it, is new */
  add(key: Key): number | undefined {
    if (key.material === undefined) return undefined
    const whole = completed(key.material)
    const tag = this.#tags.of(whole)
    const existing = this.#byTag.get(tag)
    if (existing === undefined) return this.#enter(tag, whole, key)
    if (existing.materials.some((other) => hasAllOf(other, whole))) return undefined
    if (existing.materials.length >= MOST_OF_ONE) return undefined
    existing.materials.push(whole)
    return existing.number
  }

  /** Overwrites what can be: numbers cannot. */
  wipe(): void {
    for (const { materials } of this.#byTag.values()) {
      for (const material of materials) {
        if ('secret' in material) material.secret?.fill(0)
      }
      materials.length = 0
    }
    this.#hashKey.fill(0)
  }

  #enter(tag: string, material: KeyMaterial, { kind, bits, note }: Key): number | undefined {
    if (this.#byTag.size >= MOST_KEYS) {
      this.leftOut++
      return undefined
    }
    const keyId = publicIdOf(material)
    const number = this.#byTag.size
    if (keyId?.spkiSha256 !== undefined) this.#byId.set(keyId.spkiSha256, number)
    this.#byTag.set(tag, { number, kind, bits, note, keyId, materials: [material] })
    return number
  }
}

/** An RSA key that was found by d alone, with its factors: they are values too. */
function completed(material: KeyMaterial): KeyMaterial {
  if (material.type !== 'rsa' || material.d === undefined) return material
  if (material.p !== undefined && material.q !== undefined) return material
  const primes = factorsFromExponent(material.n, material.e, material.d)
  const whole = primes && fromFactor(material, primes.p)
  return whole === undefined ? material : { ...whole, d: material.d }
}

function hasAllOf(existing: KeyMaterial, other: KeyMaterial): boolean {
  if (existing.type !== 'rsa' || other.type !== 'rsa') return true
  return (
    (other.p === undefined || existing.p !== undefined) &&
    (other.d === undefined || existing.d === other.d)
  )
}

/** Whether it is a key of a curve with its scalar: what of one is left is found by its pieces. */
export const hasScalar = (material: KeyMaterial): boolean =>
  material.type === 'ec' && material.d !== undefined

/** Bits that may not be left: half an RSA prime; else none, as half a scalar leaves 2^64 steps. */
export function secretBits({ materials, bits }: FoundKey): number {
  const [material] = materials
  return material?.type === 'rsa' ? Math.floor(bits / 4) : 1
}
