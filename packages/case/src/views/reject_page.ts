import type { Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { type ListColumns, type ListQuery, listSql } from './list_query.ts'

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
const LISTED: ListColumns = {
  path: { text: 'path' },
  line: { text: 'toString(line)', by: 'line' },
  kind: { text: 'toString(kind)' },
  reason: { text: 'toString(reason)' },
  detail: { text: 'detail' },
}

/**
 * Rejects of one file, or of all (`evidenceId` 0), in the order of the evidence where no other is asked for.
 *
 * @throws {MintmarkError} as `listSql` and `Session.rows`
 */
export async function rejectPage(
  session: Session,
  query: ListQuery & { readonly evidenceId?: number } = {},
  most: number = MOST,
): Promise<{ readonly total: number; readonly rows: readonly RejectRow[] }> {
  const { evidenceId = 0, offset = 0, limit = 100 } = query
  const { where, order, params } = listSql(LISTED, query)
  const from = `(SELECT e.path AS path, r.evidence_id AS evidence_id, r.line AS line, r.kind AS kind, r.reason AS reason,
       substringUTF8(r.detail, 1, 500) AS detail
     FROM (SELECT * FROM reject WHERE {id:UInt32} = 0 OR evidence_id = {id:UInt32}) AS r
     LEFT ANY JOIN evidence AS e ON e.evidence_id = r.evidence_id) WHERE ${where}`
  const [counted] = await session.rows(`SELECT count() AS n FROM ${from}`, {
    ...params,
    id: evidenceId,
  })
  const rows = await session.rows(
    `SELECT path, line, kind, reason, detail FROM ${from}
     ORDER BY ${order}evidence_id, line, kind, reason, detail LIMIT {limit:UInt32} OFFSET {offset:UInt64}`,
    {
      ...params,
      id: evidenceId,
      offset: Math.max(0, offset),
      limit: Math.min(Math.max(1, limit), most),
    },
  )
  return {
    total: Number(counted?.['n'] ?? 0),
    rows: rows.map((row) => ({
      path: String(row['path']),
      line: Number(row['line']),
      kind: String(row['kind']),
      reason: String(row['reason']),
      detail: String(row['detail']),
    })),
  }
}

/** Names of the columns by which rejects are sorted and filtered. */
export const REJECT_COLUMNS: readonly string[] = Object.keys(LISTED)

/** All rejects, with the members of {@link RejectRow}, in the order of the evidence. */
export function rejectRows(session: Session): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT e.path AS path, r.line AS line, r.kind AS kind, r.reason AS reason, r.detail AS detail
     FROM reject AS r
     LEFT JOIN evidence AS e ON e.evidence_id = r.evidence_id
     ORDER BY r.evidence_id, r.line, r.kind, r.reason, r.detail`,
  )
}
