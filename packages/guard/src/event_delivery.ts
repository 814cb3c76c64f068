/**
 * The streams of a guard: what happens goes into each, and those with a receiver to push to are served.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { safeJson } from '@mintmark/core'
import { AlarmEvents } from './alarm_events.ts'
import type { Alarm } from './alarms.ts'
import { EventStream, type SecurityEvent, type StreamConfig } from './event_stream.ts'
import { PresentationEvents } from './presentation_events.ts'
import type { Presentation } from './presentations.ts'
import { pushEvents } from './push_delivery.ts'
import type { StatementSigner } from './statements.ts'
import { textOfFile } from './text_file.ts'

interface Pushed {
  readonly stream: EventStream
  readonly url: string
  readonly authorization: string | undefined
}

export class EventDelivery {
  readonly streams: readonly EventStream[]
  readonly #pushed: readonly Pushed[]
  readonly #events = new AlarmEvents()
  readonly #presentations = new PresentationEvents()
  readonly #log: (line: string) => void

  private constructor(
    streams: readonly EventStream[],
    pushed: readonly Pushed[],
    log: (line: string) => void,
  ) {
    this.streams = streams
    this.#pushed = pushed
    this.#log = log
  }

  /** @throws {MintmarkError} `INPUT_UNREADABLE` for a file with an authorization */
  static async open(
    configs: readonly StreamConfig[],
    statements: StatementSigner | undefined,
    log: (line: string) => void,
  ): Promise<EventDelivery> {
    if (statements === undefined) return new EventDelivery([], [], log)
    const streams = configs.map((config) => new EventStream(config, statements, randomUUID))
    const pushed = await Promise.all(streams.map(pushedOf))
    return new EventDelivery(streams, pushed.flat(), log)
  }

  async tell(alarm: Alarm): Promise<void> {
    const events = this.#events.of(alarm)
    await Promise.all(this.streams.map((stream) => addAll(stream, events)))
  }

  /** Whether a stream wants to hear of presentations. */
  get hasPresentations(): boolean {
    return this.streams.some(({ config }) => config.hasPresentations)
  }

  async present(shown: Presentation): Promise<void> {
    const event = this.#presentations.of(shown)
    if (event === undefined) return
    const interested = this.streams.filter(({ config }) => config.hasPresentations)
    await Promise.all(interested.map((stream) => stream.addIfRoom(event)))
  }

  /** Events that were given up because nobody took them. */
  get dropped(): number {
    return this.streams.reduce((sum, { dropped }) => sum + dropped, 0)
  }

  /** Resolves when the signal is aborted. */
  async deliver(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#pushed.map((pushed) => {
        const onRefused = (jti: string) => this.#refused(pushed.stream, jti)
        return pushEvents({ ...pushed, signal, onRefused })
      }),
    )
  }

  #refused({ config }: EventStream, jti: string): void {
    const event = { schema: 'mintmark-guard-event/1', event: 'stream', stream: config.id, jti }
    this.#log(safeJson({ ...event, text: 'the receiver refuses a security event' }))
  }
}

/** In their order. */
async function addAll(stream: EventStream, events: readonly SecurityEvent[]): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const event of events) await stream.add(event)
}

async function pushedOf(stream: EventStream): Promise<Pushed[]> {
  const { push } = stream.config
  if (push === undefined) return []
  const { url, authorizationFile } = push
  const authorization =
    authorizationFile === undefined ? undefined : (await textOfFile(authorizationFile)).trim()
  return [{ stream, url, authorization }]
}
