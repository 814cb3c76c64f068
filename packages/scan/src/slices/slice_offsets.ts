/** Where in a slice numbers of a size can be, worked out once for each slice and size. */
import type { DigitShape } from './conjugate_types.ts'
import { AT, BLOCKS, KEPT, LIST, MAP_BYTES, SIZES_KEPT, type SliceMemory } from './slice_memory.ts'

/** Bytes behind the last offset: more than the longest number takes, and what is behind it. */
const FURTHER = { random: 2304, digits: 8192 } as const

/** Runs of groups of 16 offsets, and marked groups. See `assembly/lib/marked_offsets.ts`. */
export interface OffsetGroups {
  readonly runs: number
  readonly runCount: number
  readonly records: number
  readonly recordCount: number
}

export interface BlockRuns {
  readonly at: number
  readonly count: number
}

interface KeptOffsets extends OffsetGroups {
  readonly length: number
  readonly to: number
}

export class SliceOffsets {
  readonly #memory: SliceMemory
  /** Offsets up to which the slice is mapped; 0 where it is not. */
  #mappedTo = 0
  #runs = 0
  #listedFrom = BLOCKS
  #markedFrom = BLOCKS
  #digitsTo = 0
  #leastRun = BLOCKS
  #digitRuns: readonly number[] = []
  #kept: KeptOffsets[] = []
  #next = 0
  readonly #numbers = new Map<
    DigitShape,
    { readonly to: number; readonly offsets: readonly number[] }
  >()

  constructor(memory: SliceMemory) {
    this.#memory = memory
  }

  forget(): void {
    this.#mappedTo = 0
    this.#listedFrom = BLOCKS
    this.#digitsTo = 0
    this.#kept = []
    this.#next = 0
    this.#numbers.clear()
  }

  /** Runs of `least` blocks that can be random, and maybe shorter ones, for offsets in [0, to). */
  random(to: number, least: number): BlockRuns {
    if (this.#mappedTo < to || least < this.#listedFrom) {
      this.#listedFrom = Math.min(least, this.#listedFrom)
      this.#mappedTo = Math.max(to, this.#mappedTo)
      const blocks = blocksOf(this.#mappedTo + FURTHER.random)
      this.#runs = this.#memory.call(
        'map_slice',
        [AT.slice, blocks, this.#listedFrom],
        [AT.sums, AT.runs],
      )
      this.#markedFrom = BLOCKS
    }
    return { at: AT.runs, count: this.#runs }
  }

  #markEdges(least: number): void {
    if (least >= this.#markedFrom) return
    this.#markedFrom = least
    const blocks = blocksOf(this.#mappedTo + FURTHER.random)
    this.#memory.call('mark_edges', [AT.slice, blocks, AT.runs, this.#runs, least, AT.edges])
  }

  /** For numbers of `length` bytes. Valid until another length is asked for. */
  of(length: number, to: number): OffsetGroups {
    const existing = this.#kept.find((kept) => kept.length === length && kept.to === to)
    if (existing !== undefined) return existing
    // Most runs are shorter than any number.
    const least = Math.max(1, (length >> 4) - 1)
    const { at: blocks, count: blockRuns } = this.random(to, least)
    this.#markEdges(least)
    const slot = this.#next
    this.#next = (slot + 1) % SIZES_KEPT
    const runs = AT.offsets + slot * KEPT.bytes
    const records = runs + KEPT.records
    const runCount = this.#memory.call('random_groups', [
      blocks,
      blockRuns,
      AT.sums,
      to,
      length,
      runs,
    ])
    const recordCount = this.#memory.call(
      'mark_groups',
      [AT.slice, runs, runCount, length],
      [AT.edges, AT.maps, MAP_BYTES, records],
    )
    const found = { length, to, runs, runCount, records, recordCount }
    this.#kept[slot] = found
    return found
  }

  /** Runs of `least` blocks that can be digits in words of a kind, 0 to 3. */
  #digits(kind: number, least: number, to: number): BlockRuns {
    if (this.#digitsTo < to || least < this.#leastRun) {
      this.#leastRun = Math.min(least, this.#leastRun)
      const blocks = blocksOf(to + FURTHER.digits)
      this.#memory.call(
        'map_digits',
        [AT.slice, blocks, this.#leastRun],
        [AT.digitRuns, BLOCKS * 2, AT.digitCounts],
      )
      this.#digitsTo = to
      this.#digitRuns = [...this.#memory.words(AT.digitCounts, 4)]
    }
    return { at: AT.digitRuns + kind * BLOCKS * 8, count: this.#digitRuns[kind] ?? 0 }
  }

  numbers(shape: DigitShape, to: number): readonly number[] {
    const existing = this.#numbers.get(shape)
    if (existing?.to === to) return existing.offsets
    const { digitKind, slots, low, high, second, least, large, most, shift } = shape
    const isWide = digitKind !== 0
    const inner = ((slots * (isWide ? 8 : 4)) >> 4) - 1
    const runs = this.#digits(digitKind, inner, to)
    const found = this.#memory.call(
      'digit_runs',
      [AT.slice, runs.at, runs.count, to, isWide ? 1 : 0],
      [slots, low, high, second, least, large, most, BigInt(shift)],
      [AT.lists, LIST],
    )
    const offsets = [...this.#memory.words(AT.lists, Math.min(found, LIST))]
    this.#numbers.set(shape, { to, offsets })
    return offsets
  }
}

function blocksOf(bytes: number): number {
  return Math.min(BLOCKS - 4, bytes >> 4)
}
