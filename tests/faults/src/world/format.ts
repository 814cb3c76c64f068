/**
 * A log file as text, in the shape that its exporter gives it. Source: reference of the logs,
 * "Export shapes of the same record" and "Entra sign-ins".
 */
import { msOf, slashed } from './times.ts'
import {
  type Category,
  type Format,
  type Json,
  type LogFile,
  objectOf,
  type Row,
  textOf,
} from './world.ts'

const LOGS: Readonly<Record<Category, string>> = {
  interactive: 'SignInLogs',
  'non-interactive': 'NonInteractiveUserSignInLogs',
  'service-principal': 'ServicePrincipalSignInLogs',
  'managed-identity': 'ManagedIdentitySignInLogs',
}
const EVENTS: Readonly<Record<Category, string>> = {
  interactive: 'interactiveUser',
  'non-interactive': 'nonInteractiveUser',
  'service-principal': 'servicePrincipal',
  'managed-identity': 'managedIdentity',
}

/** The whole text of a file. */
export function textOfFile(file: LogFile): string {
  return WRITERS[file.format](file)
}

const WRITERS: Readonly<Record<Format, (file: LogFile) => string>> = {
  'ual-ndjson': ({ rows }) => lines(rows, ({ data }) => JSON.stringify(data)),
  'graph-activity': ({ rows }) => lines(rows, ({ data }) => JSON.stringify(data)),
  'ual-array': ({ rows }) =>
    `[${rows.map((each) => cutTo(JSON.stringify(each.data), each.cut)).join(',\n')}]`,
  'purview-csv': ({ rows }) => table(PURVIEW_COLUMNS, rows, purviewCells),
  diagnostic: (file) => lines(file.rows, ({ data }) => JSON.stringify(diagnostic(file, data))),
  'graph-json': graphAnswer,
  'log-analytics-csv': (file) =>
    table(COLUMN_NAMES, file.rows, ({ data }) => tableCells(file, data)),
}

function lines(rows: readonly Row[], write: (row: Row) => string): string {
  return rows.map((each) => `${cutTo(write(each), each.cut)}\n`).join('')
}

function cutTo(text: string, cut: number): string {
  return cut > 0 ? text.slice(0, cut) : text
}

function table(
  columns: readonly string[],
  rows: readonly Row[],
  cells: (row: Row) => readonly string[],
): string {
  return [columns, ...rows.map((each) => cells(each))].map(csvLine).join('')
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`
}

const PURVIEW_COLUMNS = [
  'RecordId',
  'CreationDate',
  'RecordType',
  'Operation',
  'UserId',
  'AuditData',
  'AssociatedAdminUnits',
  'AssociatedAdminUnitsNames',
]

function purviewCells({ data, cut }: Row): string[] {
  return [
    textOf(data, 'Id'),
    `${textOf(data, 'CreationTime')}.0000000Z`,
    String(data['RecordType']),
    textOf(data, 'Operation'),
    textOf(data, 'UserId'),
    cutTo(JSON.stringify(data), cut),
    '',
    '',
  ]
}

function diagnostic(file: LogFile, data: Json): Json {
  const category = file.category === '' ? '' : LOGS[file.category]
  return {
    time: data['createdDateTime'],
    resourceId: `/tenants/${file.owner}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    operationVersion: '1.0',
    category,
    tenantId: file.owner,
    resultType: resultOf(data),
    callerIpAddress: data['ipAddress'],
    correlationId: data['correlationId'],
    Level: 4,
    properties: data,
  }
}

function resultOf(data: Json): string {
  const code = objectOf(data, 'status')['errorCode']
  return typeof code === 'number' ? String(code) : ''
}

function graphAnswer(file: LogFile): string {
  const event = file.category === '' ? [] : [EVENTS[file.category]]
  const rows = file.rows.map(({ data, cut }) =>
    cutTo(JSON.stringify({ ...data, signInEventTypes: event }), cut),
  )
  const next =
    file.isPartial === true
      ? '"@odata.nextLink":"https://graph.microsoft.com/beta/auditLogs/signIns?$skiptoken=2",'
      : ''
  return `{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns",${next}"value":[\n${rows.join(',\n')}\n]}\n`
}

type Cell = (file: LogFile, data: Json) => string
const own =
  (name: string): Cell =>
  (_, data) =>
    cellText(data[name])

function cellText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const time =
  (afterMs: number): Cell =>
  ({ isDayFirst }, data) =>
    slashed(msOf(textOf(data, 'createdDateTime')) + afterMs, isDayFirst)

/** Columns of the table, in the order of the portal. `TimeGenerated` is when the row came in. */
const TABLE: readonly (readonly [string, Cell])[] = [
  ['TenantId', () => '0d9a2c34-57be-4f0e-8a1c-6b2d3e4f5a61'],
  ['TimeGenerated [UTC]', time(260_000)],
  ['CreatedDateTime [UTC]', time(0)],
  ['Category', ({ category }) => (category === '' ? '' : LOGS[category])],
  ['AADTenantId', ({ owner }) => owner],
  ['Id', own('id')],
  ['CorrelationId', own('correlationId')],
  ['ResultType', (_, data) => resultOf(data)],
  ['UserPrincipalName', own('userPrincipalName')],
  ['UserId', own('userId')],
  ['ServicePrincipalId', own('servicePrincipalId')],
  ['ServicePrincipalName', own('servicePrincipalName')],
  ['AppId', own('appId')],
  ['AppDisplayName', own('appDisplayName')],
  ['IPAddress', own('ipAddress')],
  ['AutonomousSystemNumber', own('autonomousSystemNumber')],
  ['ResourceIdentity', own('resourceId')],
  ['ResourceDisplayName', own('resourceDisplayName')],
  ['ResourceTenantId', own('resourceTenantId')],
  ['HomeTenantId', own('homeTenantId')],
  ['IsInteractive', (_, data) => (data['isInteractive'] === true ? 'true' : 'false')],
  ['ClientAppUsed', own('clientAppUsed')],
  ['UserAgent', own('userAgent')],
  ['DeviceDetail', own('deviceDetail')],
  ['Status', own('status')],
  ['AuthenticationProcessingDetails', own('authenticationProcessingDetails')],
  ['AuthenticationProtocol', own('authenticationProtocol')],
  ['TokenIssuerType', own('tokenIssuerType')],
  ['IncomingTokenType', own('incomingTokenType')],
  ['CrossTenantAccessType', own('crossTenantAccessType')],
  ['UniqueTokenIdentifier', own('uniqueTokenIdentifier')],
  ['SessionId', own('sessionId')],
  [
    'Type',
    ({ category }) =>
      category === 'interactive' ? 'SigninLogs' : `AAD${category === '' ? '' : LOGS[category]}`,
  ],
]
const COLUMN_NAMES = TABLE.map(([name]) => name)

function tableCells(file: LogFile, data: Json): string[] {
  return TABLE.map(([, cell]) => cell(file, data))
}
