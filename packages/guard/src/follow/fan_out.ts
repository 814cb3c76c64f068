/* oxlint-disable no-await-in-loop -- publications follow one another */
/**
 * Hands what a ledger publishes to a stream, so that many verifiers need not read it one by one.
 *
 * It reads the published files like any reader, and is in nobody's way: a stream that is slow or away holds up neither the
 * ledger nor those who read its files. It goes on where the stream ends, so that the stream has no gap either.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LedgerReader, type ReadResource, type ShardView, TILE_WIDTH } from '@mintmark/ledger'
import type { NatsAddress } from './nats_address.ts'
import { NatsLine } from './nats_line.ts'
import { decodePublication, encodePublication, type Publication } from './publication.ts'

const RETRY_MS = 1000
/** Room for what is not an entry. */
const ENVELOPE_BYTES = 128 << 10
/** A stream is for verifiers that were away for a moment: others read the files. */
const KEPT_MINUTES = 60

/** Wakes when something is published. */
interface Publications {
  readonly publications: number
  readonly publishedAfter: (seen: number, signal: AbortSignal) => Promise<void>
}

interface FanOutOptions {
  readonly read: ReadResource
  readonly publications: Publications
  readonly address: NatsAddress
  /** Told why nothing is handed on, and with undefined when it is again. */
  readonly onTrouble: (cause: unknown) => void
}

/** Up to where a shard was handed on. */
interface Position {
  readonly path: string
  readonly size: number
}

/** For `serveLedger`: hands publications on to this stream, and tells in words what hinders it. */
export function fanOutTo(
  address: NatsAddress,
  warn: (text: string) => void,
): (publications: Publications, read: ReadResource) => FanOut {
  const onTrouble = (cause: unknown) =>
    warn(cause === undefined ? 'NATS: handed on again' : `NATS: not handed on: ${reasonOf(cause)}`)
  return (publications, read) => new FanOut({ read, publications, address, onTrouble })
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

export class FanOut {
  readonly #options: FanOutOptions
  readonly #stopping: AbortController = new AbortController()
  readonly #positions = new Map<string, Position>()
  #isTroubled: boolean = false
  readonly #loop: Promise<void>

  constructor(options: FanOutOptions) {
    this.#options = options
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#serve()
      } catch (cause) {
        this.#tell(cause)
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  #tell(cause: unknown): void {
    const isTroubled = cause !== undefined
    if (isTroubled !== this.#isTroubled) this.#options.onTrouble(cause)
    this.#isTroubled = isTroubled
  }

  /** For as long as the line holds. */
  async #serve(): Promise<void> {
    const { signal } = this.#stopping
    const { read, publications, address } = this.#options
    const line = await NatsLine.open(address)
    try {
      await line.makeStream(KEPT_MINUTES)
      const reader = await LedgerReader.open(read)
      const aliases = [...reader.description.issuers.keys()]
      for (const alias of aliases) await this.#findPosition(alias, line)
      while (!signal.aborted) {
        const seen = publications.publications
        for (const alias of aliases) await this.#handOn(alias, reader, line)
        this.#tell(undefined)
        await publications.publishedAfter(seen, signal)
      }
    } finally {
      await line.close()
    }
  }

  /** Where the stream ends; an earlier run may have gone further than this one knows. */
  async #findPosition(alias: string, line: NatsLine): Promise<void> {
    const data = await line.lastOf(line.subjectOf(alias))
    const last = data && decodePublication(data)
    if (last === undefined) this.#positions.delete(alias)
    else this.#positions.set(alias, { path: last.shard, size: last.first + last.entries.length })
  }

  async #handOn(alias: string, reader: LedgerReader, line: NatsLine): Promise<void> {
    const path = await reader.newest(alias)
    const shard = path === undefined ? undefined : await reader.shard(path)
    if (shard === undefined) return
    const { size } = shard.head
    const at = this.#positions.get(alias)
    // A stream that is empty begins here: what was before is in the files.
    const first = at === undefined ? size : at.path === shard.path ? at.size : 0
    if (at?.path === shard.path && at.size >= size) return
    const publication = await publicationOf(shard, first, line.maxBytes - ENVELOPE_BYTES)
    const id = `${shard.path}:${size}`
    await line.publish(line.subjectOf(alias), encodePublication(publication), id)
    this.#positions.set(alias, { path: shard.path, size })
  }
}

/** With no entries where they would be more than `maxBytes`: a reader finds them in the files. */
async function publicationOf(
  shard: ShardView,
  first: number,
  maxBytes: number,
): Promise<Publication> {
  const { path, head, checkpointText: checkpoint } = shard
  const entries: Uint8Array[] = []
  let bytes = 0
  for (let at = first; at < head.size && bytes <= maxBytes; ) {
    const bundle = await shard.tree.bundle(Math.floor(at / TILE_WIDTH))
    const rest = bundle.slice(at % TILE_WIDTH)
    entries.push(...rest)
    bytes += rest.reduce((sum, entry) => sum + 2 + entry.length, 0)
    at += rest.length
  }
  if (bytes <= maxBytes) return { shard: path, first, entries, checkpoint }
  return { shard: path, first: head.size, entries: [], checkpoint }
}
