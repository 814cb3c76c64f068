/**
 * The keys that a scan has proven, for the passes that look for all of their values.
 *
 * @module
 */
import { ML_KEM_SEED } from './arithmetic/ml_kem.ts'
import { copied, type FoundMaterial } from './found_material.ts'
import type { KeyMaterial } from './key_material.ts'
import { derivedValues } from './known/derived_values.ts'
import { KeyRing, type RingKey } from './scrub/key_ring.ts'

/**
 * What the keys may take whose values are looked for: each has its share of the pass, 10 ms and 0.1 MB of each thread for
 * an RSA key. 256 of those, or four times as many others.
 */
const MOST_COST = 1024
/**
 * Of those where there are more: then the file is full of keys, and nobody waits for each value of some of them. A small
 * file waits for fewer.
 */
const COST_OF_FLOOD = { least: 96, most: 512, perByte: 512 / (64 << 20) }
const costOf = ({ type }: KeyMaterial): number => (type === 'rsa' ? 4 : 1)

/** Published test keys are left out: nobody looks for more of them. */
export class FoundKeys {
  readonly #ring = new KeyRing()
  /** What was asked for already. */
  readonly #sought = new Set<bigint>()
  readonly #values = new WeakMap<KeyMaterial, readonly bigint[]>()
  readonly #costOfFlood: number

  /** @param bytes of the file, as far as they are searched; of a large one where absent */
  constructor(bytes: number = Number.POSITIVE_INFINITY) {
    const { least, most, perByte } = COST_OF_FLOOD
    this.#costOfFlood = Math.min(most, Math.max(least, bytes * perByte))
  }

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
    const keys = this.#all.slice(0, countOf(this.#all, this.#costOfFlood))
    const values = keys.map((material) => this.#valuesOf(material))
    const unsought = keys.filter((_, key) => values[key]?.some((value) => !this.#sought.has(value)))
    for (const value of values.flat()) this.#sought.add(value)
    return unsought
  }

  /**
   * Public halves (SHA-256 of SubjectPublicKeyInfo) of all keys that were found, where those are more than whose values are
   * looked for: a file is full of them, and nobody looks for the private half of each once more.
   */
  get ofFlood(): ReadonlySet<string> {
    const ids = new Set<string>()
    if (this.leftOut === 0) return ids
    for (const { keyId, materials } of this.#ring.all) {
      const id = keyId?.spkiSha256
      if (id !== undefined && materials.some((material) => isWhole(material))) ids.add(id)
    }
    return ids
  }

  /** Keys beyond the bound. */
  get leftOut(): number {
    return this.#all.length - countOf(this.#all, this.#costOfFlood) + this.#ring.leftOut
  }

  wipe(): void {
    this.#sought.clear()
    this.#ring.wipe()
  }

  #valuesOf(material: KeyMaterial): readonly bigint[] {
    const held = this.#values.get(material)
    if (held !== undefined) return held
    const values = derivedValues(material).map(({ value }) => value)
    this.#values.set(material, values)
    return values
  }

  get #all(): readonly KeyMaterial[] {
    return this.#ring.all
      .toSorted((a, b) => rank(a) - rank(b))
      .flatMap(({ materials }) => materials)
  }
}

/** An expanded key does not give the seed that it was made of, which may lie elsewhere. */
export function isWhole({ type, ...material }: KeyMaterial): boolean {
  if (type !== 'ml-kem' && type !== 'ml-dsa') return true
  return 'secret' in material && (material.secret?.length ?? 0) <= ML_KEM_SEED
}

/** How many of the first are looked for. */
function countOf(keys: readonly KeyMaterial[], costOfFlood: number): number {
  return countWithin(keys, MOST_COST) === keys.length ? keys.length : countWithin(keys, costOfFlood)
}

function countWithin(keys: readonly KeyMaterial[], most: number): number {
  let cost = 0
  const first = keys.findIndex((key) => {
    cost += costOf(key)
    return cost > most
  })
  return first < 0 ? keys.length : first
}

function rank({ keyId, note }: RingKey): number {
  if (keyId !== undefined) return 0
  return note === undefined ? 1 : 2
}
