/** What searches a whole window without anchors: schedules, pads, known keys. */
import type { Match, Probe } from './match.ts'

export interface LeftOver {
  readonly offset: number
  readonly count: number
}

export interface WindowSearch {
  readonly name: string
  /** The longest encoding, in bytes: a window keeps as many behind `to`, where there are. */
  readonly reach: number
  /** The shortest, in bytes: memory that is in pieces has many that are shorter. 1 where absent. */
  readonly least?: number
  readonly limits?: readonly string[]
  /** Of the last call, once all its hits were taken: offsets beyond what a window may have. */
  readonly over?: LeftOver | undefined
  /**
   * Hits that begin in `[from, to)` of `bytes`, which is valid until all are taken, and never to be
   * changed or kept. Its first byte, at `address` if known, is at a multiple of 16 in the segment.
   * Take hits one by one before the next call: there can be a hundred thousand.
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
