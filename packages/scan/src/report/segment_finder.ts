/** The segment of an offset of a file. */
import { countBefore } from '@mintmark/core'
import type { Range, Segment } from '@mintmark/dump'
import type { Finding } from '../findings/finding.ts'

export type Location = Pick<Finding, 'offset' | 'length' | 'address' | 'owner'>

const endOf = (segment: Segment | undefined): number =>
  segment ? segment.offset + segment.length : 0

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

  /** Its address and owner; undefined where the dump does not say. */
  locationOf({ offset, length }: Range): Location {
    const segment = this.at(offset)
    const address = segment?.address
    const inside = BigInt(offset - (segment?.offset ?? 0))
    return {
      offset,
      length,
      address: address === undefined ? undefined : `0x${(address + inside).toString(16)}`,
      owner: segment?.owner,
    }
  }
}
