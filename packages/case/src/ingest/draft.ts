/** A file on its way into the case: what will be its rows. */

import { withoutSecrets } from '@mintmark/core'
import {
  type EvidenceSource,
  type EvidenceSummary,
  mergeSummaries,
  type Reject,
} from '@mintmark/logs'
import { type insertRows, timeCell } from '../engine/rows.ts'
import { UNREADABLE } from '../store/evidence_rows.ts'
import { statementKey } from './block_sink.ts'
import type { FileDates, LocatedStatement, PartSummary } from './worker_protocol.ts'

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
