/* oxlint-disable no-await-in-loop -- publications follow one another */
/**
 * Forwards publications to a NATS stream, so that many verifiers need not read the files.
 * It reads like any reader, so a slow stream delays nobody, and continues where the stream ends: no
 * gap.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LedgerReader, type ReadResource, type ShardView } from '@mintmark/ledger'
import type { NatsAddress } from './nats_address.ts'
import { NatsStream } from './nats_stream.ts'
import { decodePublication, encodePublication, type Publication } from './publication.ts'

const RETRY_MS = 1000
const ENVELOPE_BYTES = 128 << 10
/** For verifiers that were away for a short time: others read the files. */
const RETENTION_MINUTES = 60

interface Publications {
  readonly publications: number
  readonly publishedAfter: (seen: number, signal: AbortSignal) => Promise<void>
}

interface FanOutOptions {
  readonly read: ReadResource
  readonly publications: Publications
  readonly address: NatsAddress
  /** Receives why nothing is forwarded, and undefined once it is again. */
  readonly onTrouble: (cause: unknown) => void
}

interface Position {
  readonly path: string
  readonly size: number
}

/** For `serveLedger`: forwards publications to this stream, and warns of failures. */
export function fanOutTo(
  address: NatsAddress,
  warn: (text: string) => void,
): (publications: Publications, read: ReadResource) => FanOut {
  const onTrouble = (cause: unknown) =>
    warn(
      cause === undefined
        ? 'NATS: publications are forwarded again'
        : `NATS: publications are not forwarded: ${reasonOf(cause)}`,
    )
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
        await this.#forwardAll()
      } catch (cause) {
        this.#report(cause)
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  #report(cause: unknown): void {
    const isTroubled = cause !== undefined
    if (isTroubled !== this.#isTroubled) this.#options.onTrouble(cause)
    this.#isTroubled = isTroubled
  }

  async #forwardAll(): Promise<void> {
    const { signal } = this.#stopping
    const { read, publications, address } = this.#options
    const stream = await NatsStream.open(address)
    try {
      await stream.create(RETENTION_MINUTES)
      const reader = await LedgerReader.open(read)
      const aliases = [...reader.description.issuers.keys()]
      for (const alias of aliases) await this.#findPosition(alias, stream)
      while (!signal.aborted) {
        const seen = publications.publications
        for (const alias of aliases) await this.#forward(alias, reader, stream)
        this.#report(undefined)
        await publications.publishedAfter(seen, signal)
      }
    } finally {
      await stream.close()
    }
  }

  /** An earlier run may have gone further than this one knows. */
  async #findPosition(alias: string, stream: NatsStream): Promise<void> {
    const data = await stream.lastOf(stream.subjectOf(alias))
    const last = data && decodePublication(data)
    if (last === undefined) this.#positions.delete(alias)
    else this.#positions.set(alias, { path: last.shard, size: last.first + last.entries.length })
  }

  async #forward(alias: string, reader: LedgerReader, stream: NatsStream): Promise<void> {
    const path = await reader.newest(alias)
    const shard = path === undefined ? undefined : await reader.shard(path)
    if (shard === undefined) return
    const { size } = shard.head
    const at = this.#positions.get(alias)
    // An empty stream begins here: earlier entries are in the files.
    const first = at === undefined ? size : at.path === shard.path ? at.size : 0
    if (at?.path === shard.path && at.size >= size) return
    const publication = await publicationOf(shard, first, stream.maxBytes - ENVELOPE_BYTES)
    const id = `${shard.path}:${size}`
    await stream.publish(stream.subjectOf(alias), encodePublication(publication), id)
    this.#positions.set(alias, { path: shard.path, size })
  }
}

/** Without entries if they exceed `maxBytes`: a reader finds them in the files. */
async function publicationOf(
  shard: ShardView,
  first: number,
  maxBytes: number,
): Promise<Publication> {
  const { path, head, checkpointText: checkpoint } = shard
  const entries: Uint8Array[] = []
  let bytes = 0
  for await (const { entries: more } of shard.tree.entries(first)) {
    entries.push(...more)
    bytes += more.reduce((sum, entry) => sum + 2 + entry.length, 0)
    if (bytes > maxBytes) break
  }
  if (bytes <= maxBytes) return { shard: path, first, entries, checkpoint }
  return { shard: path, first: head.size, entries: [], checkpoint }
}
