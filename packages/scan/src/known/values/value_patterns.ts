/**
 * Every value of some private keys in every spelling, as bytes to look for.
 *
 * An RSA key has some 1800 of them, half a megabyte: only the first bytes of each are made at once, and the whole of one when
 * it is asked for.
 *
 * @module
 */

import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { Detected } from '../../anchors/detected.ts'
import { type DerivedValue, derivedValues } from './derived_values.ts'
import { spellingOf } from './encodings.ts'
import { HeadSpeller } from './spelled_heads.ts'

export interface Pattern {
  readonly bytes: Uint8Array
  readonly spelling: string
  readonly name: string
  readonly material: KeyMaterial
  /** What is told of it, whatever its place: made with its first hit. */
  told?: Detected
}

interface KeyValue extends DerivedValue {
  readonly material: KeyMaterial
}

/** Patterns that are held at a time: 5 to 10 MB. */
const MOST_HELD = 16_384

export class ValuePatterns {
  readonly #values: readonly KeyValue[]
  /** Of each value the number of its first pattern; at the end that of all patterns. */
  readonly #firsts: Uint32Array
  readonly #held = new Map<number, Pattern>()
  /** The number of each pattern among the spellings of its value. */
  readonly #slots: number[] = []

  /** @param take gets the first bytes of each pattern in the order of their numbers, its own only until it returns, and its length */
  constructor(keys: readonly KeyMaterial[], take: (head: Uint8Array, length: number) => void) {
    this.#values = keys.flatMap((material) =>
      derivedValues(material).map(({ name, value, bits }) => ({ name, value, bits, material })),
    )
    this.#firsts = new Uint32Array(this.#values.length + 1)
    const speller = new HeadSpeller()
    for (const [index, { value, bits }] of this.#values.entries()) {
      this.#firsts[index] = this.#slots.length
      speller.spell(value, bits, (slot, head, length) => {
        this.#slots.push(slot)
        take(head, length)
      })
    }
    this.#firsts[this.#values.length] = this.#slots.length
    speller.wipe()
  }

  get count(): number {
    return this.#firsts[this.#values.length] ?? 0
  }

  at(number: number): Pattern | undefined {
    const held = this.#held.get(number)
    if (held !== undefined) return held
    const made = this.#made(number)
    if (this.#held.size >= MOST_HELD) this.wipe()
    if (made !== undefined) this.#held.set(number, made)
    return made
  }

  /** Overwrites what is held, and forgets it. */
  wipe(): void {
    for (const { bytes } of this.#held.values()) bytes.fill(0)
    this.#held.clear()
  }

  #made(number: number): Pattern | undefined {
    const value = this.#values[this.#valueOf(number)]
    if (value === undefined) return undefined
    const { name, bits, material } = value
    const made = spellingOf(value.value, bits, this.#slots[number] ?? 0)
    return made && { bytes: made.bytes, spelling: made.form, name, material }
  }

  /** The last value whose first pattern has no higher number. */
  #valueOf(number: number): number {
    let [low, high] = [0, this.#values.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#firsts[middle] ?? 0) <= number) low = middle
      else high = middle - 1
    }
    return low
  }
}
