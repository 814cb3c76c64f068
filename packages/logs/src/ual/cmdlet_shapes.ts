/**
 * Exports with the record in an `AuditData` column or member: Purview's portal, the
 * Search-UnifiedAuditLog cmdlet (and every script around it), Splunk's export of such a file. Only
 * the cell's own record is read.
 */

import type { Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink, Tally } from '../model/adapter.ts'
import { saying } from '../model/records.ts'
import { readAuditData } from './audit_data.ts'
import { plain, whole } from './fields.ts'
import type { OuterFields } from './record.ts'

const CAPS: readonly number[] = [5000, 50_000]

const has = (row: Json, key: string) => row[key] !== undefined

/** With the record type by that name, the row is an object of Graph's PowerShell module. */
const hasAuditData = (row: Json): boolean =>
  has(row, 'AuditData') && !has(row, 'AuditLogRecordType')

const isPortal = (row: Json) =>
  has(row, 'RecordId') || (has(row, 'UserIds') && has(row, 'Operations') && !isCmdlet(row))

const isCmdlet = (row: Json) =>
  has(row, 'ResultIndex') ||
  has(row, 'ResultCount') ||
  has(row, 'Identity') ||
  has(row, 'RunspaceId')

const isSplunk = (row: Json) => has(row, '_raw') || has(row, '_time') || has(row, '_indextime')

const outerOf = (row: Json, context: FileContext): OuterFields => ({
  recordId: row['RecordId'] ?? row['Identity'],
  at: row['CreationDate'] ?? row['CreationTime'],
  operation: row['Operation'] ?? row['Operations'],
  recordType: row['RecordType'],
  userId: row['UserId'] ?? row['UserIds'],
  dateOrder: context.dateOrder,
})

function readRow(row: Json, context: FileContext, sink: RowSink): void {
  readAuditData(row['AuditData'], sink, outerOf(row, context))
}

function readCmdletRow(row: Json, context: FileContext, sink: RowSink): void {
  readRow(row, context, sink)
  stateRowNumbers(row, sink)
}

/** Audit search of the Purview portal, both generations of headers. */
export const purviewCsv: Adapter = {
  shape: 'ual-purview-csv',
  rowCaps: CAPS,
  accepts: (row) => hasAuditData(row) && !isSplunk(row) && isPortal(row),
  read: readRow,
}

const CMDLET = { rowCaps: CAPS, read: readCmdletRow, tally: () => new ResultCounts() }
const isOfCmdlet = (row: Json) => hasAuditData(row) && !isSplunk(row) && !isPortal(row)

/** `Search-UnifiedAuditLog | Export-Csv`, also with `Select-Object`; Microsoft-Extractor-Suite's CSV. */
export const cmdletCsv: Adapter = {
  ...CMDLET,
  shape: 'ual-cmdlet-csv',
  accepts: (row, { columns }) => columns !== undefined && isOfCmdlet(row),
}

/** `Search-UnifiedAuditLog | ConvertTo-Json`: `AuditData` as text or, re-exported, as an object. */
export const cmdletJson: Adapter = {
  ...CMDLET,
  shape: 'ual-cmdlet-json',
  accepts: (row, { columns }) => columns === undefined && isOfCmdlet(row),
}

/** A cmdlet's CSV that went through Splunk: Splunk's own columns beside the cmdlet's. */
export const splunkCsv: Adapter = {
  ...CMDLET,
  shape: 'ual-splunk-csv',
  accepts: (row) => hasAuditData(row) && isSplunk(row),
}

/** Result sets distinguished in one file; of more, only the first are checked. */
const MAX_SETS = 10_000

interface Span {
  first: number
  last: number
}

/**
 * The cmdlet numbers the rows of a result set from 1 to its count. Sets of equal count cannot be distinguished: a
 * complete one hides one that is not, never the other way round. Rows may go on under a changed count.
 */
export class ResultCounts implements Tally {
  readonly #spans = new Map<number, Span>()

  row(row: Json): void {
    const count = whole(row['ResultCount'])
    const index = whole(row['ResultIndex'])
    if (count <= 0 || index <= 0) return
    const span = this.#spans.get(count)
    if (span !== undefined) {
      if (index < span.first) span.first = index
      if (index > span.last) span.last = index
    } else if (this.#spans.size < MAX_SETS) this.#spans.set(count, { first: index, last: index })
  }

  end(sink: RowSink): void {
    const starts = new Set([...this.#spans.values()].map(({ first }) => first))
    let sets = 0
    let missing = 0
    for (const [count, { last }] of this.#spans) {
      if (last >= count || starts.has(last + 1)) continue
      sets++
      missing += count - last
    }
    if (sets === 0) return
    const ending =
      sets === 1 ? 'One result set ends before its' : `${sets} result sets end before their`
    const text = `${ending} ResultCount: at least ${missing} rows that the search counted are not in this file.`
    sink.statement(saying('result-count-short', text))
  }
}

/** Records that one session of the cmdlet can return at most; more than that were there. */
const SESSION_CAP = 50_000

/**
 * States what one row proves by itself: an index of -1 is the cmdlet's sign of a search that failed within the
 * service, and no session returns more than 50,000 of the records that it counted.
 */
export function stateRowNumbers(row: Json, sink: RowSink): void {
  const count = whole(row['ResultCount'])
  const hasFailed = plain(row['ResultIndex']) === '-1'
  if (!hasFailed && count <= SESSION_CAP) return
  const text = hasFailed
    ? 'The search returned rows with ResultIndex -1: it failed within the service and is incomplete.'
    : `ResultCount is ${count}, but a search session returns at most ${SESSION_CAP} records.`
  sink.statement(saying('result-count-short', text))
}
