/** Names ranges of a file by address and owner. @module */
import type { Dump, Range, Segment } from '@mintmark/dump'
import { SegmentFinder } from '@mintmark/scan/report/segment_finder'
import type { Location } from './scrub_report.ts'

export class Locations {
  readonly #segments: SegmentFinder

  constructor(dump: Dump) {
    this.#segments = new SegmentFinder(dump.segments)
  }

  of({ offset, length }: Range): Location {
    const segment: Segment | undefined = this.#segments.at(offset)
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
