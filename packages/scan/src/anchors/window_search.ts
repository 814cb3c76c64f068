/**
 * What searches a whole window of a segment by itself, without anchors: schedules, pads, known
 * keys.
 */
import type { Match, Probe } from './match.ts'

/** Verified offsets that are only counted, and where the first of them is. */
export interface LeftOver {
  readonly offset: number
  readonly count: number
}

export interface WindowSearch {
  /** Unique within a scan: for reports of limits and for benches. */
  readonly name: string
  /** The longest form it finds, in bytes: a window keeps at least that many bytes behind `to`, where there are. */
  readonly reach: number
  /** The shortest, in bytes: memory that is in pieces has many that are shorter. 1 where absent. */
  readonly least?: number
  /** What was cut short so far, since the bytes held more than can be examined in time: names, for people. */
  readonly limits?: readonly string[]
  /** Of the last call, once all its hits were taken: offsets beyond what a window may have. */
  readonly over?: LeftOver | undefined
  /**
   * Hits that begin in `[from, to)` of `bytes`; they may reach beyond `to`, to the end of `bytes`.
   * Offsets are those in `bytes`. `bytes` is valid until all are taken, and is never to be changed or kept; its
   * first byte has an address that is a multiple of 16 in the segment.
   * `address` is that of the first byte, as far as the dump says.
   * It may be in the memory of the kernels; a search with a memory of its own copies. Hits are taken one after the
   * other, before the next call: a window can have a hundred thousand.
   */
  search(
    bytes: Uint8Array,
    from: number,
    to: number,
    address: bigint | undefined,
    probe: Probe,
  ): Iterable<Match>
  /** Overwrites secrets that it holds between windows. It is not used afterwards. */
  wipe?(): void
}
