/**
 * The evidence of a case: one row a file, and what the files say about themselves.
 *
 * @module
 */
import { isObject, type Json, utcMs } from '@mintmark/core'
import type { RejectKind } from '@mintmark/logs'
import type { Session } from '../engine/session.ts'

/** Shape of a file that could not be read at all. */
export const UNREADABLE = 'unreadable'

/** One file of the case. */
export interface EvidenceRow {
  readonly evidenceId: number
  readonly path: string
  /** Of the file as it lies on disk, or of a zip member's content; `''` of an unreadable file. */
  readonly sha256: string
  readonly shape: string
  /** Records that the file gave, of every kind. */
  readonly rows: number
  /** Of them, those that an earlier row of the case has already; known once the case is sealed. */
  readonly duplicates: number
  readonly rejected: Readonly<Record<RejectKind, number>>
  /** Times of the first and last record, ISO; undefined when none has one. */
  readonly first: string | undefined
  readonly last: string | undefined
  /** Path of the evidence whose content this file repeats. */
  readonly sameAs: string | undefined
  readonly statements: readonly EvidenceStatement[]
  /** The most frequent reasons, most first. */
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
  /** Line of the first. */
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
  WHERE evidence_id >= {from:UInt32}
  ORDER BY evidence_id, line, code, from_text, to_text
  LIMIT {limit:UInt32} BY evidence_id
`

const REASONS = `
  SELECT evidence_id, kind, reason, count() AS rejects, min(line) AS first_line
  FROM reject
  WHERE evidence_id >= {from:UInt32}
  GROUP BY evidence_id, kind, reason
  ORDER BY evidence_id, rejects DESC, kind, reason
  LIMIT {limit:UInt32} BY evidence_id
`

/** Every file of the case, in the order in which they came. Throws as `Session.rows`. */
export async function evidenceRows(session: Session): Promise<EvidenceRow[]> {
  const [evidence, statements, reasons] = await Promise.all([
    session.rows(EVIDENCE),
    session.rows(STATEMENTS, { from: 0, limit: MAX_STATEMENTS }),
    session.rows(REASONS, { from: 0, limit: MAX_REASONS }),
  ])
  const paths = new Map(evidence.map((row) => [numberAt(row, 'evidence_id'), textAt(row, 'path')]))
  const statementsOf = grouped(statements, statementOf)
  const reasonsOf = grouped(reasons, reasonOf)
  return evidence.map((row) => {
    const evidenceId = numberAt(row, 'evidence_id')
    return {
      evidenceId,
      path: textAt(row, 'path'),
      sha256: textAt(row, 'sha256'),
      shape: textAt(row, 'shape'),
      rows: numberAt(row, 'record_rows'),
      duplicates: numberAt(row, 'duplicates'),
      rejected: {
        file: numberAt(row, 'rejected_files'),
        row: numberAt(row, 'rejected_rows'),
        payload: numberAt(row, 'rejected_payloads'),
      },
      first: isoAt(row, 'first_at'),
      last: isoAt(row, 'last_at'),
      sameAs: paths.get(numberAt(row, 'same_as')),
      statements: statementsOf.get(evidenceId) ?? [],
      reasons: reasonsOf.get(evidenceId) ?? [],
    }
  })
}

function statementOf(row: Json): EvidenceStatement {
  return {
    code: textAt(row, 'code'),
    text: textAt(row, 'text'),
    line: numberAt(row, 'line'),
    from: isoAt(row, 'from_text'),
    to: isoAt(row, 'to_text'),
  }
}

function reasonOf(row: Json): RejectReason {
  return {
    kind: textAt(row, 'kind'),
    reason: textAt(row, 'reason'),
    count: numberAt(row, 'rejects'),
    line: numberAt(row, 'first_line'),
  }
}

function grouped<T>(rows: readonly Json[], read: (row: Json) => T): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const row of rows) {
    const id = numberAt(row, 'evidence_id')
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [read(row)])
    else group.push(read(row))
  }
  return groups
}

function textAt(row: Json, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

/** The engine gives 64-bit numbers as text. */
function numberAt(row: Json, name: string): number {
  const value = isObject(row) ? row[name] : 0
  return Number(value ?? 0)
}

function isoAt(row: Json, name: string): string | undefined {
  const ms = utcMs(textAt(row, name))
  return ms === undefined ? undefined : new Date(ms).toISOString()
}
