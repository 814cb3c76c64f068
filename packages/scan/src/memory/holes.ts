/**
 * Zeros that the first pass found: later passes skip them. A core copied without its holes (a pipe,
 * scp) is mostly zeros, and a pass takes 0.45 s a GB to read them.
 */
import { joinedRanges, partOfRange, type Range, withoutRanges } from '@mintmark/dump'

/** Fewer zeros at a time are read along: to begin anew behind them takes longer. */
export const LEAST_ZEROS: number = 256 << 10

export class Holes {
  readonly #runs: Range[] = []

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  add(runs: readonly Range[]): void {
    this.#runs.push(...runs)
  }

  leftOf(data: readonly Range[]): readonly Range[] {
    if (this.#runs.length === 0) return data
    return withoutRanges(data, joinedRanges(this.#runs), partOfRange)
  }
}
