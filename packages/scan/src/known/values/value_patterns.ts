/** Every value of some private keys in every spelling, identified by a few of its first bytes. @module */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { Detected } from '../../anchors/detected.ts'
import { BEFORE } from '../../slices/conjugate.ts'
import { type DerivedValue, derivedValues } from './derived_values.ts'
import { encodingsOf } from './encodings.ts'
import { extentOf, stepOf, WORD_BYTES } from './spaced_words.ts'

export interface Pattern {
  readonly bytes: Uint8Array
  readonly spelling: string
  readonly name: string
  readonly material: KeyMaterial
  /** What is reported of it, whatever its offset: made with its first hit. */
  reported?: Detected
}

interface KeyValue {
  readonly derived: DerivedValue
  readonly material: KeyMaterial
  /** The number of its first pattern. */
  readonly first: number
}

/** Values whose patterns are held at a time: an RSA key has half a megabyte of them. */
const MOST_KEPT = 256
/** Bytes from a pattern's first word on that are hashed: of text in UTF-16 a word alone says little. */
const HASHED = 32

export class ValuePatterns {
  readonly #values: KeyValue[] = []
  readonly #kept = new Map<KeyValue, readonly Pattern[]>()
  /** Of each pattern where its first word is in it, and a hash of what is there. */
  readonly #places: Uint8Array
  readonly #hashed: Uint8Array
  readonly #hashes: Uint32Array
  readonly count: number
  /** Of each pattern so many words are searched for; one of them is at a multiple of it. */
  readonly step: number
  /** `step` words for each pattern, eight bytes each, one pattern's behind the other's. */
  readonly packed: Uint8Array

  /** @param mostStep that of other words, to be searched for along with these: a power of two */
  constructor(keys: readonly KeyMaterial[], mostStep: number = Number.POSITIVE_INFINITY) {
    const heads: Uint8Array[] = []
    let shortest = Number.POSITIVE_INFINITY
    for (const material of keys) {
      for (const derived of derivedValues(material)) {
        this.#values.push({ derived, material, first: heads.length })
        for (const { bytes } of encodingsOf(derived.value, derived.bits)) {
          heads.push(bytes.slice(0, BEFORE))
          shortest = Math.min(shortest, bytes.length)
          bytes.fill(0)
        }
      }
    }
    this.count = heads.length
    this.step = stepOf(this.count, shortest, mostStep)
    this.packed = new Uint8Array(this.count * this.step * WORD_BYTES)
    this.#places = new Uint8Array(this.count)
    this.#hashed = new Uint8Array(this.count)
    this.#hashes = new Uint32Array(this.count)
    for (const [number, head] of heads.entries()) {
      this.#enter(number, head)
      head.fill(0)
    }
  }

  /** The pattern, if it may be so that its first word is at `at`, and where it begins then. */
  likeAt(
    number: number,
    bytes: Uint8Array,
    at: number,
  ): { begin: number; pattern: Pattern } | undefined {
    const hashed = this.#hashed[number] ?? 0
    if (at + hashed > bytes.length || hashOf(bytes, at, hashed) !== this.#hashes[number])
      return undefined
    const pattern = this.#at(number)
    return pattern && { begin: at - (this.#places[number] ?? 0), pattern }
  }

  /** Overwrites what is held, and forgets it. */
  wipe(): void {
    for (const patterns of this.#kept.values()) for (const { bytes } of patterns) bytes.fill(0)
    this.#kept.clear()
  }

  #enter(number: number, head: Uint8Array): void {
    const place = wordOffset(head, extentOf(this.step))
    const hashed = Math.min(HASHED, head.length - place)
    this.#places[number] = place
    this.#hashed[number] = hashed
    this.#hashes[number] = hashOf(head, place, hashed)
    for (let k = 0; k < this.step; k++) {
      const word = head.subarray(place + k, place + k + WORD_BYTES)
      this.packed.set(word, (number * this.step + k) * WORD_BYTES)
    }
  }

  #at(number: number): Pattern | undefined {
    const value = this.#values[lastFirst(this.#values, number)]
    if (value === undefined) return undefined
    const { derived, material, first } = value
    let patterns = this.#kept.get(value)
    if (patterns === undefined) {
      if (this.#kept.size >= MOST_KEPT) this.wipe()
      patterns = encodingsOf(derived.value, derived.bits).map(({ bytes, form }) => {
        return { bytes, spelling: form, name: derived.name, material }
      })
      this.#kept.set(value, patterns)
    }
    return patterns[number - first]
  }
}

/** The index of the last value whose first pattern has no higher number. */
function lastFirst(values: readonly KeyValue[], number: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((values[middle]?.first ?? 0) <= number) low = middle
    else high = middle - 1
  }
  return low
}

function hashOf(bytes: Uint8Array, at: number, length: number): number {
  let hash = 0
  for (let k = at; k < at + length; k++) hash = Math.imul(hash, 0x01000193) ^ (bytes[k] ?? 0)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}

/** The first offset at which the fewest of `extent` bytes are zero. */
function wordOffset(bytes: Uint8Array, extent: number): number {
  let [best, fewest] = [0, extent + 1]
  for (let at = 0; at + extent <= bytes.length && fewest > 0; at++) {
    let zeros = 0
    for (let k = at; k < at + extent; k++) if (bytes[k] === 0) zeros++
    if (zeros < fewest) [best, fewest] = [at, zeros]
  }
  return best
}
