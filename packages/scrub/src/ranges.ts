/** Which bytes are erased: sorted, disjoint, and in structure only values of keys. */
import { countBefore } from '@mintmark/core'
import {
  type ByteSource,
  type Dump,
  joinedRanges,
  partOfRange,
  type Range,
  withoutRanges,
} from '@mintmark/dump'
import { SegmentFinder } from '@mintmark/scan/report/segment_finder'

export class ErasedRanges {
  readonly #kept: readonly Range[]
  readonly #keptOfValues: readonly Range[]
  #ranges: readonly Range[] = []

  /** @param dump its registers hold values of keys, or what an unwinder reads, and never both */
  constructor({
    structure,
    wideRegisters,
    generalRegisters,
  }: Pick<Dump, 'structure' | 'wideRegisters' | 'generalRegisters'>) {
    this.#kept = structure
    this.#keptOfValues = without(structure, joinedRanges([...wideRegisters, ...generalRegisters]))
  }

  get all(): readonly Range[] {
    return this.#ranges
  }

  /** Whether anything is new. @param values erased in registers, or anywhere if `isEverywhere` */
  add(ranges: readonly Range[], values: readonly Range[], isEverywhere: boolean): boolean {
    const before = bytesOf(this.#ranges)
    const allowed = without(plain(ranges), this.#kept)
    const erased = isEverywhere ? plain(values) : without(plain(values), this.#keptOfValues)
    this.#ranges = joinedRanges([...this.#ranges, ...allowed, ...erased])
    return bytesOf(this.#ranges) > before
  }
}

const plain = (ranges: readonly Range[]): readonly Range[] =>
  joinedRanges(ranges.map(({ offset, length }) => ({ offset, length })))

export function bytesOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0)
}

const without = (ranges: readonly Range[], holes: readonly Range[]): readonly Range[] =>
  withoutRanges(ranges, holes, partOfRange)

/** Both are sorted and disjoint. */
export function commonRanges(ranges: readonly Range[], others: readonly Range[]): readonly Range[] {
  return without(ranges, without(ranges, others))
}

const endOf = (range: Range | undefined): number => (range ? range.offset + range.length : 0)

/** `ranges` are sorted and disjoint. */
export function isWithin({ offset, length }: Range, ranges: readonly Range[]): boolean {
  const other = ranges[countBefore(ranges.length, (index) => endOf(ranges[index]) <= offset)]
  return other !== undefined && other.offset <= offset && offset + length <= endOf(other)
}

/** In a Java array what is no shorter is erased: it is a piece of a key by itself. */
const PIECE_BYTES = 12

/**
 * Cuts ranges at Java arrays: without a record's first byte none that follow are read. Bytes behind
 * an array may go on in a longer value.
 */
export class ArrayEnds {
  readonly #segments: SegmentFinder | undefined

  constructor({ container, segments }: Pick<Dump, 'container' | 'segments'>) {
    this.#segments = container === 'hprof' ? new SegmentFinder(segments) : undefined
  }

  /** The range without its short ends in other segments than that which holds most of it. */
  within(range: Range): readonly Range[] {
    const segments = this.#segments
    if (segments === undefined) return [range]
    const parts: Range[] = []
    const end = range.offset + range.length
    for (let at = range.offset; at < end; ) {
      const segment = segments.at(at)
      const to = segment === undefined ? end : Math.min(end, segment.offset + segment.length)
      parts.push({ offset: at, length: to - at })
      at = to
    }
    const most = Math.max(...parts.map(({ length }) => length))
    return parts.filter(({ length }) => length >= Math.min(most, PIECE_BYTES))
  }
}

const BLOCK = 1 << 16

/** Erased whole: unknown parts of secrets are there (28 of 32 bytes of a scalar). */
export function filledRegisters(
  { wideRegisters, structure }: Pick<Dump, 'wideRegisters' | 'structure'>,
  source: ByteSource,
): readonly Range[] {
  const buffer = Buffer.alloc(BLOCK)
  const isFilled = ({ offset, length }: Range): boolean => {
    for (let done = 0; done < length; done += BLOCK) {
      const part = buffer.subarray(0, Math.min(BLOCK, length - done))
      const present = source.read(offset + done, part)
      if (part.subarray(0, present).some((byte) => byte !== 0)) return true
    }
    return false
  }
  try {
    // What a damaged table says of memory is none of them.
    return commonRanges(wideRegisters, structure).filter(isFilled)
  } finally {
    buffer.fill(0)
  }
}
