/**
 * Whether this machine's clock agrees with the ledger's: a wrong clock refuses genuine tokens.
 * The ledger's time is the unsigned `Date` of its answers: a difference is reported, and changes no verdict.
 * Source: RFC 9110, section 6.6.1.
 */

/** Half of what clocks may differ by before tokens are refused. */
const MOST_MS = 30_000

export class ClockCheck {
  readonly #now: () => number
  #aheadMs = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** @param date header of an answer that has just come; anything else is ignored */
  note(date: string | null): void {
    const ledgerMs = Date.parse(date ?? '')
    if (!Number.isNaN(ledgerMs)) this.#aheadMs = this.#now() - ledgerMs
  }

  /** Milliseconds by which this clock is ahead of the ledger's, to a second or so; 0 before the first answer. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  get isOff(): boolean {
    return Math.abs(this.#aheadMs) > MOST_MS
  }
}
