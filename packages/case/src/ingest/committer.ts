import { resolve } from 'node:path'
import { type Json, withoutSecrets } from '@mintmark/core'
import {
  type EvidenceSource,
  type EvidenceSummary,
  mergeSummaries,
  type Reject,
} from '@mintmark/logs'
import { cell, insertRows, type Numbers, rowReader, timeCell } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { UNREADABLE } from '../store/evidence_rows.ts'
import { forgetFiles, removeFiles } from '../store/recover.ts'
import { columnNames, INGESTED } from '../store/schema.ts'
import { nameOf } from '../store/sql.ts'
import { statementKey } from './block_sink.ts'
import {
  type FileDates,
  giveBack,
  type LocatedStatement,
  type PartSummary,
  type TableBlock,
} from './worker_pool.ts'

export class EvidenceDraft {
  readonly evidenceId: number
  readonly source: EvidenceSource
  sha256 = ''
  contentSha256 = ''
  sameAs = 0
  rejects: Reject[] = []
  isUnreadable: boolean = false
  otherShape: string | undefined
  replaces = 0
  isReread: boolean = false
  isDone: boolean = false
  readonly #parts: PartSummary[] = []

  constructor(evidenceId: number, source: EvidenceSource) {
    this.evidenceId = evidenceId
    this.source = source
  }

  add(part: PartSummary, index = 0): void {
    this.#parts[index] = part
  }

  get summary(): EvidenceSummary {
    return mergeSummaries(this.#parts.map(({ summary }) => summary))
  }

  get statements(): LocatedStatement[] {
    const said = new Map<string, LocatedStatement>()
    for (const statement of this.#parts.flatMap(({ statements }) => statements)) {
      const key = statementKey(statement)
      if (!said.has(key)) said.set(key, statement)
    }
    return [...said.values()]
  }

  get dates(): FileDates | undefined {
    return this.sameAs === 0
      ? this.#parts.find(({ dates }) => dates !== undefined)?.dates
      : undefined
  }

  get shape(): string {
    if (this.isUnreadable) return UNREADABLE
    if (this.otherShape !== undefined) return this.otherShape
    return this.#parts.length === 0 ? '' : this.summary.shape
  }
}

const NOTHING: EvidenceSummary = mergeSummaries([])
type Cells = Parameters<typeof insertRows>[3][number]

export function evidenceRow(draft: EvidenceDraft, shape: string): Cells {
  const { evidenceId, source, sha256, contentSha256, sameAs } = draft
  const { records, rejected, firstMs, lastMs } = sameAs === 0 ? draft.summary : NOTHING
  const file = [evidenceId, source.path, sha256, contentSha256, source.sizeBytes, shape, sameAs]
  const { issuances, accesses, directoryEntries, inventoryEntries } = records
  const rejects = [rejected.file + draft.rejects.length, rejected.row, rejected.payload]
  const counts = [issuances, accesses, directoryEntries, inventoryEntries, ...rejects]
  return [...file, ...counts, timeCell(firstMs), timeCell(lastMs)]
}

export function statementRows({ evidenceId, sameAs, statements }: EvidenceDraft): Cells[] {
  if (sameAs !== 0) return []
  return statements.map(({ line, code, text, fromMs, toMs }) => {
    return [evidenceId, line, code, text, timeCell(fromMs), timeCell(toMs)]
  })
}

export function rejectRows({ evidenceId, rejects }: EvidenceDraft): Cells[] {
  return rejects.map(({ kind, reason, detail }) => {
    return [evidenceId, 0, kind, reason, withoutSecrets(detail)]
  })
}

export function dateOrderRows({ evidenceId, dates }: EvidenceDraft): Cells[] {
  if (dates === undefined) return []
  const { shape, header, own, shared, hasAmbiguous } = dates
  return [[evidenceId, shape, header, own, shared, hasAmbiguous ? 1 : 0]]
}

export interface KnownFile extends Numbers<'evidenceId sizeBytes sameAs'> {
  readonly path: string
  readonly sha256: string
}

interface SameFiles {
  readonly first: KnownFile
  /** The first of each full path: there may be very many, as empty exports of every hour. */
  readonly byPath: Map<string, KnownFile>
}

export class KnownEvidence {
  readonly #byHash = new Map<string, SameFiles>()
  readonly #byContent = new Map<string, number>()
  readonly #shapes = new Map<number, string>()
  readonly #sizes = new Set<number>()
  readonly #unreadable = new Map<string, number>()

