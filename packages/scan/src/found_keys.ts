/**
 * The keys that a scan has proven, for the passes that look for all of their values.
 *
 * @module
 */
import { copied, type FoundMaterial } from './found_material.ts'
import type { KeyMaterial } from './key_material.ts'
import { derivedValues } from './known/derived_values.ts'
import { KeyRing, type RingKey } from './scrub/key_ring.ts'

/** Each takes its share of the pass, and about a megabyte of spellings. */
const MOST_KEYS = 64

/** Published test keys are left out: nobody looks for more of them. */
export class FoundKeys {
  readonly #ring = new KeyRing()
  /** What was asked for already. */
  readonly #sought = new Set<bigint>()

  add(found: FoundMaterial): void {
    const { certainty, note } = found.seen
    if (certainty !== 'proven' || note === 'self-test') return
    this.#ring.add({ ...found, material: copied(found.material) })
  }

  /**
   * The keys that have a value which was not among those of the keys that this gave before. Keys with a public half come
   * first, generators' own last.
   */
  unsought(): readonly KeyMaterial[] {
    const keys = this.#all.slice(0, MOST_KEYS)
    const values = keys.map((material) => derivedValues(material).map(({ value }) => value))
    const unsought = keys.filter((_, key) => values[key]?.some((value) => !this.#sought.has(value)))
    for (const value of values.flat()) this.#sought.add(value)
    return unsought
  }

  /** Keys beyond the bound. */
  get leftOut(): number {
    return Math.max(0, this.#all.length - MOST_KEYS) + this.#ring.leftOut
  }

  wipe(): void {
    this.#sought.clear()
    this.#ring.wipe()
  }

  get #all(): readonly KeyMaterial[] {
    return this.#ring.all
      .toSorted((a, b) => rank(a) - rank(b))
      .flatMap(({ materials }) => materials)
  }
}

function rank({ keyId, note }: RingKey): number {
  if (keyId !== undefined) return 0
  return note === undefined ? 1 : 2
}
