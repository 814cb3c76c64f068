/**
 * The segment of an offset of a file.
 *
 * @module
 */
import type { Segment } from '@mintmark/dump'

/** Finds segments by offset. */
export class SegmentFinder {
  readonly #segments: readonly Segment[]

  constructor(segments: readonly Segment[]) {
    this.#segments = segments
  }

  at(offset: number): Segment | undefined {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >> 1
      const segment = this.#segments[middle]
      if (segment === undefined) return undefined
      if (segment.offset + segment.length <= offset) low = middle + 1
      else high = middle
    }
    const segment = this.#segments[low]
    return segment !== undefined && segment.offset <= offset ? segment : undefined
  }
}
