/** The segment of an offset of a file. @module */
import { countBefore } from '@mintmark/core'
import type { Segment } from '@mintmark/dump'
import type { Finding } from '../findings/finding.ts'

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

  /** Where an offset is in the process, and whose memory it is; undefined where the dump does not say. */
  placeOf(offset: number): Pick<Finding, 'address' | 'owner'> {
    const segment = this.at(offset)
    const address = segment?.address
    const inside = BigInt(offset - (segment?.offset ?? 0))
    return {
      address: address === undefined ? undefined : `0x${(address + inside).toString(16)}`,
      owner: segment?.owner,
    }
  }
}
