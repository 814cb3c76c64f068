/** The evidence of a case: one row a file, and what the files say about themselves. */
import { type Json, utcMs } from '@mintmark/core'
import type { RejectKind } from '@mintmark/logs'
import { cell, fieldsOf, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'

export const UNREADABLE = 'unreadable'

export interface EvidenceRow {
  readonly evidenceId: number
  readonly path: string
  /** Of the file as it is on disk, or of a zip member's content; `''` of an unreadable file. */
  readonly sha256: string
  readonly shape: string
  readonly rows: number
  /** Of them, those that an earlier row of the case has already; known once the case is sealed. */
  readonly duplicates: number
  readonly rejected: Readonly<Record<RejectKind, number>>
  readonly first: string | undefined
  readonly last: string | undefined
  readonly sameAs: string | undefined
  readonly statements: readonly EvidenceStatement[]
  readonly reasons: readonly RejectReason[]
}

export interface EvidenceStatement {
  /** One of `StatementCode` in `@mintmark/logs`. */
  readonly code: string
  readonly text: string
  readonly line: number
  readonly from: string | undefined
  readonly to: string | undefined
}

interface RejectReason {
  /** One of `RejectKind` in `@mintmark/logs`. */
  readonly kind: string
  readonly reason: string
  readonly count: number
  readonly line: number
}

const MAX_REASONS = 5
const MAX_STATEMENTS = 100

const EVIDENCE = `
  SELECT
    e.evidence_id AS evidence_id, path, sha256, shape, same_as,
    issuances + accesses + directory_entries + inventory_entries AS record_rows,
    c.duplicates AS duplicates,
    rejected_files, rejected_rows, rejected_payloads,
    ifNull(toString(first), '') AS first_at, ifNull(toString(last), '') AS last_at
  FROM evidence AS e
  LEFT JOIN evidence_count AS c ON c.evidence_id = e.evidence_id
  ORDER BY evidence_id
`

const STATEMENTS = `
  SELECT evidence_id, code, text, line,
    ifNull(toString(from_at), '') AS from_text, ifNull(toString(to_at), '') AS to_text
  FROM statement
  ORDER BY evidence_id, line, code, from_text, to_text
  LIMIT ${MAX_STATEMENTS} BY evidence_id
`

const REASONS = `
  SELECT evidence_id, kind, reason, count() AS rejects, min(line) AS first_line
  FROM reject
  GROUP BY evidence_id, kind, reason
  ORDER BY evidence_id, rejects DESC, kind, reason
  LIMIT ${MAX_REASONS} BY evidence_id
`

export async function evidenceRows(session: Session): Promise<EvidenceRow[]> {
  const [evidence, statements, reasons] = await Promise.all([
    session.rows(EVIDENCE),
    session.rows(STATEMENTS),
    session.rows(REASONS),
  ])
  const paths = new Map(evidence.map((row) => [Number(row['evidence_id']), String(row['path'])]))
  const statementsOf = Map.groupBy(statements, (row) => Number(row['evidence_id']))
  const reasonsOf = Map.groupBy(reasons, (row) => Number(row['evidence_id']))
  return evidence.map(
    rowReader(
      cell.number('evidenceId'),
      cell.text('path sha256 shape'),
      cell.number('rows:record_rows duplicates'),
      cell.made('rejected', readRejected),
      asIso('first:first_at last:last_at'),
      cell.made('sameAs', (row) => paths.get(Number(row['same_as']))),
      cell.made('statements', (row) => ofFile(statementsOf, row).map(readStatement)),
      cell.made('reasons', (row) => ofFile(reasonsOf, row).map(readReason)),
    ),
  )
}

const ofFile = (groups: ReadonlyMap<number, readonly Json[]>, row: Json) =>
  groups.get(Number(row['evidence_id'])) ?? []
const asIso = fieldsOf((value) => {
  const ms = utcMs(String(value))
  return ms === undefined ? undefined : new Date(ms).toISOString()
})
const readRejected = rowReader(
  cell.number('file:rejected_files row:rejected_rows payload:rejected_payloads'),
)
const readStatement = rowReader(
  cell.text('code text'),
  cell.number('line'),
  asIso('from:from_text to:to_text'),
)
const readReason = rowReader(cell.text('kind reason'), cell.number('count:rejects line:first_line'))
