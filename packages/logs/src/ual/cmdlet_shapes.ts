/**
 * Exports with the record in an `AuditData` column or member: Purview's portal, the
 * Search-UnifiedAuditLog cmdlet (and every script around it), Splunk's export of such a file.
 *
 * Only the cell's own record is read. The columns beside it are in the reader's locale and are used where
 * the record lacks a field.
 *
 * @module
 */
import type { Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { readAuditData } from './audit_data.ts'
import type { OuterFields } from './record.ts'
import { ResultCounts, stateRowNumbers } from './result_counts.ts'

/** Rows at which the portal and the cmdlet stop. */
const CAPS: readonly number[] = [5000, 50_000]

const has = (row: Json, key: string) => row[key] !== undefined

/** With the record type by that name, the row is an object of Graph's PowerShell module. */
function hasAuditData(row: Json): boolean {
  return has(row, 'AuditData') && !has(row, 'AuditLogRecordType')
}

const isPortal = (row: Json) =>
  has(row, 'RecordId') || (has(row, 'UserIds') && has(row, 'Operations') && !isCmdlet(row))

const isCmdlet = (row: Json) =>
  has(row, 'ResultIndex') ||
  has(row, 'ResultCount') ||
  has(row, 'Identity') ||
  has(row, 'RunspaceId')

const isSplunk = (row: Json) => has(row, '_raw') || has(row, '_time') || has(row, '_indextime')

function outerOf(row: Json, context: FileContext): OuterFields {
  return {
    recordId: row['RecordId'] ?? row['Identity'],
    at: row['CreationDate'] ?? row['CreationTime'],
    operation: row['Operation'] ?? row['Operations'],
    recordType: row['RecordType'],
    userId: row['UserId'] ?? row['UserIds'],
    dateOrder: context.dateOrder,
  }
}

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
