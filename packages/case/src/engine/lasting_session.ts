/**
 * A session that outlives the process whose engine it uses, and then gets another. Its scratch tables are lost with
 * that process, so a statement that was running fails with an error for which {@link isMoved} is true.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import type { Params, Session } from './session.ts'
import { isSessionOver } from './shared_session.ts'

/** Whether a question failed because the session was lost, and can be put again from its beginning. */
export function isMoved(cause: unknown): boolean {
  return cause instanceof MintmarkError && cause.facts['session'] === 'moved'
}

export class LastingSession implements Session {
  readonly kind = 'embedded'
  readonly shards = 1
  #inner: Session
  readonly #another: () => Promise<Session>
  /** While another is being had. */
  #moving: Promise<void> | undefined

  /** @param another closes the session that was lost, and opens the case again */
  constructor(inner: Session, another: () => Promise<Session>) {
    this.#inner = inner
    this.#another = another
  }

  command(sql: string, params?: Params): Promise<void> {
    return this.#asked((inner) => inner.command(sql, params))
  }

  rows(sql: string, params?: Params): ReturnType<Session['rows']> {
    return this.#asked((inner) => inner.rows(sql, params))
  }

  stream(sql: string, params?: Params): ReturnType<Session['stream']> {
    return this.#streamed((inner) => inner.stream(sql, params))
  }

  ask(sql: string): ReturnType<Session['ask']> {
    return this.#streamed((inner) => inner.ask(sql))
  }

  insert(...rows: Parameters<Session['insert']>): Promise<void> {
    return this.#asked((inner) => inner.insert(...rows))
  }

  localTable(name: string): string {
    return this.#inner.localTable(name)
  }

  everywhere(sql: string, params?: Params): Promise<void> {
    return this.#asked((inner) => inner.everywhere(sql, params))
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async #asked<T>(work: (inner: Session) => Promise<T>): Promise<T> {
    const inner = this.#inner
    try {
      return await work(inner)
    } catch (cause) {
      throw await this.#moved(inner, cause)
    }
  }

  async *#streamed<T>(work: (inner: Session) => AsyncIterable<T>): AsyncGenerator<T, void, void> {
    const inner = this.#inner
    try {
      yield* work(inner)
    } catch (cause) {
      throw await this.#moved(inner, cause)
    }
  }

  /** What is to be thrown for a statement that failed on `inner`; throws what keeps the case from being opened. */
  async #moved(inner: Session, cause: unknown): Promise<unknown> {
    if (!isSessionOver(cause)) return cause
    if (this.#inner === inner) {
      this.#moving ??= this.#move()
      await this.#moving
    }
    const message = 'the process that had the case open has ended; it is open again: ask again'
    return new MintmarkError('CASE_BUSY', message, { session: 'moved' }, { cause })
  }

  async #move(): Promise<void> {
    try {
      this.#inner = await this.#another()
    } finally {
      this.#moving = undefined
    }
  }
}
