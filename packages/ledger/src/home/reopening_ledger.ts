/**
 * A ledger that reopens after its store was unavailable; meanwhile it refuses entries for a retry.
 * It opens only with every head that it ever published: a server with less is not used.
 */
import { once } from 'node:events'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import type { LiveToken } from '../live/live_tokens.ts'
import type { Absence } from '../notes/absence.ts'
import { type Head, highestHeads, type SeenHead } from '../notes/checkpoint.ts'
import type { Receipt } from '../sequence/admission.ts'
import type { Recorded, Sequencer } from '../sequence/sequencer.ts'
import type { Issuance, Revocation } from '../tree/entry.ts'
import type { HomeOptions, LedgerHome } from './ledger_home.ts'

const RETRY_MS = 500

interface ReopeningOptions extends HomeOptions {
  /** Receives the reason when the ledger is shut, and undefined when it is open again. */
  readonly onTrouble?: ((cause: unknown) => void) | undefined
}

export class ReopeningLedger {
  readonly #home: Pick<LedgerHome, 'open' | 'isRemote'>
  readonly #options: ReopeningOptions
  #seen: readonly SeenHead[]
  #ledger: Sequencer | undefined
  #opening: AbortController = new AbortController()
  #earlier = 0
  readonly #closing: AbortController = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #failed: Promise<never> = new Promise<never>(() => undefined)

  private constructor(home: Pick<LedgerHome, 'open' | 'isRemote'>, options: ReopeningOptions) {
    this.#home = home
    this.#options = options
    this.#seen = options.seen ?? []
  }

  static async open(
    home: Pick<LedgerHome, 'open' | 'isRemote'>,
    options: ReopeningOptions,
  ): Promise<ReopeningLedger> {
    const ledger = new ReopeningLedger(home, options)
    const first = await ledger.#open()
    ledger.#loop = ledger.#supervise(first)
    ledger.#failed = ledger.#loop.then(() => new Promise<never>(() => undefined))
    // Nobody has to handle it.
    ledger.#failed.catch(() => undefined)
    return ledger
  }

  get failed(): Promise<never> {
    return this.#failed
  }

  /** As {@link Sequencer.append}; `LEDGER_FAILED` while the ledger is shut. */
  append(entry: Issuance | Revocation): Promise<Receipt> {
    return this.#ledger?.append(entry) ?? Promise.reject(shut())
  }

  /** @throws {MintmarkError} `LEDGER_FAILED` while the ledger is shut */
  find(alias: string, id: Uint8Array, inputHash: Uint8Array): LiveToken | 'other' | undefined {
    return this.#opened.find(alias, id, inputHash)
  }

  /** @throws {MintmarkError} `LEDGER_FAILED` while the ledger is shut */
  recorded(alias: string): Recorded | undefined {
    return this.#opened.recorded(alias)
  }

  /** @throws {MintmarkError} `LEDGER_FAILED` while the ledger is shut */
  signAbsence(absence: Absence): string | undefined {
    return this.#opened.signAbsence(absence)
  }

  get #opened(): Sequencer {
    if (this.#ledger === undefined) throw shut()
    return this.#ledger
  }

  get isShut(): boolean {
    return this.#ledger === undefined
  }

  get trouble(): unknown {
    return this.#ledger === undefined ? shut() : this.#ledger.trouble
  }

  get health(): unknown {
    return this.#ledger === undefined ? shut() : this.#ledger.health
  }

  /** Undefined also while the ledger is shut. */
  get publishFailure(): unknown {
    return this.#ledger?.publishFailure
  }

  get publications(): number {
    return this.#earlier + (this.#ledger?.publications ?? 0)
  }

  async publishedAfter(seen: number, signal: AbortSignal): Promise<void> {
    while (this.publications <= seen && !signal.aborted) {
      const until = AbortSignal.any([signal, this.#opening.signal])
      if (this.#ledger === undefined)
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      else await this.#ledger.publishedAfter(seen - this.#earlier, until)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#loop.catch(() => undefined)
    await this.#ledger?.close()
  }

  async #supervise(first: Sequencer): Promise<void> {
    let ledger: Sequencer | undefined = first
    while (ledger !== undefined) {
      this.#ledger = ledger
      this.#opening = new AbortController()
      const cause = await this.#untilFailed(ledger)
      if (this.#closing.signal.aborted) return
      // Reopening publishes what was committed last: that is one more.
      this.#earlier += ledger.publications + 1
      this.#ledger = undefined
      this.#opening.abort()
      await ledger.close().catch(() => undefined)
      this.#options.onTrouble?.(cause)
      if (!this.#isPassing(cause)) throw cause
      ledger = await this.#openAgain()
    }
  }

  async #untilFailed(ledger: Sequencer): Promise<unknown> {
    const { signal } = this.#closing
    if (signal.aborted) return undefined
    const failed = ledger.failed.catch((cause: unknown) => cause)
    return await Promise.race([failed, once(signal, 'abort')])
  }

  /** @returns undefined if it was closed meanwhile */
  async #openAgain(): Promise<Sequencer | undefined> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        const ledger = await this.#open()
        this.#options.onTrouble?.(undefined)
        return ledger
      } catch (cause) {
        if (!this.#isPassing(cause)) throw cause
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }

  #open(): Promise<Sequencer> {
    const { onHeads, ...rest } = this.#options
    return this.#home.open({
      ...rest,
      seen: this.#seen,
      onHeads: async (heads) => {
        this.#note(heads)
        await onHeads?.(heads)
      },
    })
  }

  #note(heads: readonly Head[]): void {
    const highest = highestHeads(heads)
    const known = this.#seen.filter(({ origin, size }) => size > (highest.get(origin)?.size ?? -1))
    this.#seen = [...known, ...highest.values()]
  }

  /** The lock of this process's last session may outlast it for a while: that passes, too. */
  #isPassing(cause: unknown): boolean {
    if (!this.#home.isRemote || !(cause instanceof MintmarkError)) return false
    const { code, facts } = cause
    const isOwn = facts['pid'] === process.pid && facts['host'] === hostname()
    return code === 'LEDGER_FAILED' || code === 'DISK_FULL' || (code === 'LEDGER_BUSY' && isOwn)
  }
}

function shut(): MintmarkError {
  return new MintmarkError('LEDGER_FAILED', 'the store of the ledger is away')
}