  static async load(session: Session): Promise<KnownEvidence> {
    const known = new KnownEvidence()
    const sql = `SELECT evidence_id, path, sha256, content_sha256, size_bytes, shape, same_as
      FROM evidence ORDER BY evidence_id`
    for await (const rows of session.stream(sql)) for (const row of rows) known.#load(row)
    return known
  }

  add(file: KnownFile): void {
    this.#sizes.add(file.sizeBytes)
    const path = resolve(file.path)
    const same = this.#byHash.get(file.sha256)
    if (same === undefined)
      this.#byHash.set(file.sha256, { first: file, byPath: new Map([[path, file]]) })
    else if (!same.byPath.has(path)) same.byPath.set(path, file)
  }

  addContent(contentSha256: string, evidenceId: number): void {
    const first = this.#byContent.get(contentSha256) ?? evidenceId
    this.#byContent.set(contentSha256, Math.min(first, evidenceId))
  }

  addShape(evidenceId: number, shape: string): void {
    this.#shapes.set(evidenceId, shape)
  }

  hasSize(sizeBytes: number): boolean {
    return this.#sizes.has(sizeBytes)
  }

  sameFile(sha256: string, path: string): KnownFile | undefined {
    return this.#byHash.get(sha256)?.byPath.get(resolve(path))
  }

  sameBytes(sha256: string): number {
    const first = this.#byHash.get(sha256)?.first
    if (first === undefined) return 0
    return first.sameAs === 0 ? first.evidenceId : first.sameAs
  }

  sameContent(contentSha256: string): number {
    return this.#byContent.get(contentSha256) ?? 0
  }

  shapeOf(evidenceId: number): string {
    return this.#shapes.get(evidenceId) ?? ''
  }

  unreadable(path: string): number {
    return this.#unreadable.get(resolve(path)) ?? 0
  }

  #load(row: Json): void {
    const file = readFile(row)
    const shape = String(row['shape'])
    if (shape === UNREADABLE) {
      this.#unreadable.set(resolve(file.path), file.evidenceId)
      return
    }
    this.add(file)
    this.addShape(file.evidenceId, shape)
    if (file.sameAs === 0) this.addContent(String(row['content_sha256']), file.evidenceId)
  }
}

const readFile = rowReader(
  cell.number('evidenceId'),
  cell.text('path sha256'),
  cell.number('sizeBytes sameAs'),
)

const TABLES = ['issuance', 'access'] as const
/** Parts of one table from which on the engine had better merge: it refuses inserts at 3,000. */
const MOST_PARTS = 250

/** Encoded rows that wait for the engine: one insert of about this much sorts within 200 MB. */
const BATCH_BYTES = 24 * 1024 * 1024

/** Writes rows and, after them, the `evidence` rows of their files, in the order of the ids: see `recover`. */
export class Committer {
  readonly #session: Session
  readonly #known: KnownEvidence
  readonly #drafts: EvidenceDraft[] = []
  #committed = 0
  #blocks: TableBlock[] = []
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()
  #isWriting: boolean = false
  #inserts = 0
  #isPaused: boolean = false
  readonly #onCommit: (committed: number) => void

  constructor(session: Session, known: KnownEvidence, onCommit: (committed: number) => void) {
    this.#session = session
    this.#known = known
    this.#onCommit = onCommit
  }

