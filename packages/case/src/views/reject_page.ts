import type { Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'

/** A row of the evidence that could not be read, with where it stands. */
export interface RejectRow {
  readonly path: string
  readonly line: number
  /** One of `RejectKind` in `@mintmark/logs`. */
  readonly kind: string
  readonly reason: string
  readonly detail: string
}

const MOST = 500

/**
 * Rejects of one file, or of all (`evidenceId` 0), in the order of the evidence.
 *
 * @throws {MintmarkError} as `Session.rows`
 */
export async function rejectPage(
  session: Session,
  options: { readonly evidenceId?: number; readonly offset?: number; readonly limit?: number } = {},
): Promise<{ readonly total: number; readonly rows: readonly RejectRow[] }> {
  const { evidenceId = 0, offset = 0, limit = 100 } = options
  const where = 'WHERE {id:UInt32} = 0 OR evidence_id = {id:UInt32}'
  const [counted] = await session.rows(`SELECT count() AS n FROM reject ${where}`, {
    id: evidenceId,
  })
  const rows = await session.rows(
    `SELECT e.path AS path, r.line AS line, r.kind AS kind, r.reason AS reason,
       substringUTF8(r.detail, 1, 500) AS told
     FROM (SELECT * FROM reject ${where} ORDER BY evidence_id, line, kind, reason, detail
       LIMIT {limit:UInt32} OFFSET {offset:UInt64}) AS r
     LEFT ANY JOIN evidence AS e ON e.evidence_id = r.evidence_id
     ORDER BY r.evidence_id, r.line, r.kind, r.reason`,
    { id: evidenceId, offset: Math.max(0, offset), limit: Math.min(Math.max(1, limit), MOST) },
  )
  return {
    total: Number(counted?.['n'] ?? 0),
    rows: rows.map((row) => ({
      path: String(row['path']),
      line: Number(row['line']),
      kind: String(row['kind']),
      reason: String(row['reason']),
      detail: String(row['told']),
    })),
  }
}

/** All rejects, with the members of {@link RejectRow}, in the order of the evidence. */
export function rejectRows(session: Session): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT e.path AS path, r.line AS line, r.kind AS kind, r.reason AS reason, r.detail AS detail
     FROM reject AS r
     LEFT JOIN evidence AS e ON e.evidence_id = r.evidence_id
     ORDER BY r.evidence_id, r.line, r.kind, r.reason, r.detail`,
  )
}
