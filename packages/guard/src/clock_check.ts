/**
 * Whether this machine's clock is that of the ledger: one that is off has tokens refused for their times.
 *
 * The ledger's time is the `Date` of its answers, which nobody signs: it is told of, and changes no verdict.
 *
 * Source: RFC 9110, section 6.6.1.
 *
 * @module
 */

/** Half of what clocks may differ by before tokens are refused. */
const MOST_MS = 30_000

export class ClockCheck {
  readonly #now: () => number
  #aheadMs = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** @param date header of an answer that has just come; anything else is passed over */
  note(date: string | null): void {
    const theirMs = Date.parse(date ?? '')
    if (!Number.isNaN(theirMs)) this.#aheadMs = this.#now() - theirMs
  }

  /** Milliseconds by which this clock is ahead of the ledger's, to a second or so; 0 before the first answer. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  get isOff(): boolean {
    return Math.abs(this.#aheadMs) > MOST_MS
  }
}
