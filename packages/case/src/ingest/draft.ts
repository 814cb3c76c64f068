import {
  type EvidenceSource,
  type EvidenceSummary,
  mergeSummaries,
  type Reject,
} from '@mintmark/logs'
import { UNREADABLE } from '../store/evidence_rows.ts'
import { statementKey } from './block_sink.ts'
import {
  IntColumn,
  LongColumn,
  type NamedColumn,
  nativeBlock,
  OptionalTimeColumn,
} from './native_columns.ts'
import { RepeatedTextColumn, TextColumn } from './native_texts.ts'
import type { FileDates, LocatedStatement, PartSummary } from './worker_protocol.ts'

/** A file on its way into the case: what will be its row in `evidence`. */
export class EvidenceDraft {
  readonly evidenceId: number
  readonly source: EvidenceSource
  sha256 = ''
  contentSha256 = ''
  /** Id of the evidence that has the same content; 0 when there is none. */
  sameAs = 0
  /** Rejects that no reader has written: of a file that cannot be read. */
  rejects: Reject[] = []
  isUnreadable: boolean = false
  /** Of a file that is no log and is not read as one. */
  otherShape: string | undefined
  /** Id of the row that this one takes the place of; 0 when there is none. */
  replaces = 0
  /** Read again for the order of its dates: what repeats it in the case is a copy of this one. */
  isReread: boolean = false
  isDone: boolean = false
  readonly #parts: PartSummary[] = []

  constructor(evidenceId: number, source: EvidenceSource) {
    this.evidenceId = evidenceId
    this.source = source
  }

  /** Parts come in any order. */
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

  /** Undefined of a file whose dates need no order, and of one that repeats another. */
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

/** The block of `evidence` rows. A file that repeats another one gives no rows of its own. */
export function evidenceBlock(
  drafts: readonly EvidenceDraft[],
  shapeOf: (draft: EvidenceDraft) => string,
): { readonly columns: readonly string[]; readonly bytes: Uint8Array } {
  const evidenceId = new IntColumn('UInt32')
  const path = new TextColumn()
  const sha256 = new TextColumn()
  const contentSha256 = new TextColumn()
  const sizeBytes = new LongColumn('UInt64')
  const shape = new RepeatedTextColumn()
  const sameAs = new IntColumn('UInt32')
  const counts = Array.from({ length: 7 }, () => new LongColumn('UInt64'))
  const [issuances, accesses, directory, inventory, files, rows, payloads] = counts
  const first = new OptionalTimeColumn()
  const last = new OptionalTimeColumn()
  for (const draft of drafts) {
    const { records, rejected, firstMs, lastMs } = draft.sameAs === 0 ? draft.summary : NOTHING
    evidenceId.push(draft.evidenceId)
    path.push(draft.source.path)
    sha256.push(draft.sha256)
    contentSha256.push(draft.contentSha256)
    sizeBytes.push(draft.source.sizeBytes)
    shape.push(shapeOf(draft))
    sameAs.push(draft.sameAs)
    issuances?.push(records.issuances)
    accesses?.push(records.accesses)
    directory?.push(records.directoryEntries)
    inventory?.push(records.inventoryEntries)
    files?.push(rejected.file + draft.rejects.length)
    rows?.push(rejected.row)
    payloads?.push(rejected.payload)
    first.push(firstMs)
    last.push(lastMs)
  }
  const names = ['issuances', 'accesses', 'directory_entries', 'inventory_entries']
  const rejectNames = ['rejected_files', 'rejected_rows', 'rejected_payloads']
  const counted = [...names, ...rejectNames].flatMap((name, index): NamedColumn[] => {
    const column = counts[index]
    return column === undefined ? [] : [[name, column]]
  })
  return block(drafts.length, [
    ['evidence_id', evidenceId],
    ['path', path],
    ['sha256', sha256],
    ['content_sha256', contentSha256],
    ['size_bytes', sizeBytes],
    ['shape', shape],
    ['same_as', sameAs],
    ...counted,
    ['first', first],
    ['last', last],
  ])
}

/** The block of `statement` rows; undefined when there are none. */
export function statementBlock(
  drafts: readonly EvidenceDraft[],
): { readonly columns: readonly string[]; readonly bytes: Uint8Array } | undefined {
  const evidenceId = new IntColumn('UInt32')
  const line = new LongColumn('UInt64')
  const code = new RepeatedTextColumn()
  const text = new RepeatedTextColumn()
  const from = new OptionalTimeColumn()
  const to = new OptionalTimeColumn()
  let rows = 0
  for (const draft of drafts) {
    if (draft.sameAs !== 0) continue
    for (const statement of draft.statements) {
      rows++
      evidenceId.push(draft.evidenceId)
      line.push(statement.line)
      code.push(statement.code)
      text.push(statement.text)
      from.push(statement.fromMs)
      to.push(statement.toMs)
    }
  }
  if (rows === 0) return undefined
  return block(rows, [
    ['evidence_id', evidenceId],
    ['line', line],
    ['code', code],
    ['text', text],
    ['from_at', from],
    ['to_at', to],
  ])
}

/** The block of `date_order` rows; undefined when there are none. */
export function dateOrderBlock(
  drafts: readonly EvidenceDraft[],
): { readonly columns: readonly string[]; readonly bytes: Uint8Array } | undefined {
  const evidenceId = new IntColumn('UInt32')
  const texts = Array.from({ length: 4 }, () => new RepeatedTextColumn())
  const [shape, header, own, shared] = texts
  const needed = new IntColumn('UInt16')
  const dated = drafts.flatMap((draft) =>
    draft.dates === undefined ? [] : [{ draft, dates: draft.dates }],
  )
  if (dated.length === 0) return undefined
  for (const { draft, dates } of dated) {
    evidenceId.push(draft.evidenceId)
    shape?.push(dates.shape)
    header?.push(dates.header)
    own?.push(dates.own)
    shared?.push(dates.shared)
    needed.push(dates.hasAmbiguous ? 1 : 0)
  }
  const names = ['shape', 'header', 'own', 'shared']
  const named = names.flatMap((name, index): NamedColumn[] => {
    const column = texts[index]
    return column === undefined ? [] : [[name, column]]
  })
  return block(dated.length, [['evidence_id', evidenceId], ...named, ['has_ambiguous', needed]])
}

function block(rows: number, columns: readonly NamedColumn[]) {
  return { columns: columns.map(([name]) => name), bytes: nativeBlock(columns, rows) }
}
