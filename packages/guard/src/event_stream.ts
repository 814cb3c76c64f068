/**
 * Security events on their way to one receiver: kept until it says that it has them.
 *
 * They are kept in memory. A guard that is started again has none of the old ones; the alarms are in its log.
 *
 * @module
 */
import type { StatementSigner } from './statements.ts'

/** Beyond, the oldest is dropped and counted. */
const MOST_PENDING = 1000
/** Beyond, what can be done without is dropped and counted: it must not push an alarm out. */
const MOST_DISPENSABLE = 500

export interface StreamConfig {
  readonly id: string
  /** `aud` of its events. */
  readonly audience: string
  /** Name of the caller who may poll it, and ask about it. */
  readonly caller: string
  /** Whether it is told of tokens that were let in, too. */
  readonly hasPresentations: boolean
  /** Where events are brought to; undefined where the receiver polls. */
  readonly push:
    | { readonly url: string; readonly authorizationFile: string | undefined }
    | undefined
}

/** An event before it is signed: RFC 8417, with the subject beside the events as SSF wants it. */
export interface SecurityEvent {
  readonly subject: Readonly<Record<string, unknown>>
  /** URI of what happened. */
  readonly type: string
  readonly details: Readonly<Record<string, unknown>>
  /** The same for events of one cause. */
  readonly transaction?: string | undefined
}

export interface PendingEvent {
  readonly jti: string
  readonly set: string
}

export class EventStream {
  readonly config: StreamConfig
  readonly #statements: StatementSigner
  readonly #newId: () => string
  readonly #pending = new Map<string, string>()
  readonly #waiting = new Set<() => void>()
  #dropped = 0

  constructor(config: StreamConfig, statements: StatementSigner, newId: () => string) {
    this.config = config
    this.#statements = statements
    this.#newId = newId
  }

  get pending(): number {
    return this.#pending.size
  }

  get dropped(): number {
    return this.#dropped
  }

  /** An event that can be done without: it is left out where many are waiting. */
  async addIfRoom(event: SecurityEvent): Promise<void> {
    if (this.#pending.size < MOST_DISPENSABLE) await this.add(event)
    else this.#dropped++
  }

  async add({ subject, type, details, transaction }: SecurityEvent): Promise<void> {
    const jti = this.#newId()
    const set = await this.#statements.sign('secevent+jwt', {
      jti,
      aud: this.config.audience,
      ...(transaction !== undefined && { txn: transaction }),
      sub_id: subject,
      events: { [type]: details },
    })
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size < MOST_PENDING) break
      this.#pending.delete(oldest)
      this.#dropped++
    }
    this.#pending.set(jti, set)
    for (const wake of this.#waiting) wake()
  }

  /** The oldest, which stay until they are acknowledged. */
  oldest(most: number): readonly PendingEvent[] {
    return [...this.#pending].slice(0, most).map(([jti, set]) => ({ jti, set }))
  }

  acknowledge(jti: string): void {
    this.#pending.delete(jti)
  }

  /** Resolves when there is an event, or the signal is aborted. */
  async waitForEvent(signal: AbortSignal): Promise<void> {
    if (this.#pending.size > 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      signal.addEventListener('abort', done)
    })
  }
}
