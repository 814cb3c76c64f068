/** The event streams of a guard: pushed in order (RFC 8935), or polled. */
import { setTimeout as sleep } from 'node:timers/promises'
import { safeJson } from '@mintmark/core'
import type { Alarm } from '../verify/alarms.ts'
import { textOfFile } from '../verify/keys.ts'
import type { Presentation } from '../verify/presentations.ts'
import { EventStream, type SecurityEvent, type StreamSettings } from './event_stream.ts'
import { AlarmEvents, PRESENTED_EVENT, PresentationEvents } from './security_events.ts'
import type { StatementSigner } from './statements.ts'

interface ActiveStream {
  readonly stream: EventStream
  readonly ending: AbortController
}

export interface StreamConfig
  extends Pick<StreamSettings, 'id' | 'audience' | 'caller' | 'requested'> {
  readonly push?:
    | { readonly url: string; readonly authorizationFile?: string | undefined }
    | undefined
}

export class EventDelivery {
  readonly #statements: StatementSigner
  readonly #log: (line: string) => void
  readonly #active = new Map<string, ActiveStream>()
  readonly #deliveries = new Set<Promise<void>>()
  readonly #events = new AlarmEvents()
  readonly #presentations = new PresentationEvents()
  #dropped = 0

  constructor(statements: StatementSigner, log: (line: string) => void) {
    this.#statements = statements
    this.#log = log
  }

  get streams(): readonly EventStream[] {
    return [...this.#active.values()].map(({ stream }) => stream)
  }

  find(id: string): EventStream | undefined {
    return this.#active.get(id)?.stream
  }

  add(settings: StreamSettings): EventStream {
    const stream = new EventStream(settings, this.#statements)
    this.#serve(stream)
    return stream
  }

  change(stream: EventStream, settings: StreamSettings): void {
    stream.change(settings)
    // The receiver may have another address.
    this.#active.get(settings.id)?.ending.abort()
    this.#serve(stream)
  }

  remove({ settings, dropped }: EventStream): void {
    this.#active.get(settings.id)?.ending.abort()
    this.#active.delete(settings.id)
    this.#dropped += dropped
  }

  async report(alarm: Alarm): Promise<void> {
    await this.announce(this.#events.of(alarm))
  }

  async announce(events: readonly SecurityEvent[]): Promise<void> {
    await Promise.all(this.streams.map((stream) => addAll(stream, events)))
  }

  get hasPresentations(): boolean {
    return this.streams.some((stream) => stream.takes(PRESENTED_EVENT))
  }

  async present(shown: Presentation): Promise<void> {
    const event = this.#presentations.of(shown)
    if (event === undefined) return
    await Promise.all(this.streams.map((stream) => stream.addIfRoom(event)))
  }

  get dropped(): number {
    return this.streams.reduce((sum, { dropped }) => sum + dropped, this.#dropped)
  }

  async stop(): Promise<void> {
    for (const { ending } of this.#active.values()) ending.abort()
    await Promise.all(this.#deliveries)
  }

  #serve(stream: EventStream): void {
    const { id, push } = stream.settings
    const ending = new AbortController()
    this.#active.set(id, { stream, ending })
    if (push === undefined) return
    const onRefused = (jti: string) => this.#refused(id, jti)
    const delivery = pushEvents({ stream, ...push, signal: ending.signal, onRefused })
    this.#deliveries.add(delivery)
    void delivery.finally(() => this.#deliveries.delete(delivery))
  }

  #refused(stream: string, jti: string): void {
    const event = { schema: 'mintmark-guard-event/1', event: 'stream', stream, jti }
    this.#log(safeJson({ ...event, text: 'the receiver refuses a security event' }))
  }
}

async function addAll(stream: EventStream, events: readonly SecurityEvent[]): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const event of events) await stream.add(event)
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` for a file with an authorization */
export async function settingsOf(config: StreamConfig): Promise<StreamSettings> {
  const { push, ...rest } = config
  const file = push?.authorizationFile
  const authorization = file === undefined ? undefined : (await textOfFile(file)).trim()
  return {
    ...rest,
    push: push && { url: push.url, authorization },
    status: 'enabled',
    excluded: new Set(),
  }
}

const TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000

interface PushOptions {
  readonly stream: EventStream
  readonly url: string
  readonly authorization?: string | undefined
  readonly signal: AbortSignal
  /** The receiver refuses the event for good. */
  readonly onRefused: (jti: string) => void
}

async function pushEvents({
  stream,
  url,
  authorization,
  signal,
  onRefused,
}: PushOptions): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    /* oxlint-disable no-await-in-loop -- one event after the other */
    await stream.waitForEvent(signal)
    const [event] = stream.oldest(1)
    if (event === undefined) continue
    const outcome = await sent(event.set, { url, authorization, signal })
    if (outcome === 'later') {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      continue
    }
    /* oxlint-enable no-await-in-loop */
    pauseMs = FIRST_PAUSE_MS
    if (outcome === 'refused') onRefused(event.jti)
    stream.acknowledge(event.jti)
  }
}

/** 202: taken. 400: refused for good. Anything else is retried. */
async function sent(
  set: string,
  { url, authorization, signal }: Pick<PushOptions, 'url' | 'authorization' | 'signal'>,
): Promise<'taken' | 'refused' | 'later'> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/secevent+jwt',
        accept: 'application/json',
        ...(authorization !== undefined && { authorization }),
      },
      body: set,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    if (response.status === 400) return 'refused'
    return response.status === 202 || response.status === 200 ? 'taken' : 'later'
  } catch {
    return 'later'
  }
}
