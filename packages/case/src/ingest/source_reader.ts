/** Cuts sources for the workers: small files in groups, large ones of JSON lines in slices. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { isObject, MintmarkError, unreadable } from '@mintmark/core'
import {
  canSlice,
  type DateOrder,
  type EvidenceSource,
  type Reject,
  readSlices,
  SNIFF_BYTES,
} from '@mintmark/logs'
import type { Committer } from './committer.ts'
import { EvidenceDraft } from './draft.ts'
import type { KnownEvidence, KnownFile } from './known_evidence.ts'
import { asError, ReaderFailure, type WorkerPool } from './worker_pool.ts'
import type { Done, SmallFile, TableBlock } from './worker_protocol.ts'

/** Content up to this size is held whole: the file is known before a row of it is made. */
const SMALL_BYTES = 1024 * 1024
const HEAD_BYTES = 2 * SMALL_BYTES
const SLICE_BYTES = 8 * 1024 * 1024
const GROUP_BYTES = 2 * 1024 * 1024
const GROUP_FILES = 200

export class SourceFailure extends Error {
  readonly path: string
  readonly reject: Reject

  constructor(path: string, reject: Reject, cause: unknown) {
    super(`${path}: ${reject.reason}`, { cause })
    this.path = path
    this.reject = reject
  }
}

interface Run {
  readonly pool: WorkerPool
  readonly committer: Committer
  readonly known: KnownEvidence
  readonly firstId: number
  readonly failed: ReadonlyMap<string, SourceFailure>
  readonly signal?: AbortSignal
  readonly otherShape?: OtherShape
  readonly rereads: ReadonlyMap<string, DateOrder>
  readonly onBytes: (bytes: number) => void
}

/** The shape of a file that is evidence and no log; undefined for everything else. `isWhole`: the bytes are all. */
export type OtherShape = (bytes: Uint8Array, isWhole: boolean) => string | undefined
export type Taken = EvidenceDraft | Pick<KnownFile, 'evidenceId'>

interface LargeContent {
  readonly head: Buffer
  readonly rest: AsyncIterator<Uint8Array>
  readonly rejects: Reject[]
}

export class SourceReader {
  readonly taken: Taken[] = []
  readonly #run: Run
  #nextId: number
  #group: { readonly draft: EvidenceDraft; readonly file: SmallFile }[] = []
  #groupBytes = 0
  readonly #jobs = new Set<Promise<void>>()
  readonly #hashing = new Map<number, Promise<void>[]>()
  #failure: unknown

  constructor(run: Run) {
    this.#run = run
    this.#nextId = run.firstId
  }

  async take(source: EvidenceSource): Promise<void> {
    await this.#ready()
    const failed = source.refused ?? this.#run.failed.get(source.path)?.reject
    if (failed !== undefined) {
      this.#takeUnreadable(source, failed)
      return
    }
    try {
      if (source.isPlain && source.sizeBytes > 0) await this.#takePlain(source)
      else await this.#takeStream(source)
    } catch (cause) {
      this.#takeUnreadable(source, rejectOf(cause))
    }
  }

