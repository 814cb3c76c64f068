/**
 * What the tests of a search may cost, so that no bytes can stall it: an amount at once, and an
 * amount a byte. Costs are estimates in nanoseconds, not times: the same bytes give the same
 * findings on any machine.
 */
/** Of a kind of test: nanoseconds for each byte that is examined, and what may be saved up. */
export interface Rate {
  readonly perByte: number
  readonly atOnce: number
}

export class Budget {
  readonly #perByte: number
  /** What may be saved up. */
  readonly most: number
  #left: number
  /** Whether anything was refused since the begin. */
  isShort: boolean = false

  /**
   * @param perByte nanoseconds for each byte that is examined
   * @param atOnce nanoseconds that may be saved up, and that there are at the begin
   */
  constructor(perByte: number, atOnce: number) {
    this.#perByte = perByte
    this.most = atOnce
    this.#left = atOnce
  }

  get left(): number {
    return this.#left
  }

  /** More bytes are examined. */
  earn(bytes: number): void {
    const earned = bytes * this.#perByte
    this.#left = Math.min(Math.max(this.most, earned), this.#left + earned)
  }

  /** Spends `cost` if there is that much; otherwise says so from now on. */
  take(cost: number): boolean {
    if (cost > this.#left) {
      this.isShort = true
      return false
    }
    this.#left -= cost
    return true
  }

  /** Whether `cost` would be refused and a refusal is on record: then expensive work need not be prepared. */
  isSpent(cost: number): boolean {
    return this.isShort && cost > this.#left
  }

  /** Spends what was used already, more than there is if need be. */
  pay(cost: number): void {
    this.#left -= cost
  }
}
