/**
 * Zeros that the first pass found: later passes skip them as they skip holes of a sparse file.
 * Cores are mostly zeros. A copy of one that was taken without regard to holes (a pipe, scp) has
 * them all on the disk, and a pass spends some 0.45 s a GB on reading them.
 */
import { joinedRanges, partOfRange, type Range, withoutRanges } from '@mintmark/dump'

/** Fewer zeros at a time are read along: to begin anew behind them takes longer. */
export const LEAST_ZEROS: number = 256 << 10

export class Holes {
  readonly #runs: Range[] = []

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** Takes runs that follow those before them in the file. */
  add(runs: readonly Range[]): void {
    this.#runs.push(...runs)
  }

  /** What of `data`, sorted and disjoint, is not zeros. */
  leftOf(data: readonly Range[]): readonly Range[] {
    if (this.#runs.length === 0) return data
    return withoutRanges(data, joinedRanges(this.#runs), partOfRange)
  }
}
