/**
 * Export shapes of the unified audit log. Nothing is shared with the readers of `@mintmark/logs`: a mistake must not
 * hide in both.
 */
import { isoMs, isoTicks, slashMs, slashSeconds } from '../world/calendar.ts'
import type { AuditRecord } from '../world/events.ts'
import {
  type Columns,
  cellsOf,
  csvRow,
  type Frame,
  titlesOf,
  UNFRAMED,
} from '../world/framed_files.ts'
import { namedGuid } from '../world/ids.ts'
import { mix } from '../world/random.ts'
import type { Wrapping } from '../world/text_file.ts'
import { IDS_FROM_MS } from '../world/truth.ts'
import type { Organisation } from '../world/world.ts'
import {
  affectedItems,
  auditData,
  BULK,
  foldersText,
  operationProperties,
  serverOf,
} from './audit_data.ts'

export interface AuditLayout extends Frame {
  readonly name: string
  readonly ending: string
  readonly wrapping: Wrapping
  readonly span: 'week' | 'month' | 'all'
  record(row: Exported): string
}

export interface Exported {
  readonly of: Organisation
  readonly record: AuditRecord
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
  ...UNFRAMED,
  span: 'month',
  record: ({ of, record }) => `${auditData(of, record)}\n`,
}

function auditCell({ of, record }: Exported): string {
  const text = auditData(of, record)
  return record.cut ? text.slice(0, Math.floor(text.length * 0.7)) : text
}

const csvLayout = (name: string, columns: Columns<Exported>): AuditLayout => ({
  ...UNFRAMED,
  name,
  ending: 'csv',
  wrapping: 'plain',
  opening: csvRow(titlesOf(columns)),
  span: 'month',
  record: (row) => csvRow(cellsOf(columns, row)),
})

const PURVIEW: AuditLayout = csvLayout('AuditLog', [
  ['RecordId', ({ record }) => record.id],
  ['CreationDate', ({ record }) => isoTicks(record.atMs - (record.atMs % 1000))],
  ['RecordType', ({ record }) => String(record.recordType)],
  ['Operation', ({ record }) => record.operation],
  ['UserId', ({ record }) => record.userId],
  ['AuditData', auditCell],
  ['AssociatedAdminUnits', () => ''],
  ['AssociatedAdminUnitsNames', () => ''],
])

const CMDLET_COLUMNS: Columns<Exported> = [
  ['PSComputerName', () => 'outlook.office365.example'],
  ['RunspaceId', ({ of }) => namedGuid(mix(of.index, 9))],
  ['PSShowComputerName', () => 'False'],
  ['RecordType', ({ record }) => RECORD_TYPES[record.recordType] ?? String(record.recordType)],
  ['CreationDate', ({ record }) => slashSeconds(record.atMs)],
  ['UserIds', ({ record }) => record.userId],
  ['Operations', ({ record }) => record.operation],
  ['AuditData', auditCell],
  ['ResultIndex', ({ index }) => String(index)],
  ['ResultCount', ({ count }) => String(count)],
  ['Identity', ({ record }) => record.id],
  ['IsValid', () => 'True'],
  ['ObjectState', () => 'Unchanged'],
]

const CMDLET_CSV: AuditLayout = csvLayout('UnifiedAuditLog', CMDLET_COLUMNS)

const CAPPED: AuditLayout = { ...CMDLET_CSV, span: 'all' }

const CMDLET_JSON: AuditLayout = {
  ...CMDLET_CSV,
  name: 'UAL-Combined',
  ending: 'json',
  opening: '[\n',
  between: ',\n',
  closing: '\n]\n',
  record(row) {
    const members = CMDLET_COLUMNS.map(([title, cell]) => [title, cell(row)])
    return `  ${JSON.stringify(Object.fromEntries(members))}`
  },
}

