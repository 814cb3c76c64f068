/**
 * Compares this clock with the ledger's unsigned `Date` (RFC 9110, section 6.6.1).
 * A wrong clock refuses genuine tokens: a difference is reported, and changes no verdict.
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

  /** To a second or so; 0 before the first answer. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  get isOff(): boolean {
    return Math.abs(this.#aheadMs) > MOST_MS
  }
}
