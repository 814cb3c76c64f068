/**
 * Export shapes of the unified audit log: the same records as each system's users would have them.
 *
 * Nothing is shared with the readers of `@mintmark/logs`: a mistake in a layout must not hide in both.
 *
 * @module
 */

import { isoMs, isoTicks, slashMs, slashSeconds } from '../world/calendar.ts'
import { csvRow } from '../world/csv_text.ts'
import type { AuditRecord } from '../world/events.ts'
import { namedGuid } from '../world/ids.ts'
import { mix } from '../world/random.ts'
import type { Wrapping } from '../world/text_file.ts'
import { IDS_FROM_MS } from '../world/truth.ts'
import type { Organisation } from '../world/world.ts'
import { auditData, mailColumns } from './audit_data.ts'

/** How one kind of export frames its records. */
export interface AuditLayout {
  /** Begins the file's name. */
  readonly name: string
  readonly ending: string
  readonly wrapping: Wrapping
  /** Before the first record of a file. */
  readonly opening: string
  /** Between two records. */
  readonly between: string
  readonly closing: string
  /** What one file holds. */
  readonly span: 'week' | 'month' | 'all'
  record(of: Organisation, record: AuditRecord, index: ResultIndex): string
}

/** Where a record stands in the page of results that it came with. */
export interface ResultIndex {
  readonly index: number
  readonly count: number
}

const RECORD_TYPES: Readonly<Record<number, string>> = {
  1: 'ExchangeAdmin',
  2: 'ExchangeItem',
  3: 'ExchangeItemGroup',
  6: 'SharePointFileOperation',
  8: 'AzureActiveDirectory',
  15: 'AzureActiveDirectoryStsLogon',
  25: 'MicrosoftTeams',
  50: 'ExchangeItemAggregated',
  101: 'ExchangeSearch',
  275: 'OWAAuth',
}

const LINES: Omit<AuditLayout, 'name' | 'ending' | 'wrapping'> = {
  opening: '',
  between: '',
  closing: '',
  span: 'month',
  record: (of, record) => `${auditData(of, record)}\n`,
}

/** The AuditData cell: whole, or cut as a spreadsheet cuts it. */
function auditCell(of: Organisation, record: AuditRecord): string {
  const text = auditData(of, record)
  return record.cut ? text.slice(0, Math.floor(text.length * 0.7)) : text
}

const PURVIEW: AuditLayout = {
  name: 'AuditLog',
  ending: 'csv',
  wrapping: 'plain',
  opening: csvRow([
    'RecordId',
    'CreationDate',
    'RecordType',
    'Operation',
    'UserId',
    'AuditData',
    'AssociatedAdminUnits',
    'AssociatedAdminUnitsNames',
  ]),
  between: '',
  closing: '',
  span: 'month',
  record: (of, record) =>
    csvRow([
      record.id,
      isoTicks(record.atMs - (record.atMs % 1000)),
      String(record.recordType),
      record.operation,
      record.userId,
      auditCell(of, record),
      '',
      '',
    ]),
}

const CMDLET_COLUMNS = [
  'PSComputerName',
  'RunspaceId',
  'PSShowComputerName',
  'RecordType',
  'CreationDate',
  'UserIds',
  'Operations',
  'AuditData',
  'ResultIndex',
  'ResultCount',
  'Identity',
  'IsValid',
  'ObjectState',
]

function cmdletCells(
  of: Organisation,
  record: AuditRecord,
  { index, count }: ResultIndex,
): string[] {
  return [
    'outlook.office365.example',
    namedGuid(mix(of.index, 9)),
    'False',
    RECORD_TYPES[record.recordType] ?? String(record.recordType),
    slashSeconds(record.atMs),
    record.userId,
    record.operation,
    auditCell(of, record),
    String(index),
    String(count),
    record.id,
    'True',
    'Unchanged',
  ]
}

const CMDLET_CSV: AuditLayout = {
  name: 'UnifiedAuditLog',
  ending: 'csv',
  wrapping: 'plain',
  opening: csvRow(CMDLET_COLUMNS),
  between: '',
  closing: '',
  span: 'month',
  record: (of, record, at) => csvRow(cmdletCells(of, record, at)),
}

const CAPPED: AuditLayout = { ...CMDLET_CSV, span: 'all' }

const CMDLET_JSON: AuditLayout = {
  ...CMDLET_CSV,
  name: 'UAL-Combined',
  ending: 'json',
  opening: '[\n',
  between: ',\n',
  closing: '\n]\n',
  record(of, record, at) {
    const cells = cmdletCells(of, record, at)
    return `  ${JSON.stringify(Object.fromEntries(CMDLET_COLUMNS.map((column, cell) => [column, cells[cell]])))}`
  },
}

const SPLUNK: AuditLayout = {
  ...CMDLET_CSV,
  name: 'splunk-export',
  opening: csvRow([...CMDLET_COLUMNS, '_raw', '_time', 'host', 'index', 'sourcetype']),
  record(of, record, at) {
    const cells = cmdletCells(of, record, at)
    const raw = csvRow(cells).trimEnd()
    return csvRow([...cells, raw, isoMs(record.atMs), 'forwarder', 'o365', 'csv'])
  },
}

const API: AuditLayout = {
  name: 'blob',
  ending: 'json',
  wrapping: 'plain',
  opening: '[',
  between: ',',
  closing: ']',
  span: 'week',
  record: auditData,
}