  async #takePlain(source: EvidenceSource): Promise<void> {
    if (source.sizeBytes <= SMALL_BYTES) {
      // Without a stream, which takes ten times as long (measured).
      const bytes = await attempt(source.file, () => readFile(source.file))
      this.#run.onBytes(bytes.length)
      await this.#takeSmall(source, bytes, [])
      return
    }
    const head = await attempt(source.file, () =>
      buffer(createReadStream(source.file, { end: HEAD_BYTES - 1 })),
    )
    const rest = source.open()[Symbol.asyncIterator]()
    await this.#takeLarge(source, { head, rest, rejects: [] })
  }

  async #takeStream(source: EvidenceSource): Promise<void> {
    const rejects: Reject[] = []
    const rest = source.open((reject) => rejects.push(reject))[Symbol.asyncIterator]()
    const { bytes: head, isWhole } = await this.#readHead(rest)
    if (isWhole) await this.#takeSmall(source, head, rejects)
    else await this.#takeLarge(source, { head, rest, rejects })
  }

  async finish(): Promise<void> {
    this.#sendGroup()
    while (this.#jobs.size > 0) {
      await Promise.all(this.#jobs)
    }
    this.#rethrow()
  }

  async #ready(): Promise<void> {
    this.#run.signal?.throwIfAborted()
    this.#rethrow()
    await this.#run.pool.ready()
    await this.#run.committer.ready()
    this.#rethrow()
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw asError(this.#failure)
  }

  #draft(source: EvidenceSource): EvidenceDraft {
    const draft = new EvidenceDraft(this.#nextId++, source)
    draft.isReread = this.#run.rereads.has(source.path)
    draft.replaces = this.#run.known.unreadable(source.path)
    this.#run.committer.expect(draft)
    this.taken.push(draft)
    return draft
  }

  #takeUnreadable(source: EvidenceSource, reject: Reject): void {
    const evidenceId = this.#run.known.unreadable(source.path)
    if (evidenceId !== 0) {
      this.taken.push({ evidenceId })
      return
    }
    const draft = this.#draft(source)
    draft.rejects = [reject]
    draft.isUnreadable = true
    draft.isDone = true
  }

  async #readHead(chunks: AsyncIterator<Uint8Array>) {
    const held: Uint8Array[] = []
    let size = 0
    while (size <= SMALL_BYTES) {
      const next = await chunks.next()
      if (next.done === true) return { bytes: Buffer.concat(held), isWhole: true }
      // A copy: the source may use the memory again.
      held.push(new Uint8Array(next.value))
      size += next.value.length
      this.#run.onBytes(next.value.length)
    }
    return { bytes: Buffer.concat(held), isWhole: false }
  }

  async #takeSmall(source: EvidenceSource, bytes: Buffer, rejects: Reject[]): Promise<void> {
    const { known } = this.#run
    const contentSha256 = createHash('sha256').update(bytes).digest('hex')
    const sha256 = source.isPlain ? contentSha256 : await source.sha256()
    const isReread = this.#run.rereads.has(source.path)
    const same = isReread ? undefined : known.sameFile(sha256, source.path)
    if (same !== undefined) {
      this.taken.push(same)
      return
    }
    const draft = this.#draft(source)
    draft.sha256 = sha256
    draft.contentSha256 = contentSha256
    if (!isReread) draft.sameAs = known.sameBytes(sha256) || known.sameContent(contentSha256)
    this.#know(draft)
    draft.isDone = draft.sameAs !== 0
    if (draft.isDone) return
    known.addContent(contentSha256, draft.evidenceId)
    draft.otherShape = this.#run.otherShape?.(bytes, true)
    draft.isDone = draft.otherShape !== undefined
    if (draft.isDone) return
    const { evidenceId } = draft
    const sharedOrder = this.#sharedOrder(source)
    const file = { evidenceId, identity: contentSha256, bytes, rejects, sharedOrder }
    this.#group.push({ draft, file })
    this.#groupBytes += bytes.length
    if (this.#groupBytes >= GROUP_BYTES || this.#group.length >= GROUP_FILES) this.#sendGroup()
  }

  #sharedOrder({ path }: EvidenceSource): DateOrder {
    return this.#run.rereads.get(path) ?? 'unproven'
  }

  #know(draft: EvidenceDraft): void {
    const { evidenceId, sha256, sameAs, source } = draft
    const { path, sizeBytes } = source
    this.#run.known.add({ evidenceId, path, sha256, sizeBytes, sameAs })
  }

  #sendGroup(): void {
    const group = this.#group
    if (group.length === 0) return
    this.#group = []
    this.#groupBytes = 0
    const files = group.map(({ file }) => file)
    void this.#start('', async () => {
      const { parts } = await this.#run.pool.run({ kind: 'small', files }, this.#onRows)
      for (const [index, { draft }] of group.entries()) {
        const part = parts[index]
        if (part !== undefined) draft.add(part)
        draft.isDone = true
      }
    })
  }

  async #takeLarge(source: EvidenceSource, content: LargeContent): Promise<void> {
    const { head } = content
    const isReread = this.#run.rereads.has(source.path)
    const sha256 = await this.#hashFirst(source)
    if (!isReread && sha256 !== '' && this.#isKnown(source, sha256)) {
      await content.rest.return?.()
      return
    }
    const draft = this.#draft(source)
    draft.sha256 = sha256
    if (sha256 !== '') this.#know(draft)
    const identity = createHash('sha256')
      .update(`${source.isPlain ? source.sizeBytes : source.path}\0`)
      .update(head)
      .digest('hex')
    draft.otherShape = this.#run.otherShape?.(head, false)
    const reading = this.#start(source.path, async () => {
      if (draft.otherShape !== undefined) await this.#hashOnly(draft, content)
      else if (canSlice(head.subarray(0, SNIFF_BYTES)))
        await this.#readSlices(draft, identity, content)
      else await this.#readLarge(draft, identity, content)
      if (draft.sha256 === '') {
        draft.sha256 = draft.contentSha256
        this.#know(draft)
      }
      this.#run.known.addContent(draft.contentSha256, draft.evidenceId)
      draft.isDone = true
    })
    if (draft.otherShape !== undefined) await reading
    if (sha256 === '') {
      const { sizeBytes } = source
      this.#hashing.set(sizeBytes, [...(this.#hashing.get(sizeBytes) ?? []), reading])
    }
  }

  async #hashOnly(draft: EvidenceDraft, content: LargeContent): Promise<void> {
    const hash = createHash('sha256')
    for await (const chunk of chunksOf(draft, content, this.#run.onBytes)) hash.update(chunk)
    draft.contentSha256 = hash.digest('hex')
    draft.rejects = content.rejects
  }

  /** The hash, before reading, of a large file that is compressed or has the size of a known file. Else `''`. */
  async #hashFirst(source: EvidenceSource): Promise<string> {
    await Promise.all(this.#hashing.get(source.sizeBytes) ?? [])
    this.#rethrow()
    if (source.isPlain && !this.#run.known.hasSize(source.sizeBytes)) return ''
    return source.sha256()
  }

  #isKnown(source: EvidenceSource, sha256: string): boolean {
    const { known } = this.#run
    const same = known.sameFile(sha256, source.path)
    if (same !== undefined) {
      this.taken.push(same)
      return true
    }
    const sameAs = known.sameBytes(sha256)
    if (sameAs === 0) return false
    const draft = this.#draft(source)
    draft.sha256 = sha256
    draft.contentSha256 = source.isPlain ? sha256 : ''
    draft.sameAs = sameAs
    draft.isDone = true
    this.#know(draft)
    return true
  }

  async #readSlices(draft: EvidenceDraft, identity: string, content: LargeContent): Promise<void> {
    const { pool, onBytes } = this.#run
    const { evidenceId } = draft
    const hash = createHash('sha256')
    const slices: Promise<Done>[] = []
    const chunks = chunksOf(draft, content, onBytes)
    for await (const slice of readSlices(chunks, SLICE_BYTES, hash)) {
      const rejects = slice.isLast ? content.rejects : []
      const task = { kind: 'slice', evidenceId, identity, ...slice, rejects } as const
      const reading = pool.run(task, this.#onRows)
      reading.catch(() => {})
      slices.push(reading)
      await this.#ready()
    }
    for (const [index, { parts }] of (await Promise.all(slices)).entries())
      for (const part of parts) draft.add(part, index)
    draft.contentSha256 = hash.digest('hex')
  }

  async #readLarge(draft: EvidenceDraft, identity: string, { rest }: LargeContent): Promise<void> {
    await rest.return?.()
    const { evidenceId, source } = draft
    const { path } = source
    const sharedOrder = this.#sharedOrder(source)
    const task = { kind: 'large', evidenceId, identity, path, sharedOrder } as const
    const done = await this.#run.pool.run(task, this.#onRows, this.#run.onBytes)
    for (const part of done.parts) draft.add(part)
    draft.contentSha256 = done.sha256 ?? ''
  }

  readonly #onRows = async (blocks: readonly TableBlock[]): Promise<void> => {
    this.#run.committer.take(blocks)
    await this.#run.committer.ready()
  }

  #start(path: string, work: () => Promise<void>): Promise<void> {
    const job = work()
      .catch((cause: unknown) => {
        this.#failure ??= this.#failureOf(path, cause)
      })
      .finally(() => this.#jobs.delete(job))
    this.#jobs.add(job)
    return job
  }

  #failureOf(path: string, cause: unknown): unknown {
    if (cause instanceof ReaderFailure) {
      const failed = this.taken
        .filter((taken) => taken instanceof EvidenceDraft)
        .find(({ evidenceId }) => evidenceId === cause.evidenceId)
      const reject: Reject = { kind: 'file', reason: 'reader-failed', detail: '' }
      return new SourceFailure(failed?.source.path ?? path, reject, cause)
    }
    const isRead = cause instanceof MintmarkError && cause.code === 'INPUT_UNREADABLE'
    return isRead ? new SourceFailure(path, rejectOf(cause), cause) : cause
  }
}

function rejectOf(cause: unknown): Reject {
  if (!(cause instanceof MintmarkError) || cause.code !== 'INPUT_UNREADABLE') throw cause
  const errno = isObject(cause.facts) ? cause.facts['errno'] : ''
  return { kind: 'file', reason: 'unreadable', detail: String(errno ?? '') }
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
async function attempt<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

async function* chunksOf(
  { source }: EvidenceDraft,
  { head, rest }: LargeContent,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  if (!source.isPlain) yield head
  for await (const chunk of { [Symbol.asyncIterator]: () => rest }) {
    onBytes(chunk.length)
    yield chunk
  }
}
