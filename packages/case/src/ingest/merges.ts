import type { Session } from '../engine/session.ts'

const TABLES = ['issuance', 'access'] as const
/** Parts of one table from which on the engine had better merge: it refuses inserts at 3,000. */
const MOST_PARTS = 250

/**
 * Keeps the engine of a folder from merging while rows come in: sealing merges all of them at once, and
 * every merge before that is work for nothing (measured: a seventh of an ingest).
 *
 * A pause ends with the process. A server's would not, so a server merges as it likes.
 */
export class MergePause {
  readonly #session: Session
  #inserts = 0
  #isPaused: boolean = false

  constructor(session: Session) {
    this.#session = session
  }

  /** Throws as `Session.command`. */
  async begin(): Promise<void> {
    if (this.#session.kind !== 'embedded') return
    this.#isPaused = true
    await this.#send('STOP')
  }

  /** Counts an insert; after many of them the pause is over. Throws as `Session.command`. */
  async inserted(): Promise<void> {
    if (++this.#inserts > MOST_PARTS) await this.end()
  }

  /** Also before rows are removed, which waits for merges. Throws as `Session.command`. */
  async end(): Promise<void> {
    if (!this.#isPaused) return
    this.#isPaused = false
    await this.#send('START')
  }

  async #send(word: 'START' | 'STOP'): Promise<void> {
    await Promise.all(
      TABLES.map((table) => this.#session.command(`SYSTEM ${word} MERGES ${table}`)),
    )
  }
}
