/**
 * Events for one receiver until it acknowledges them. In memory: a restart loses them, not the log.
 */
import { randomUUID } from 'node:crypto'
import type { StatementSigner } from './statements.ts'

/** Beyond, the oldest is dropped and counted. */
const MOST_PENDING = 1000
/** Beyond, presentations are dropped and counted: they must not push an alarm out. */
const MOST_DISPENSABLE = 500

/**
 * SSF 1.0, section 8.1.2: a paused stream holds events until enabled; a disabled one drops them.
 */
export type StreamStatus = 'enabled' | 'paused' | 'disabled'

export interface StreamSettings {
  readonly id: string
  readonly audience: string
  /** The caller that owns it may poll it, and ask about it. */
  readonly caller: string
  /** Undefined: all types. */
  readonly requested?: readonly string[] | undefined
  readonly description?: string | undefined
  /** With the value of `Authorization`; undefined if the receiver polls. */
  readonly push?: { readonly url: string; readonly authorization?: string | undefined } | undefined
  readonly status: StreamStatus
  readonly reason?: string | undefined
  readonly excluded: ReadonlySet<string>
}

export function subjectName(subject: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(subject).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Unsigned: RFC 8417, with the subject beside the events as SSF demands. */
export interface SecurityEvent {
  readonly subject: Readonly<Record<string, unknown>>
  readonly type: string
  readonly details: Readonly<Record<string, unknown>>
  readonly transaction?: string | undefined
}

interface PendingEvent {
  readonly jti: string
  readonly set: string
}

export class EventStream {
  settings: StreamSettings
  readonly #statements: StatementSigner
  readonly #pending = new Map<string, string>()
  readonly #waiting = new Set<() => void>()
  #dropped = 0

  constructor(settings: StreamSettings, statements: StatementSigner) {
    this.settings = settings
    this.#statements = statements
  }

  get pending(): number {
    return this.settings.status === 'enabled' ? this.#pending.size : 0
  }

  get dropped(): number {
    return this.#dropped
  }

  change(settings: StreamSettings): void {
    this.settings = settings
    if (settings.status === 'disabled') this.#pending.clear()
    this.#wake()
  }

  takes(type: string): boolean {
    const { status, requested } = this.settings
    return status !== 'disabled' && requested?.includes(type) !== false
  }

  async addIfRoom(event: SecurityEvent): Promise<void> {
    if (!this.takes(event.type)) return
    if (this.#pending.size < MOST_DISPENSABLE) await this.add(event)
    else this.#dropped++
  }

  async add(event: SecurityEvent): Promise<void> {
    const { subject, type } = event
    const isExcluded = this.settings.excluded.has(subjectName(subject))
    if (this.takes(type) && !isExcluded) await this.send(event)
  }

  /** Also an event that the receiver has not requested. */
  async send({ subject, type, details, transaction }: SecurityEvent): Promise<void> {
    const jti = randomUUID()
    const set = await this.#statements.sign('secevent+jwt', {
      jti,
      aud: this.settings.audience,
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
    this.#wake()
  }

  oldest(most: number): readonly PendingEvent[] {
    return [...this.#pending]
      .slice(0, Math.min(most, this.pending))
      .map(([jti, set]) => ({ jti, set }))
  }

  acknowledge(jti: string): void {
    this.#pending.delete(jti)
  }

  async waitForEvent(signal: AbortSignal): Promise<void> {
    if (this.pending > 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = () => {
        this.#waiting.delete(end)
        signal.removeEventListener('abort', end)
        resolve()
      }
      this.#waiting.add(end)
      signal.addEventListener('abort', end)
    })
  }

  #wake(): void {
    for (const end of this.#waiting) end()
  }
}
