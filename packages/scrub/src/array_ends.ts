/**
 * Keeps what is between the arrays of a Java heap: a record's first byte says what the record is, and without it
 * none that follow are read.
 *
 * Nothing goes on from one array in the next, but a byte behind an array may be that which a longer value would have
 * there, or belong to a letter of two bytes that was taken for one of the other byte order. @module
 */
import type { Dump, Range } from '@mintmark/dump'
import { SegmentFinder } from '@mintmark/scan/report/segment_finder'

/** What is no shorter is erased wherever it is: it is a piece of a key by itself. */
const PIECE_BYTES = 12

/** Cuts ranges where arrays begin and end; of dumps that are no Java heaps they stay as they are. */
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
