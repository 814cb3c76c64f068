/**
 * Log files of other makers as rows, where they are of a shape that this package writes too. Not
 * the product's readers: what they misread must show.
 */
import { groupsBy } from './groups.ts'
import { ticks } from './times.ts'
import { type Category, isJson, type Json, type LogFile, objectOf, row, textOf } from './world.ts'

type Base = Pick<LogFile, 'path' | 'owner'>

/** The files that a text is, one for each category of sign-ins; undefined where its shape is another one. */
export function parseLog(base: Base, text: string): LogFile[] | undefined {
  const made = { ...base, wrapping: 'plain', isDayFirst: false } as const
  if (text.startsWith('"RecordId",')) return purview(made, text)
  if (text.startsWith('"TenantId","TimeGenerated [UTC]","CreatedDateTime [UTC]"'))
    return signInTable(made, text)
  if (/^\{"@odata.context":"[^"]*auditLogs\/signIns"/.test(text)) return graphAnswer(made, text)
  if (text.startsWith('[{"CreationTime"')) return blob(made, text)
  const first = jsonOf(text.slice(0, text.indexOf('\n')))
  if (first === undefined) return undefined
  if (first['CreationTime'] !== undefined) return plainLines(made, 'audit', 'ual-ndjson', text)
  if (first['RequestUri'] !== undefined && textOf(first, 'Type') === 'MicrosoftGraphActivityLogs')
    return plainLines(made, 'graph', 'graph-activity', text)
  if (first['properties'] !== undefined && textOf(first, 'category') in CATEGORIES)
    return diagnostic(made, text)
  return undefined
}

type Made = Omit<LogFile, 'kind' | 'category' | 'format' | 'rows'>

const CATEGORIES: Readonly<Record<string, Category>> = {
  SignInLogs: 'interactive',
  NonInteractiveUserSignInLogs: 'non-interactive',
  ServicePrincipalSignInLogs: 'service-principal',
  ManagedIdentitySignInLogs: 'managed-identity',
}
const EVENTS: Readonly<Record<string, Category>> = {
  interactiveUser: 'interactive',
  nonInteractiveUser: 'non-interactive',
  servicePrincipal: 'service-principal',
  managedIdentity: 'managed-identity',
}

function jsonOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whole lines; undefined where one of them is none, as then the file has a fault of its own that must stay. */
function linesOf(text: string): Json[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '')
  const rows = lines.map((line) => jsonOf(line)).filter((data) => data !== undefined)
  return rows.length === lines.length ? rows : undefined
}

function plainLines(
  made: Made,
  kind: LogFile['kind'],
  format: LogFile['format'],
  text: string,
): LogFile[] | undefined {
  const rows = linesOf(text)
  return rows && [{ ...made, kind, category: '', format, rows: rows.map((data) => row(data)) }]
}

function blob(made: Made, text: string): LogFile[] | undefined {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) return undefined
  const rows = value.filter(isJson).map((data) => row(data))
  return [{ ...made, kind: 'audit', category: '', format: 'ual-array', rows }]
}

function purview(made: Made, text: string): LogFile[] | undefined {
  const [header, ...cells] = csvRows(text)
  const at = header?.indexOf('AuditData') ?? -1
  const rows = cells.map((line) => jsonOf(line[at] ?? '')).filter((data) => data !== undefined)
  if (rows.length !== cells.length) return undefined
  return [
    {
      ...made,
      kind: 'audit',
      category: '',
      format: 'purview-csv',
      rows: rows.map((data) => row(data)),
    },
  ]
}

function diagnostic(made: Made, text: string): LogFile[] | undefined {
  const lines = linesOf(text)
  if (lines === undefined) return undefined
  return byCategory(
    made,
    'diagnostic',
    lines.map((line) => [CATEGORIES[textOf(line, 'category')], objectOf(line, 'properties')]),
  )
}

function graphAnswer(made: Made, text: string): LogFile[] | undefined {
  const value = jsonOf(text)?.['value']
  if (!Array.isArray(value)) return undefined
  const rows = value.filter(isJson).map((data): [Category | undefined, Json] => {
    const { signInEventTypes: events, ...rest } = data
    const event: unknown = Array.isArray(events) ? events[0] : undefined
    return [typeof event === 'string' ? EVENTS[event] : undefined, rest]
  })
  return byCategory(made, 'graph-json', rows)
}

/** Columns of the table by the names that Graph gives them. */
const COLUMNS: Readonly<Record<string, string>> = {
  Id: 'id',
  UserPrincipalName: 'userPrincipalName',
  UserDisplayName: 'userDisplayName',
  UserId: 'userId',
  ServicePrincipalId: 'servicePrincipalId',
  ServicePrincipalName: 'servicePrincipalName',
  AppId: 'appId',
  AppDisplayName: 'appDisplayName',
  IPAddress: 'ipAddress',
  AutonomousSystemNumber: 'autonomousSystemNumber',
  ResourceIdentity: 'resourceId',
  ResourceDisplayName: 'resourceDisplayName',
  ResourceTenantId: 'resourceTenantId',
  HomeTenantId: 'homeTenantId',
  ClientAppUsed: 'clientAppUsed',
  UserAgent: 'userAgent',
  TokenIssuerType: 'tokenIssuerType',
  AuthenticationProtocol: 'authenticationProtocol',
  IncomingTokenType: 'incomingTokenType',
  CrossTenantAccessType: 'crossTenantAccessType',
  UniqueTokenIdentifier: 'uniqueTokenIdentifier',
  SessionId: 'sessionId',
}

function signInTable(made: Made, text: string): LogFile[] | undefined {
  const [header = [], ...lines] = csvRows(text)
  const rows = lines.map((cells): [Category | undefined, Json] => {
    const named = Object.fromEntries(header.map((name, at) => [name, cells[at] ?? '']))
    const data: Record<string, unknown> = {
      createdDateTime: ticks(Date.parse(`${named['CreatedDateTime [UTC]'] ?? ''} UTC`)),
      isInteractive: named['IsInteractive'] === 'true',
      status: { errorCode: Number(named['ResultType'] ?? 0) },
      deviceDetail: jsonOf(named['DeviceDetail'] ?? '') ?? {},
    }
    const processing = named['AuthenticationProcessingDetails'] ?? ''
    if (processing !== '') data['authenticationProcessingDetails'] = JSON.parse(processing)
    for (const [column, name] of Object.entries(COLUMNS))
      if (named[column] !== undefined && named[column] !== '') data[name] = named[column]
    return [CATEGORIES[named['Category'] ?? ''], data]
  })
  return byCategory(made, 'log-analytics-csv', rows)
}

/** A file for each category: a mixed one is written as several. */
function byCategory(
  made: Made,
  format: LogFile['format'],
  rows: readonly (readonly [Category | undefined, Json])[],
): LogFile[] | undefined {
  const files = groupsBy(rows, ([category]) => category)
  if (files.has(undefined)) return undefined
  return Array.from(files, ([category = 'interactive', own]) => ({
    ...made,
    path: made.path.replace(/(\.[a-z]+)$/, `-${category}$1`),
    kind: 'sign-in',
    category,
    format,
    rows: own.map(([, data]) => row(data)),
  }))
}

/** Rows of a CSV text as RFC 4180 has them. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = []
  let cells: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text)
    if (match === null) break
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === ',') continue
    rows.push(cells)
    cells = []
  }
  return rows
}
