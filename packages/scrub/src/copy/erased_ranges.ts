/** Which bytes are to be erased: sorted, disjoint, and of what describes the dump nothing but values of keys. @module */
import type { Range } from '@mintmark/dump'

/** What stays as it is. Each sorted and disjoint. */
export interface UnerasedRanges {
  /** What describes the dump. */
  readonly structure: readonly Range[]
  /** Of it registers that no unwinder reads. */
  readonly wideRegisters: readonly Range[]
  /** Of it those that hold values of keys, or what an unwinder reads, and never both. */
  readonly generalRegisters: readonly Range[]
}

/** Collects ranges of a file; what is kept stays out, save for values that are to go wherever they are. */
export class ErasedRanges {
  readonly #kept: readonly Range[]
  readonly #keptOfValues: readonly Range[]
  #ranges: readonly Range[] = []

  constructor({ structure, wideRegisters, generalRegisters }: UnerasedRanges) {
    this.#kept = structure
    const registers = joinedRanges([...wideRegisters, ...generalRegisters])
    this.#keptOfValues = withoutRanges(structure, registers)
  }

  /** Sorted and disjoint, with gaps between them. */
  get all(): readonly Range[] {
    return this.#ranges
  }

  get bytes(): number {
    return bytesOf(this.#ranges)
  }

  /**
   * @param values erased in registers too, and wherever they are if `isEverywhere`
   * @returns whether any of them adds to what there was
   */
  add(ranges: readonly Range[], values: readonly Range[], isEverywhere: boolean): boolean {
    const before = this.bytes
    const allowed = withoutRanges(joinedRanges(ranges), this.#kept)
    const erased = isEverywhere ? values : withoutRanges(joinedRanges(values), this.#keptOfValues)
    this.#ranges = joinedRanges([...this.#ranges, ...allowed, ...erased])
    return this.bytes > before
  }
}

/** All bytes of ranges that are disjoint. */
export function bytesOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0)
}

const endOf = ({ offset, length }: Range): number => offset + length

/** The same bytes as sorted, disjoint ranges with gaps between them. */
export function joinedRanges(ranges: readonly Range[]): readonly Range[] {
  const joined: { offset: number; length: number }[] = []
  for (const range of ranges.toSorted((a, b) => a.offset - b.offset)) {
    if (range.length <= 0) continue
    const last = joined.at(-1)
    if (last === undefined || range.offset > endOf(last)) joined.push({ ...range })
    else last.length = Math.max(last.length, endOf(range) - last.offset)
  }
  return joined
}

/** What of `ranges` is in none of `holes`. Both are sorted and disjoint. */
export function withoutRanges(ranges: readonly Range[], holes: readonly Range[]): readonly Range[] {
  const left: Range[] = []
  let first = 0
  for (const range of ranges) {
    let from = range.offset
    const end = endOf(range)
    for (let hole = holes[first]; hole !== undefined && endOf(hole) <= from; hole = holes[first])
      first++
    for (let i = first; i < holes.length; i++) {
      const hole = holes[i]
      if (hole === undefined || hole.offset >= end) break
      if (hole.offset > from) left.push({ offset: from, length: hole.offset - from })
      from = Math.max(from, endOf(hole))
    }
    if (from < end) left.push({ offset: from, length: end - from })
  }
  return left
}

/** What of `ranges` is in `others`. Both are sorted and disjoint. */
export function commonRanges(ranges: readonly Range[], others: readonly Range[]): readonly Range[] {
  return withoutRanges(ranges, withoutRanges(ranges, others))
}

/** Whether a range is in one of `ranges`, which are sorted and disjoint. */
export function isWithin(range: Range, ranges: readonly Range[]): boolean {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const other = ranges[middle]
    if (other !== undefined && endOf(other) <= range.offset) low = middle + 1
    else high = middle
  }
  const other = ranges[low]
  return other !== undefined && other.offset <= range.offset && endOf(range) <= endOf(other)
}
