/**
 * Exports that carry the record as JSON by itself: the Management Activity API and what copies it,
 * Graph's audit log query, Defender XDR's CloudAppEvents, and Splunk's search results.
 */
import { isObject, type Json } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { readAuditData } from './audit_data.ts'
import { plain } from './fields.ts'
import { object } from './nested.ts'
import { isUalRecord, readUalRecord, rejectPayload, ualRecordIn } from './record.ts'

/**
 * Bare records: Management Activity API blobs, NDJSON, the `AuditData` of each row on a line (SOF-ELK).
 * The one hot path: a row is accepted by four lookups and read without a copy.
 */
export const api: Adapter = {
  shape: 'ual-api',
  accepts: (row) => row['AuditData'] === undefined && isUalRecord(row),
  read: (row, context, sink) => readUalRecord(row, sink, { dateOrder: context.dateOrder }),
}

/**
 * Graph `security/auditLog/queries/{id}/records`: JSON, its CSV with the record pretty-printed, and the objects
 * of `Get-MgBetaSecurityAuditLogQueryRecord`, whose names are in Pascal case.
 */
export const graphQuery: Adapter = {
  shape: 'ual-graph-query',
  accepts: (row) =>
    row['auditData'] !== undefined ||
    (row['AuditData'] !== undefined && row['AuditLogRecordType'] !== undefined),
  read(row, context, sink) {
    readAuditData(row['auditData'] ?? row['AuditData'], sink, {
      recordId: row['id'] ?? row['Id'],
      at: row['createdDateTime'] ?? row['CreatedDateTime'],
      operation: row['operation'] ?? row['Operation'],
      recordType: row['auditLogRecordType'] ?? row['AuditLogRecordType'],
      userId: row['userPrincipalName'] ?? row['UserPrincipalName'] ?? row['UserId'],
      dateOrder: context.dateOrder,
    })
  },
}

const cloudAppRow = (row: Json): Json =>
  row['RawEventData'] === undefined ? object(row['properties']) : row

/** Defender XDR's table: `RawEventData` is the audit record of a Microsoft 365 event. */
export const cloudAppEvents: Adapter = {
  shape: 'ual-cloudappevents',
  // Results of one advanced hunting query, formerly and now.
  rowCaps: [10_000, 30_000, 100_000],
  accepts(row) {
    const event = isObject(row['properties']) ? cloudAppRow(row) : row
    return event['RawEventData'] !== undefined && event['ActionType'] !== undefined
  },
  read: readCloudAppEvent,
}

/** Where exports name the table of a row; a union of tables has the columns of all. */
const TABLE_NAMES: readonly string[] = ['category', 'Type', '$table', 'TableName', 'SourceTable']
/** Columns whose values show a row of another table, where none names it. */
const OF_OTHER_TABLES: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['device events', ['DeviceId', 'DeviceName', 'InitiatingProcessFileName', 'ProcessCommandLine']],
  ['email events', ['NetworkMessageId', 'RecipientEmailAddress']],
  ['identity events', ['TargetAccountUpn', 'DestinationDeviceName', 'LogonType']],
  ['alerts', ['AlertId', 'DetectionSource']],
]

/** The other table of Defender's that a row without a raw event is of; `''` where nothing says so. */
function tableOf(row: Json): string {
  const named = plain(TABLE_NAMES.map((name) => row[name]).find((name) => plain(name) !== ''))
  const table = named.replace(/^AdvancedHunting-/, '')
  if (table === 'CloudAppEvents') return ''
  if (/^[A-Za-z][\w.-]{0,79}$/.test(table)) return table
  const event = cloudAppRow(row)
  const isSet = (column: string) => plain(event[column]) !== ''
  return OF_OTHER_TABLES.find(([, columns]) => columns.some(isSet))?.[0] ?? ''
}

/** The table also holds events of other clouds: their raw events are no audit records, and are named as such. */
function readCloudAppEvent(row: Json, context: FileContext, sink: RowSink): void {
  const event = cloudAppRow(row)
  const raw = object(event['RawEventData'])
  const table = tableOf(row)
  if (table !== '' && Object.keys(raw).length === 0) {
    sink.reject({ kind: 'row', reason: 'unsupported-category', detail: table })
    return
  }
  const hasOwnFields = raw['Operation'] !== undefined || raw['RecordType'] !== undefined
  if (!hasOwnFields && Object.keys(raw).length > 0) {
    rejectPayload(sink, 'unsupported-cloud-app-event', 'RawEventData')
    return
  }
  readAuditData(event['RawEventData'], sink, {
    recordId: event['ReportId'],
    at: event['Timestamp'] ?? event['TimeGenerated'],
    operation: event['ActionType'],
    dateOrder: context.dateOrder,
  })
}

function splunkRecord(row: Json): Json | undefined {
  const result = isObject(row['result']) ? row['result'] : row
  if (result['AuditData'] !== undefined) return undefined
  return recordIn(result['_raw']) ?? recordIn(result['event'])
}

function recordIn(value: unknown): Json | undefined {
  if (isObject(value)) return isUalRecord(value) ? value : undefined
  // Cheap before JSON.parse: most `_raw` are other products' lines.
  return typeof value === 'string' && value.includes('"CreationTime"')
    ? ualRecordIn(value)
    : undefined
}

export const splunkJson: Adapter = {
  shape: 'ual-splunk-json',
  accepts: (row) => splunkRecord(row) !== undefined,
  read(row, context, sink) {
    const record = splunkRecord(row)
    if (record === undefined) rejectPayload(sink, 'audit-data-not-json', '_raw')
    else readUalRecord(record, sink, { dateOrder: context.dateOrder })
  },
}

const TIME_COLUMNS: readonly string[] = ['TimeGenerated [UTC]', 'TimeGenerated']

const isOfficeActivity = (row: Json): boolean =>
  row['OfficeWorkload'] !== undefined &&
  row['Operation'] !== undefined &&
  TIME_COLUMNS.some((column) => row[column] !== undefined)

/** The row under the audit record's own names. Columns that were not renamed stay as they are. */
const recordOf = (row: Json): Json => ({
  ...row,
  Id: row['OfficeId'] ?? row['Id'],
  // The time of the event; UTC whatever the column's name.
  CreationTime: undefined,
  Workload: row['OfficeWorkload'],
  ObjectId: row['OfficeObjectId'] ?? row['ObjectId'],
  ClientIPAddress: row['Client_IPAddress'] ?? row['ClientIPAddress'],
  LogonType: row['Logon_Type'] ?? row['LogonType'],
  SiteUrl: row['Site_Url'] ?? row['SiteUrl'],
  ApplicationId: row['ApplicationId'] ?? row['AzureADAppId'],
  DeviceId: row['DeviceId'] ?? row['MachineId'],
})

function readOfficeActivity(row: Json, context: FileContext, sink: RowSink): void {
  const at = row['TimeGenerated [UTC]'] ?? row['TimeGenerated']
  readUalRecord(recordOf(row), sink, { at, dateOrder: context.dateOrder })
}

export const officeActivityCsv: Adapter = {
  shape: 'ual-office-activity-csv',
  accepts: (row, context) => context.columns !== undefined && isOfficeActivity(row),
  read: readOfficeActivity,
  dateColumns: TIME_COLUMNS,
  // Results that the Log Analytics portal shows and exports, formerly and now.
  rowCaps: [10_000, 30_000],
}

export const officeActivityJson: Adapter = {
  shape: 'ual-office-activity-json',
  accepts: (row, context) => context.columns === undefined && isOfficeActivity(row),
  read: readOfficeActivity,
}
