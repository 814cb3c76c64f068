/**
 * Streams that receivers make, in a file (OpenID SSF 1.0, section 8.1): on disk before the answer.
 * It has their `Authorization` values, so only its owner may read it. The guard contacts no address
 * that its configuration does not name.
 */
import { writeFile } from 'node:fs/promises'
import { MintmarkError, parseObject } from '@mintmark/core'
import { diskFiles, replaceDurably } from '@mintmark/ledger'
import * as v from 'valibot'
import type { Caller } from '../verify/callers.ts'
import type { EventDelivery } from './event_delivery.ts'
import type { EventStream, StreamSettings, StreamStatus } from './event_stream.ts'

const STATUSES = ['enabled', 'paused', 'disabled'] as const

const text = v.pipe(v.string(), v.nonEmpty())
const optionalText = v.optional(v.string())
const storedStream = v.pipe(
  v.object({
    id: text,
    audience: text,
    caller: text,
    status: v.picklist(STATUSES),
    requested: v.optional(v.array(v.string())),
    description: optionalText,
    push: v.optional(v.object({ url: v.string(), authorization: optionalText })),
    reason: optionalText,
    excluded: v.array(v.string()),
  }),
  v.transform(({ excluded, ...row }): StreamSettings => ({ ...row, excluded: new Set(excluded) })),
)
const document = v.object({
  schema: v.literal('mintmark-guard-streams/1'),
  streams: v.array(storedStream),
})

const MOST_STREAMS = 20

export class Subscriptions {
  readonly #path: string
  readonly #delivery: EventDelivery
  readonly #ids: Set<string>
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, delivery: EventDelivery, ids: Iterable<string>) {
    this.#path = path
    this.#delivery = delivery
    this.#ids = new Set(ids)
  }

  /**
   * Leaves out streams whose callers may no longer have them.
   * @throws {MintmarkError} `INPUT_INVALID` for a file of something else
   */
  static async open(
    path: string,
    delivery: EventDelivery,
    callers: readonly Caller[],
  ): Promise<Subscriptions> {
    const bytes = await diskFiles.read(path)
    const known = bytes === undefined ? [] : streamsIn(Buffer.from(bytes).toString('utf8'))
    const all = known.filter((settings) => isAllowed(settings, callers))
    for (const settings of all) delivery.add(settings)
    return new Subscriptions(
      path,
      delivery,
      all.map(({ id }) => id),
    )
  }

  has({ settings }: EventStream): boolean {
    return this.#ids.has(settings.id)
  }

  isFull(caller: string): boolean {
    const own = this.#delivery.streams.filter(({ settings }) => settings.caller === caller)
    return own.length >= MOST_STREAMS
  }

  async add(settings: StreamSettings): Promise<EventStream> {
    this.#ids.add(settings.id)
    const stream = this.#delivery.add(settings)
    await this.#keep()
    return stream
  }

  async change(stream: EventStream, settings: StreamSettings): Promise<void> {
    this.#delivery.change(stream, settings)
    if (this.has(stream)) await this.#keep()
  }

  async remove(stream: EventStream): Promise<void> {
    this.#ids.delete(stream.settings.id)
    this.#delivery.remove(stream)
    await this.#keep()
  }

  async #keep(): Promise<void> {
    const written = this.#writing.then(() => this.#write())
    this.#writing = written.catch(() => undefined)
    await written
  }

  async #write(): Promise<void> {
    const own = this.#delivery.streams.filter((stream) => this.has(stream))
    const streams = own.map(({ settings }) => rowOf(settings))
    // Readable by its owner alone, from the start.
    await writeFile(`${this.#path}.new`, '', { mode: 0o600 })
    const written = JSON.stringify({ schema: document.entries.schema.literal, streams })
    await replaceDurably(diskFiles, this.#path, Buffer.from(written))
  }
}

function isAllowed({ caller: name, push }: StreamSettings, callers: readonly Caller[]): boolean {
  const caller = callers.find((each) => each.name === name)
  if (caller?.maySubscribe !== true) return false
  return push === undefined || pushAddress(push.url, caller) === push.url
}

const rowOf = (settings: StreamSettings): object => {
  const { excluded, ...rest } = settings
  return { ...rest, excluded: [...excluded] }
}

function streamsIn(source: string): StreamSettings[] {
  const parsed = v.safeParse(document, parseObject(source))
  if (parsed.success) return parsed.output.streams
  throw new MintmarkError('INPUT_INVALID', 'the file of streams has another content', {
    option: 'subscriptions.file',
  })
}

export function statusOf(value: unknown): StreamStatus | undefined {
  return STATUSES.find((each) => each === value)
}

/** The strings in an array; undefined for any other value. */
export function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined
}

/** With dots resolved; undefined if the caller may not use it. */
export function pushAddress(url: string, { pushTo }: Pick<Caller, 'pushTo'>): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { href, username, password, protocol, pathname } = new URL(url)
  // A receiver may read `%2f..` in a path as a way out of it.
  const isPlain =
    username === '' && password === '' && /^https?:$/.test(protocol) && !pathname.includes('%')
  return isPlain && pushTo.some((begin) => isBelow(href, begin)) ? href : undefined
}

/** Whether it is below: `https://a.example` is no prefix of `https://a.example.org`. */
function isBelow(href: string, begin: string): boolean {
  if (!URL.canParse(begin)) return false
  const named = new URL(begin).href
  return href === named || href.startsWith(named.endsWith('/') ? named : `${named}/`)
}
