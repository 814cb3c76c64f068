/**
 * Bounds the cost of detection, in estimated nanoseconds: crafted bytes cannot stall a scan, and
 * reports are equal on any machine. Work over 100 ns is counted; expensive work is refused where
 * too little is left.
 */
import { createHash } from 'node:crypto'

/** Cached answers: more than a window has different keys. */
const MOST_KEPT = 2000
const KEPT_COST = 5000

export interface Spent {
  readonly cost: number
  readonly wasRefused: boolean
}

/** What detection may cost. Whoever sets a limit makes one and passes it to all that spends. */
export class WorkBudget {
  #done = 0
  #most: number
  #wasRefused = false
  readonly #kept = new Map<string, boolean>()

  constructor(most: number = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  start(most: number): void {
    this.#done = 0
    this.#most = most
    this.#wasRefused = false
  }

  /** Ends the limit: without a new start there is none. */
  end(): Spent {
    const spent = { cost: this.#done, wasRefused: this.#wasRefused }
    this.start(Number.POSITIVE_INFINITY)
    return spent
  }

  spend(cost: number): void {
    this.#done += cost
  }

  /** What is left: work without a known end reads no further than that. */
  get left(): number {
    return Math.max(0, this.#most - this.#done)
  }

  get wasRefused(): boolean {
    return this.#wasRefused
  }

  /** Runs `work`, or gives undefined at once where its cost is more than the budget has left. */
  within<T>(cost: number, work: () => T): T | undefined {
    if (this.#done + cost > this.#most) {
      this.#wasRefused = true
      return undefined
    }
    this.#done += cost
    return work()
  }

  /** {@link within}, cached under a hash of the numbers, never under the numbers. */
  withinOnce(
    cost: number,
    name: string,
    numbers: readonly bigint[],
    work: () => boolean,
  ): boolean | undefined {
    this.spend(KEPT_COST)
    const question = createHash('sha256')
      .update(name)
      .update(numbers.map((number) => number.toString(16)).join())
      .digest('base64')
    const known = this.#kept.get(question)
    if (known !== undefined) return known
    const answer = this.within(cost, work)
    if (answer === undefined) return undefined
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(question, answer)
    return answer
  }

  /** With each window, so that it costs the same in any order. */
  forget(): void {
    this.#kept.clear()
  }
}

class Unlimited extends WorkBudget {
  override spend(): void {}

  override within<T>(_cost: number, work: () => T): T {
    return work()
  }

  override withinOnce(
    _cost: number,
    _name: string,
    _numbers: readonly bigint[],
    work: () => boolean,
  ): boolean {
    return work()
  }
}

export const UNLIMITED: WorkBudget = new Unlimited()
