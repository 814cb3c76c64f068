/**
 * What looking at anchors may cost, so that bytes full of them cannot hold a scan up.
 *
 * Time spent on places that are nothing is charged to the anchor, and to all of them together; what is unused is
 * kept for later windows, up to a bound. Once the common allowance is used up, only those anchors are passed over
 * that have had more than their share, so that a flood of one form does not hide the others. Keys have an allowance
 * of their own, many times as large: a dump with a thousand keys is read in full.
 *
 * @module
 */

/** Milliseconds, of one thread. */
const WASTE = { full: 150, refill: 12 } as const
const KEYS = { full: 1500, refill: 20 } as const
/** An anchor's share of what is left when a window begins, whatever the others took. */
const SHARE = 1 / 4

/** Of one thread; `nowMs` is a clock in milliseconds, for tests. */
export class AnchorBudget {
  readonly #spentMs: Float64Array
  #wasteMs: number = WASTE.full
  #keysMs: number = KEYS.full
  #windowMs: number = WASTE.full

  constructor(anchors: number) {
    this.#spentMs = new Float64Array(anchors)
  }

  /** A new window: every anchor is looked at again. */
  startWindow(): void {
    this.#spentMs.fill(0)
    this.#wasteMs = Math.min(WASTE.full, Math.max(0, this.#wasteMs) + WASTE.refill)
    this.#keysMs = Math.min(KEYS.full, Math.max(0, this.#keysMs) + KEYS.refill)
    this.#windowMs = this.#wasteMs
  }

  /**
   * Charges one look.
   *
   * @returns whether the anchor is to be passed over for the rest of the window
   */
  charge(anchor: number, ms: number, isKey: boolean): boolean {
    if (isKey) {
      this.#keysMs -= ms
      return this.#keysMs <= 0
    }
    const spent = (this.#spentMs[anchor] ?? 0) + ms
    this.#spentMs[anchor] = spent
    this.#wasteMs -= ms
    const fair = this.#windowMs / this.#spentMs.length
    return spent > this.#windowMs * SHARE || (this.#wasteMs <= 0 && spent > fair)
  }
}
