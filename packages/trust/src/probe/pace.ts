/** At most so many requests a second, evenly spread. @module */
import { setTimeout } from 'node:timers/promises'

export class Pace {
  readonly #gapMs: number
  #nextMs = 0

  constructor(perSecond: number) {
    this.#gapMs = 1000 / perSecond
  }

  async next(): Promise<void> {
    const nowMs = performance.now()
    const waitMs = this.#nextMs - nowMs
    this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#gapMs
    if (waitMs > 0) await setTimeout(waitMs)
  }
}
