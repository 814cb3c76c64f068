/**
 * Where in a slice the digits of a number can be, worked out once for each shape: several groups of keys ask for the
 * same. @module
 */
import type { DigitShape } from './conjugate_types.ts'
import { AT, LIST, type SliceMemory } from './slice_memory.ts'
import type { SliceOffsets } from './slice_offsets.ts'

interface Listed {
  readonly to: number
  readonly places: readonly number[]
}

export class DigitOffsets {
  readonly #memory: SliceMemory
  readonly #places: SliceOffsets
  readonly #listed = new Map<DigitShape, Listed>()

  constructor(memory: SliceMemory, places: SliceOffsets) {
    this.#memory = memory
    this.#places = places
  }

  /** The slice contains something else now. */
  forget(): void {
    this.#listed.clear()
  }

  /** Positions in [0, to) where words can be the digits of one number. */
  of(shape: DigitShape, to: number): readonly number[] {
    const existing = this.#listed.get(shape)
    if (existing?.to === to) return existing.places
    const places = this.#list(shape, to)
    this.#listed.set(shape, { to, places })
    return places
  }

  #list(shape: DigitShape, to: number): readonly number[] {
    const { digitKind, slots, low, high, second, least, large, most, shift } = shape
    const isWide = digitKind !== 0
    const inner = ((slots * (isWide ? 8 : 4)) >> 4) - 1
    const runs = this.#places.digits(digitKind, inner, to)
    if (runs.count === 0) return []
    const found = this.#memory.call(
      'digit_runs',
      [AT.slice, runs.at, runs.count, to, isWide ? 1 : 0],
      [slots, low, high, second, least, large, most, BigInt(shift)],
      [AT.lists, LIST],
    )
    return [...this.#memory.words(AT.lists, Math.min(found, LIST))]
  }
}
