/**
 * Every value of some private keys in every spelling, as bytes to look for.
 *
 * An RSA key has some 1800 of them, half a megabyte: of many keys not all are held, but made again when they are asked for.
 *
 * @module
 */
import type { Detected } from '../detected.ts'
import type { KeyMaterial } from '../key_material.ts'
import { type DerivedValue, derivedValues } from './derived_values.ts'
import { encodingsOf } from './encodings.ts'

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

/** Values of which all patterns are held: those of some 30 RSA keys. */
const MOST_VALUES = 1024
/** Patterns that are held where there are more: 5 to 10 MB. */
const MOST_HELD = 16_384

export class ValuePatterns {
  readonly #values: readonly KeyValue[]
  /** Of each value the number of its first pattern; at the end that of all patterns. */
  readonly #firsts: Uint32Array
  readonly #held = new Map<number, Pattern>()
  /** Not all patterns are held at a time. */
  readonly isMany: boolean

  /** @param take gets each pattern in the order of their numbers; the bytes are its own only until it returns */
  constructor(keys: readonly KeyMaterial[], take: (bytes: Uint8Array) => void) {
    this.#values = keys.flatMap((material) =>
      derivedValues(material).map(({ name, value, bits }) => ({ name, value, bits, material })),
    )
    this.isMany = this.#values.length > MOST_VALUES
    this.#firsts = new Uint32Array(this.#values.length + 1)
    let next = 0
    for (const [index, value] of this.#values.entries()) {
      this.#firsts[index] = next
      for (const pattern of patternsOf(value)) {
        take(pattern.bytes)
        if (this.isMany) pattern.bytes.fill(0)
        else this.#held.set(next, pattern)
        next++
      }
    }
    this.#firsts[this.#values.length] = next
  }

  get count(): number {
    return this.#firsts[this.#values.length] ?? 0
  }

  at(number: number): Pattern | undefined {
    const held = this.#held.get(number)
    if (held !== undefined || !this.isMany) return held
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
    const index = this.#valueOf(number)
    const value = this.#values[index]
    const all = value === undefined ? [] : patternsOf(value)
    const made = all[number - (this.#firsts[index] ?? 0)]
    for (const other of all) if (other !== made) other.bytes.fill(0)
    return made
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

function patternsOf({ name, value, bits, material }: KeyValue): Pattern[] {
  return encodingsOf(value, bits).map(({ form: spelling, bytes }) => ({
    bytes,
    spelling,
    name,
    material,
  }))
}
