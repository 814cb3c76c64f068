/**
 * The clock of a ledger. A jump ahead would open a future shard and forget living tokens.
 * So it may exceed the monotonic clock by the skew; at the start, the newest entry by a day. An
 * operator must confirm more. A clock that is set back does no harm, and is not checked.
 */
import { MintmarkError } from '@mintmark/core'

const DAY_MS = 86_400_000
/** From reading another clock to the start that it confirms. */
const CONFIRMED_FOR_MS = 600_000

export interface ClockOptions {
  readonly now: () => number
  /** Monotonic milliseconds since any instant. */
  readonly elapsed?: (() => number) | undefined
  /** Time that somebody just read from another clock. */
  readonly confirmedMs?: number | undefined
}

export class LedgerClock {
  readonly #now: () => number
  readonly #elapsed: () => number
  readonly #skewMs: number
  readonly #newestMs: number
  #latest: { readonly ms: number; readonly atMs: number }
  /** Whether `#latest` is by this clock, no longer by the newest entry. */
  #isAnchored: boolean = false

  /** @param newestMs undefined if there is no entry: then any clock is accepted */
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

  /** @throws {MintmarkError} `LEDGER_CLOCK` if the time cannot be right */
  read(): number {
    const atMs = this.#elapsed()
    const nowMs = this.#now()
    const latestMs = this.#latestAt(atMs)
    if (nowMs > latestMs) throw clockError(nowMs - latestMs)
    // A clock behind the newest entry is not set yet: it does not show how far it will go.
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

  /** Undefined if the clock can be right. */
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