/** Graph's audit log query; each file is one answer. */
const GRAPH_QUERY: AuditLayout = {
  name: 'auditLogQuery',
  ending: 'json',
  wrapping: 'plain',
  opening:
    '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries/records","value":[\n',
  between: ',\n',
  closing: '\n]}\n',
  span: 'month',
  record: (of, record) =>
    `{"id":"${record.id}","createdDateTime":"${isoTicks(record.atMs - (record.atMs % 1000))}",` +
    `"auditLogRecordType":"${RECORD_TYPES[record.recordType] ?? record.recordType}","operation":"${record.operation}",` +
    `"organizationId":"${of.tenant}","userType":"Regular","userId":"${record.userId}",` +
    `"service":"${record.workload}","objectId":"","userPrincipalName":"${record.userId}",` +
    `"clientIp":"${record.ip}","administrativeUnits":[],"auditData":${auditData(of, record)}}`,
}

const CLOUD_APP_EVENTS: AuditLayout = {
  name: 'CloudAppEvents',
  ending: 'csv',
  wrapping: 'plain',
  opening: csvRow([
    'Timestamp',
    'ActionType',
    'Application',
    'AccountObjectId',
    'AccountDisplayName',
    'IPAddress',
    'RawEventData',
    'ReportId',
  ]),
  between: '',
  closing: '',
  span: 'month',
  record: (of, record) =>
    csvRow([
      isoMs(record.atMs),
      record.operation,
      'Microsoft Exchange Online',
      record.token?.holder ?? '',
      record.userId,
      record.ip,
      auditData(of, record),
      `${record.id}_${of.index}`,
    ]),
}

/** Filebeat's events: every second field of a number is text once it went through. */
const ELASTIC: AuditLayout = {
  ...LINES,
  name: 'elastic-export',
  ending: 'ndjson',
  wrapping: 'plain',
  record(of, record) {
    const text = auditData(of, record).replace(
      /"(RecordType|UserType|LogonType)":(\d+)/g,
      '"$1":"$2"',
    )
    return record.atMs % 2 === 0
      ? `{"events":[{"o365audit":${text}}]}\n`
      : `{"o365audit":${text}}\n`
  },
}

/** Sentinel's table. */
export const OFFICE_ACTIVITY: AuditLayout = {
  name: 'OfficeActivity',
  ending: 'csv',
  wrapping: 'plain',
  opening: csvRow([
    'TenantId',
    'RecordType',
    'TimeGenerated [UTC]',
    'Operation',
    'OrganizationId',
    'OfficeWorkload',
    'UserId',
    'UserKey',
    'UserType',
    'Client_IPAddress',
    'ClientInfoString',
    'Logon_Type',
    'MailboxOwnerUPN',
    'MailboxGuid',
    'Folders',
    'Item',
    'AffectedItems',
    'OperationProperties',
    'OriginatingServer',
    'AppId',
    'ClientAppId',
    'OfficeId',
    'OfficeObjectId',
    'ResultStatus',
    'Type',
  ]),
  between: '',
  closing: '',
  // One file: its later days prove the order of day and month for its early ones.
  span: 'all',
  record: officeActivityRow,
}

function officeActivityRow(of: Organisation, record: AuditRecord): string {
  const { mail } = record
  const columns = mailColumns(of, record)
  // The table writes the type as a number or by its name.
  const name = RECORD_TYPES[record.recordType] ?? ''
  return csvRow([
    namedGuid(mix(of.index, 10)),
    record.atMs % 3 === 0 ? String(record.recordType) : name,
    slashMs(record.atMs - (record.atMs % 1000)),
    record.operation,
    of.tenant,
    record.workload,
    record.userId,
    record.userKey,
    'Regular',
    record.ip,
    ...(mail === undefined ? ['', '', '', ''] : [mail.client, 'Owner', mail.owner, mail.mailboxId]),
    columns.folders,
    columns.item,
    columns.affected,
    columns.properties,
    columns.server,
    ...(mail === undefined ? ['', ''] : [mail.appId, mail.clientAppId]),
    record.id,
    /"ObjectId":"([^"]*)"/.exec(record.extra)?.[1] ?? '',
    record.result,
    'OfficeActivity',
  ])
}

const LAYOUTS: Record<Organisation['audit'], AuditLayout> = {
  ndjson: { ...LINES, name: 'ual', ending: 'ndjson', wrapping: 'plain' },
  'ndjson-gz': { ...LINES, name: 'ual', ending: 'ndjson.gz', wrapping: 'gzip' },
  'ndjson-zip': { ...LINES, name: 'ual', ending: 'zip', wrapping: 'zip' },
  'ndjson-utf16': { ...LINES, name: 'UAL-SOF-ELK', ending: 'json', wrapping: 'utf16' },
  api: API,
  purview: PURVIEW,
  'cmdlet-csv': CMDLET_CSV,
  'cmdlet-json': CMDLET_JSON,
  splunk: SPLUNK,
  'graph-query': GRAPH_QUERY,
  'office-activity': OFFICE_ACTIVITY,
  'cloud-app-events': CLOUD_APP_EVENTS,
  elastic: ELASTIC,
}

/** The layout in which a tenant's record was exported. */
export function layoutFor(of: Organisation, atMs: number): AuditLayout {
  // A search that stopped at its cap is one file, with exactly that many rows.
  if (of.habits.includes('row-cap')) return CAPPED
  return of.audit === 'office-activity' && atMs >= IDS_FROM_MS ? PURVIEW : LAYOUTS[of.audit]
}
