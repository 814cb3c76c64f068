/** The segment of an offset of a file. @module */
import { countBefore } from '@mintmark/core'
import type { Segment } from '@mintmark/dump'

const endOf = (segment: Segment | undefined): number =>
  segment ? segment.offset + segment.length : 0

/** Finds segments by offset. */
export class SegmentFinder {
  readonly #segments: readonly Segment[]

  constructor(segments: readonly Segment[]) {
    this.#segments = segments
  }

  at(offset: number): Segment | undefined {
    const segments = this.#segments
    const index = countBefore(segments.length, (k) => endOf(segments[k]) <= offset)
    const segment = segments[index]
    return segment !== undefined && segment.offset <= offset ? segment : undefined
  }
}