  /**
   * Sealing merges all anyway (measured: a seventh). A server's pause would outlive the process.
   */
  async pauseMerges(): Promise<void> {
    if (this.#session.kind === 'embedded') await this.#sendMerges('STOP')
  }

  async resumeMerges(): Promise<void> {
    if (this.#isPaused) await this.#sendMerges('START')
  }

  async #sendMerges(word: 'START' | 'STOP'): Promise<void> {
    this.#isPaused = word === 'STOP'
    const all = TABLES.map((table) => this.#session.command(`SYSTEM ${word} MERGES ${table}`))
    await Promise.all(all)
  }

  expect(draft: EvidenceDraft): void {
    this.#drafts.push(draft)
  }

  take(blocks: readonly TableBlock[]): void {
    for (const block of blocks) {
      this.#blocks.push(block)
      this.#bytes += block.bytes.length
    }
    if (this.#bytes >= BATCH_BYTES && !this.#isWriting) void this.#start()
  }

  async ready(): Promise<void> {
    if (this.#bytes >= 2 * BATCH_BYTES) await this.#writing
    else if (!this.#isWriting) await this.#writing
  }

  async finish(): Promise<void> {
    await this.#writing
    await this.#start()
  }

  async settled(): Promise<void> {
    await this.#writing.catch(() => {})
  }

  #start(): Promise<void> {
    this.#isWriting = true
    this.#writing = this.#write().finally(() => {
      this.#isWriting = false
    })
    // Reported to the next caller.
    this.#writing.catch(() => {})
    return this.#writing
  }

  async #write(): Promise<void> {
    // Both at one moment: rows of a file that is done came before the news that it is.
    const blocks = this.#blocks
    this.#blocks = []
    this.#bytes = 0
    const ready = this.#readyDrafts()
    for (const [table, columns] of Object.entries(INGESTED)) {
      const bytes = blocks.filter((block) => block.table === table).map((block) => block.bytes)
      if (bytes.length > 0) await this.#session.insert(table, columns.map(nameOf), 'Native', bytes)
    }
    giveBack(blocks.map(({ bytes }) => bytes))
    if (++this.#inserts > MOST_PARTS) await this.resumeMerges()
    if (ready.length > 0) await this.#commit(ready)
  }

  #readyDrafts(): EvidenceDraft[] {
    const waiting = this.#drafts.slice(this.#committed)
    const unready = waiting.findIndex((draft) => !draft.isDone)
    return unready === -1 ? waiting : waiting.slice(0, unready)
  }

  async #commit(drafts: readonly EvidenceDraft[]): Promise<void> {
    const repeated: number[] = []
    for (const draft of drafts) {
      if (draft.sameAs === 0 && draft.contentSha256 !== '' && !draft.isReread) {
        const first = this.#known.sameContent(draft.contentSha256)
        draft.sameAs = first === draft.evidenceId ? 0 : first
        if (draft.sameAs !== 0) repeated.push(draft.evidenceId)
      }
      const shape = draft.sameAs === 0 ? draft.shape : this.#known.shapeOf(draft.sameAs)
      this.#known.addShape(draft.evidenceId, shape)
    }
    const replaced = drafts.map(({ replaces }) => replaces).filter((id) => id !== 0)
    // Removing rows waits for merges.
    if (repeated.length + replaced.length > 0) await this.resumeMerges()
    await removeFiles(this.#session, repeated)
    await forgetFiles(this.#session, replaced)
    const insert = (table: string, rows: Parameters<typeof insertRows>[3]) =>
      insertRows(this.#session, table, columnNames(table), rows)
    await insert('statement', drafts.flatMap(statementRows))
    await insert('date_order', drafts.flatMap(dateOrderRows))
    await insert('reject', drafts.flatMap(rejectRows))
    await insert(
      'evidence',
      drafts.map((draft) => evidenceRow(draft, this.#known.shapeOf(draft.evidenceId))),
    )
    this.#committed += drafts.length
    this.#onCommit(this.#committed)
  }
}
