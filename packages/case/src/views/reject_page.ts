import type { Json } from '@mintmark/core'
import { asNumber, asText, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { type ListColumns, type ListQuery, listPage } from './list_query.ts'

/** A row of the evidence that could not be read, with its location. */
export interface RejectRow {
  readonly path: string
  readonly line: number
  /** One of `RejectKind` in `@mintmark/logs`. */
  readonly kind: string
  readonly reason: string
  readonly detail: string
}

const LISTED: ListColumns = {
  path: { text: 'path' },
  line: { text: 'toString(line)', by: 'line' },
  kind: { text: 'toString(kind)' },
  reason: { text: 'toString(reason)' },
  detail: { text: 'detail' },
}
/** Names of the columns by which rejects are sorted and filtered. */
export const REJECT_COLUMNS: readonly string[] = Object.keys(LISTED)

/** Rejects of one file, or of all (`evidenceId` 0), in the order of the evidence. Throws as `listPage`. */
export async function rejectPage(
  session: Session,
  query: ListQuery & { readonly evidenceId?: number } = {},
  most?: number,
): Promise<{ readonly total: number; readonly rows: readonly RejectRow[] }> {
  const list = {
    columns: LISTED,
    from: `(SELECT e.path AS path, r.evidence_id AS evidence_id, r.line AS line, r.kind AS kind, r.reason AS reason,
         substringUTF8(r.detail, 1, 500) AS detail
       FROM (SELECT * FROM reject WHERE {id:UInt32} = 0 OR evidence_id = {id:UInt32}) AS r
       LEFT ANY JOIN evidence AS e ON e.evidence_id = r.evidence_id)`,
    select: 'path, line, kind, reason, detail',
    order: 'evidence_id, line, kind, reason, detail',
    params: { id: query.evidenceId ?? 0 },
  }
  const { total, rows } = await listPage(session, list, query, most)
  return { total, rows: rows.map(readReject) }
}

const readReject = rowReader(asText('path'), asNumber('line'), asText('kind reason detail'))

/** All rejects, with the members of {@link RejectRow}, in the order of the evidence. */
export function rejectRows(session: Session): AsyncIterable<readonly Json[]> {
  return session.stream(
    `SELECT e.path AS path, r.line AS line, r.kind AS kind, r.reason AS reason, r.detail AS detail
     FROM reject AS r
     LEFT JOIN evidence AS e ON e.evidence_id = r.evidence_id
     ORDER BY r.evidence_id, r.line, r.kind, r.reason, r.detail`,
  )
}
