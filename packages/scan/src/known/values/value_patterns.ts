/** Every value of some private keys in every spelling, identified by a few of its first bytes. */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { Match } from '../../anchors/match.ts'
import { BEFORE } from '../../slices/conjugate.ts'
import { derivedValues } from './derived_values.ts'
import { encodingsOf } from './encodings.ts'
import { extentOf, stepFor, WORD_BYTES } from './spaced_words.ts'

export interface Pattern {
  readonly bytes: Uint8Array
  readonly spelling: string
  readonly name: string
  readonly material: KeyMaterial
  reported?: Match
}

export class ValuePatterns {
  readonly #keys: readonly KeyMaterial[]
  /** Half a megabyte of each RSA key; undefined while they are wiped. */
  #patterns: readonly Pattern[] | undefined
  readonly #offsets: Uint8Array
  readonly count: number
  /** Of each pattern so many words are searched for; one of them is at a multiple of it. */
  readonly step: number
  /** `step` words for each pattern, eight bytes each, one pattern's behind the other's. */
  readonly packed: Uint8Array

  /** @param mostStep that of other words, to be searched for along with these: a power of two */
  constructor(keys: readonly KeyMaterial[], mostStep: number = Number.POSITIVE_INFINITY) {
    this.#keys = keys
    const patterns = patternsOf(keys)
    this.#patterns = patterns
    this.count = patterns.length
    this.step = stepFor(
      patterns.map(({ bytes }) => bytes),
      mostStep,
    )
    this.packed = new Uint8Array(this.count * this.step * WORD_BYTES)
    this.#offsets = new Uint8Array(this.count)
    for (const [number, { bytes }] of patterns.entries()) {
      const offset = wordOffset(bytes.subarray(0, BEFORE), extentOf(this.step))
      this.#offsets[number] = offset
      for (let k = 0; k < this.step; k++) {
        const word = bytes.subarray(offset + k, offset + k + WORD_BYTES)
        this.packed.set(word, (number * this.step + k) * WORD_BYTES)
      }
    }
  }

  likeAt(number: number, at: number): { begin: number; pattern: Pattern } | undefined {
    this.#patterns ??= patternsOf(this.#keys)
    const pattern = this.#patterns[number]
    return pattern && { begin: at - (this.#offsets[number] ?? 0), pattern }
  }

  /** Overwrites what is held; it is made anew where it is asked for. */
  wipe(): void {
    for (const { bytes } of this.#patterns ?? []) bytes.fill(0)
    this.#patterns = undefined
  }
}

function patternsOf(keys: readonly KeyMaterial[]): readonly Pattern[] {
  return keys.flatMap((material) =>
    derivedValues(material).flatMap(({ name, value, bits }) =>
      encodingsOf(value, bits).map(({ bytes, encoding }) => ({
        bytes,
        spelling: encoding,
        name,
        material,
      })),
    ),
  )
}

function wordOffset(bytes: Uint8Array, extent: number): number {
  let [best, fewest] = [0, extent + 1]
  for (let at = 0; at + extent <= bytes.length && fewest > 0; at++) {
    let zeros = 0
    for (let k = at; k < at + extent; k++) if (bytes[k] === 0) zeros++
    if (zeros < fewest) [best, fewest] = [at, zeros]
  }
  return best
}
