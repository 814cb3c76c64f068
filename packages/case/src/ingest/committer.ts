/** Writes what the workers give into the case, and then the files that it came from. */

import { insertRows } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { forgetFiles, removeFiles } from '../store/recover.ts'
import { columnNames, INGESTED } from '../store/schema.ts'
import { nameOf } from '../store/sql.ts'
import {
  dateOrderRows,
  type EvidenceDraft,
  evidenceRow,
  rejectRows,
  statementRows,
} from './draft.ts'
import type { KnownEvidence } from './known_evidence.ts'
import { giveBack, type TableBlock } from './worker_protocol.ts'

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
