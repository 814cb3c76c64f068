import type { Session } from '../engine/session.ts'

const TABLES = ['issuance', 'access'] as const
/** Parts of one table from which on the engine had better merge: it refuses inserts at 3,000. */
const MOST_PARTS = 250

/**
 * Keeps the engine of a folder from merging during ingest, because sealing merges all (measured: a seventh). A server's
 * pause would outlive the process, so there is none.
 */
export class MergePause {
  readonly #session: Session
  #inserts = 0
  #isPaused: boolean = false

  constructor(session: Session) {
    this.#session = session
  }

  /** */
  async begin(): Promise<void> {
    if (this.#session.kind !== 'embedded') return
    this.#isPaused = true
    await this.#send('STOP')
  }

  /** Counts an insert; after many of them the pause is over. */
  async inserted(): Promise<void> {
    if (++this.#inserts > MOST_PARTS) await this.end()
  }

  /** Also before rows are removed, which waits for merges. */
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
