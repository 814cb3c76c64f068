/** Budgets, so that no bytes stall a search: estimated nanoseconds, equal on any machine. */
/** Of a kind of test: nanoseconds for each byte that is examined, and what may be saved up. */
export interface Rate {
  readonly perByte: number
  readonly atOnce: number
}

export class Budget {
  readonly #perByte: number
  readonly most: number
  #left: number
  isShort: boolean = false

  constructor(perByte: number, atOnce: number) {
    this.#perByte = perByte
    this.most = atOnce
    this.#left = atOnce
  }

  get left(): number {
    return this.#left
  }

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

  /** Whether `cost` would be refused, as one was before: expensive work need not be prepared. */
  isSpent(cost: number): boolean {
    return this.isShort && cost > this.#left
  }

  pay(cost: number): void {
    this.#left -= cost
  }
}
