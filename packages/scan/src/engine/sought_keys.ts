/** Chooses which verified keys are searched for by all of their values. */
import { ML_KEM_SEED } from '@mintmark/keys/arithmetic/ml_kem'
import type { Key } from '@mintmark/keys/material/key'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { copied } from '../findings/key_copy.ts'
import { derivedValues } from '../known/values/derived_values.ts'
import { sizedKind } from '../known/values/found_value.ts'
import { type FoundKey, FoundKeys } from './found_keys.ts'

/** An RSA key takes 10 ms and 0.1 MB a thread: 256 of those, or four times as many others. */
const MOST_COST = 1024
/** The same in a key-dense file; a small file gets less. */
const COST_OF_FLOOD = { least: 96, most: 512, perByte: 512 / (64 << 20) }
const COST_OF_FULL = 32
/** A file with more found keys of a kind than this is key-dense in it. */
const FEW_OF_KIND = 16
const costOf = ({ type }: KeyMaterial): number => (type === 'rsa' ? 4 : 1)

/** Leaves out published test keys. */
export class SoughtKeys {
  readonly #found = new FoundKeys()
  readonly #sought = new Set<bigint>()
  readonly #values = new WeakMap<KeyMaterial, readonly bigint[]>()
  readonly #costOfFlood: number
  isFull: boolean = false
  #denseKinds: ReadonlySet<string> | undefined

  constructor(bytes: number = Number.POSITIVE_INFINITY) {
    const { least, most, perByte } = COST_OF_FLOOD
    this.#costOfFlood = Math.min(most, Math.max(least, bytes * perByte))
  }

  add(key: Key): void {
    if (key.certainty !== 'verified' || key.note === 'self-test') return
    this.#found.add({ ...key, material: key.material && copied(key.material) })
  }

  /** Keys with values not given before: public halves first, random generators last. */
  unsought(): readonly KeyMaterial[] {
    const all = this.#all
    const keys = all.slice(0, this.#countOf(all))
    const values = keys.map((material) => this.#valuesOf(material))
    const unsought = keys.filter((_, key) => values[key]?.some((value) => !this.#sought.has(value)))
    for (const value of values.flat()) this.#sought.add(value)
    return unsought
  }

  /** All found keys (SHA-256) if more than are searched by value: none is searched for twice. */
  get ofFlood(): ReadonlySet<string> {
    const ids = new Set<string>()
    if (this.leftOut === 0) return ids
    for (const { keyId, materials } of this.#found.all) {
      const id = keyId?.spkiSha256
      if (id !== undefined && materials.some((material) => isWhole(material))) ids.add(id)
    }
    return ids
  }

  isDenseIn(material: KeyMaterial): boolean {
    if (!this.isFull) return false
    this.#denseKinds ??= kindsOfMany(this.#all)
    return this.#denseKinds.has(sizedKind(material))
  }

  get leftOut(): number {
    const all = this.#all
    return all.length - this.#countOf(all) + this.#found.leftOut
  }

  wipe(): void {
    this.#sought.clear()
    this.#found.wipe()
  }

  #valuesOf(material: KeyMaterial): readonly bigint[] {
    const existing = this.#values.get(material)
    if (existing !== undefined) return existing
    const values = derivedValues(material).map(({ value }) => value)
    this.#values.set(material, values)
    return values
  }

  get #all(): readonly KeyMaterial[] {
    const all = this.#found.all
      .toSorted((a, b) => rank(a) - rank(b))
      .flatMap(({ materials }) => materials)
    return this.isFull ? roundRobin(all, sizedKind) : all
  }

  #countOf(all: readonly KeyMaterial[]): number {
    if (this.isFull) return countWithin(all, COST_OF_FULL)
    const isFew = countWithin(all, MOST_COST) === all.length
    return isFew ? all.length : countWithin(all, this.#costOfFlood)
  }
}

export function isWhole({ type, ...material }: KeyMaterial): boolean {
  if (type !== 'ml-kem' && type !== 'ml-dsa') return true
  return 'secret' in material && (material.secret?.length ?? 0) <= ML_KEM_SEED
}

function countWithin(keys: readonly KeyMaterial[], most: number): number {
  let cost = 0
  const first = keys.findIndex((key) => {
    cost += costOf(key)
    return cost > most
  })
  return first < 0 ? keys.length : first
}

function rank({ keyId, note }: FoundKey): number {
  if (keyId !== undefined) return 0
  return note === undefined ? 1 : 2
}

function kindsOfMany(keys: readonly KeyMaterial[]): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(sizedKind(key), (counts.get(sizedKind(key)) ?? 0) + 1)
  return new Set([...counts].flatMap(([kind, count]) => (count > FEW_OF_KIND ? kind : [])))
}

/** The first of each kind, then the second: many keys of one kind do not displace others. */
export function roundRobin<T>(all: readonly T[], kindOf: (item: T) => string): readonly T[] {
  const counts = new Map<string, number>()
  return all
    .map((item) => {
      const kind = kindOf(item)
      const count = counts.get(kind) ?? 0
      counts.set(kind, count + 1)
      return { item, count }
    })
    .toSorted((a, b) => a.count - b.count)
    .map(({ item }) => item)
}