const SPLUNK: AuditLayout = {
  ...CMDLET_CSV,
  name: 'splunk-export',
  opening: csvRow([...titlesOf(CMDLET_COLUMNS), '_raw', '_time', 'host', 'index', 'sourcetype']),
  record(row) {
    const cells = cellsOf(CMDLET_COLUMNS, row)
    const raw = csvRow(cells).trimEnd()
    return csvRow([...cells, raw, isoMs(row.record.atMs), 'forwarder', 'o365', 'csv'])
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
  record: ({ of, record }) => auditData(of, record),
}

const GRAPH_QUERY: AuditLayout = {
  name: 'auditLogQuery',
  ending: 'json',
  wrapping: 'plain',
  opening:
    '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries/records","value":[\n',
  between: ',\n',
  closing: '\n]}\n',
  span: 'month',
  record: ({ of, record }) =>
    `{"id":"${record.id}","createdDateTime":"${isoTicks(record.atMs - (record.atMs % 1000))}",` +
    `"auditLogRecordType":"${RECORD_TYPES[record.recordType] ?? record.recordType}","operation":"${record.operation}",` +
    `"organizationId":"${of.tenant}","userType":"Regular","userId":"${record.userId}",` +
    `"service":"${record.workload}","objectId":"","userPrincipalName":"${record.userId}",` +
    `"clientIp":"${record.ip}","administrativeUnits":[],"auditData":${auditData(of, record)}}`,
}

const CLOUD_APP_EVENTS: AuditLayout = csvLayout('CloudAppEvents', [
  ['Timestamp', ({ record }) => isoMs(record.atMs)],
  ['ActionType', ({ record }) => record.operation],
  ['Application', () => 'Microsoft Exchange Online'],
  ['AccountObjectId', ({ record }) => record.token?.holder ?? ''],
  ['AccountDisplayName', ({ record }) => record.userId],
  ['IPAddress', ({ record }) => record.ip],
  ['RawEventData', ({ of, record }) => auditData(of, record)],
  ['ReportId', ({ of, record }) => `${record.id}_${of.index}`],
])

/** Filebeat's events: every second field of a number is text once it went through. */
const ELASTIC: AuditLayout = {
  ...LINES,
  name: 'elastic-export',
  ending: 'ndjson',
  wrapping: 'plain',
  record({ of, record }) {
    const text = auditData(of, record).replace(
      /"(RecordType|UserType|LogonType)":(\d+)/g,
      '"$1":"$2"',
    )
    return record.atMs % 2 === 0
      ? `{"events":[{"o365audit":${text}}]}\n`
      : `{"o365audit":${text}}\n`
  },
}

const ACTIVITY_COLUMNS: Columns<Exported> = [
  ['TenantId', ({ of }) => namedGuid(mix(of.index, 10))],
  [
    'RecordType',
    ({ record }) =>
      record.atMs % 3 === 0 ? String(record.recordType) : (RECORD_TYPES[record.recordType] ?? ''),
  ],
  ['TimeGenerated [UTC]', ({ record }) => slashMs(record.atMs - (record.atMs % 1000))],
  ['Operation', ({ record }) => record.operation],
  ['OrganizationId', ({ of }) => of.tenant],
  ['OfficeWorkload', ({ record }) => record.workload],
  ['UserId', ({ record }) => record.userId],
  ['UserKey', ({ record }) => record.userKey],
  ['UserType', () => 'Regular'],
  ['Client_IPAddress', ({ record }) => record.ip],
  ['ClientInfoString', ({ record: { mail } }) => mail?.client ?? ''],
  ['Logon_Type', ({ record: { mail } }) => (mail === undefined ? '' : 'Owner')],
  ['MailboxOwnerUPN', ({ record: { mail } }) => mail?.owner ?? ''],
  ['MailboxGuid', ({ record: { mail } }) => mail?.mailboxId ?? ''],
  [
    'Folders',
    ({ record: { mail, recordType } }) =>
      mail === undefined || mail.folders.length === 0 || recordType === BULK
        ? ''
        : foldersText(mail),
  ],
  ['Item', ({ record }) => /"Item":(\{.*\})/.exec(record.extra)?.[1] ?? ''],
  [
    'AffectedItems',
    ({ record: { mail, recordType } }) =>
      mail === undefined || recordType !== BULK ? '' : affectedItems(mail),
  ],
  [
    'OperationProperties',
    ({ record }) =>
      record.mail === undefined
        ? ''
        : operationProperties(record, record.mail).slice(',"OperationProperties":'.length),
  ],
  ['OriginatingServer', ({ of, record: { mail } }) => (mail === undefined ? '' : serverOf(of))],
  ['AppId', ({ record: { mail } }) => mail?.appId ?? ''],
  ['ClientAppId', ({ record: { mail } }) => mail?.clientAppId ?? ''],
  ['OfficeId', ({ record }) => record.id],
  ['OfficeObjectId', ({ record }) => /"ObjectId":"([^"]*)"/.exec(record.extra)?.[1] ?? ''],
  ['ResultStatus', ({ record }) => record.result],
  ['Type', () => 'OfficeActivity'],
]

export const OFFICE_ACTIVITY: AuditLayout = {
  ...csvLayout('OfficeActivity', ACTIVITY_COLUMNS),
  // One file: its later days prove the order of day and month for its early ones.
  span: 'all',
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

export function layoutFor(of: Organisation, atMs: number): AuditLayout {
  // A search that stopped at its cap is one file, with exactly that many rows.
  if (of.habits.includes('row-cap')) return CAPPED
  return of.audit === 'office-activity' && atMs >= IDS_FROM_MS ? PURVIEW : LAYOUTS[of.audit]
}
