/**
 * The clock of a ledger, and whether it can be right.
 * A clock that jumps ahead would open a shard of the future, and living tokens would be forgotten. So it is compared with
 * the monotonic clock, and may be ahead of that by the skew of the ledger. At the start it is compared with the newest
 * entry: it may be a day past it, as a ledger in use has entries each day. Beyond, an operator has to confirm it.
 * A clock that is set back does no harm, and is not checked.
 */
import { MintmarkError } from '@mintmark/core'

const DAY_MS = 86_400_000
/** Between reading another clock and the start that it confirms. */
const CONFIRMED_FOR_MS = 600_000

export interface ClockOptions {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  /** Milliseconds since some instant, whatever the other clock is set to. */
  readonly elapsed?: (() => number) | undefined
  /** The time that somebody read from another clock, a moment ago. */
  readonly confirmedMs?: number | undefined
}

export class LedgerClock {
  readonly #now: () => number
  readonly #elapsed: () => number
  readonly #skewMs: number
  /** Time of the newest entry; -∞ where there is none. */
  readonly #newestMs: number
  /** The latest time that can be right, when `#elapsed` was so many. */
  #latest: { readonly ms: number; readonly atMs: number }
  /** Whether that is by this clock, and no longer by the newest entry. */
  #isAnchored: boolean = false

  /** @param newestMs time of the newest entry; undefined where there is none, and any clock is as good as another */
  constructor(
    { now, elapsed = () => performance.now(), confirmedMs }: ClockOptions,
    { skewMs, newestMs }: { readonly skewMs: number; readonly newestMs: number | undefined },
  ) {
    this.#now = now
    this.#elapsed = elapsed
    this.#skewMs = skewMs
    this.#newestMs = newestMs ?? Number.NEGATIVE_INFINITY
    const started = newestMs === undefined ? now() + skewMs : newestMs + DAY_MS
    const confirmed = (confirmedMs ?? Number.NEGATIVE_INFINITY) + CONFIRMED_FOR_MS
    this.#latest = { ms: Math.max(started, confirmed), atMs: this.#elapsed() }
  }

  /** The time, for what is recorded. @throws {MintmarkError} `LEDGER_CLOCK` where it cannot be right */
  read(): number {
    const atMs = this.#elapsed()
    const nowMs = this.#now()
    const latestMs = this.#latestAt(atMs)
    if (nowMs > latestMs) throw clockError(nowMs - latestMs)
    // One that is behind the newest entry has yet to be set: it says nothing of how far it will go.
    if (nowMs >= this.#newestMs - this.#skewMs) this.#goOn(nowMs, atMs)
    return nowMs
  }

  /** Never back: a clock that returns from where it was set back is right. */
  #goOn(nowMs: number, atMs: number): void {
    const { ms, atMs: beforeMs } = this.#latest
    const expectedMs = this.#isAnchored ? ms + atMs - beforeMs : Number.NEGATIVE_INFINITY
    this.#latest = { ms: Math.max(nowMs + this.#skewMs, expectedMs), atMs }
    this.#isAnchored = true
  }

  #latestAt(atMs: number): number {
    return this.#latest.ms + atMs - this.#latest.atMs
  }

  get sureMs(): number {
    return Math.min(this.#now(), this.#latestAt(this.#elapsed()))
  }

  /** Why the clock cannot be right now; undefined where it can. */
  get error(): MintmarkError | undefined {
    const aheadMs = this.#now() - this.#latestAt(this.#elapsed())
    return aheadMs > 0 ? clockError(aheadMs) : undefined
  }
}

function clockError(aheadMs: number): MintmarkError {
  const aheadSeconds = Math.ceil(aheadMs / 1000)
  const message = `the clock is ${aheadSeconds} s further than it can be: set it, or confirm it and start again`
  return new MintmarkError('LEDGER_CLOCK', message, { aheadSeconds })
}
