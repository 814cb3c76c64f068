/**
 * Requests to Microsoft Graph and to Azure AD Graph: the diagnostic record, the table, and
 * Defender's events. The raw record and the table differ in names alone.
 * Source: azure-monitor-docs, tables microsoftgraphactivitylogs and aadgraphactivitylogs;
 * defender-docs, advanced-hunting-graphapiauditevents-table; read 2026.
 */
import { epochMs, type Json, readSlashDate, readTokenId, utcMs } from '@mintmark/core'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { type Access, type AccessSource, type Item, UNKNOWN_ACCESS } from '../model/records.ts'
import { Detail } from '../ual/detail.ts'
import { address, logged, lower, named, plain, whole } from '../ual/fields.ts'
import { object } from '../ual/nested.ts'
import {
  first,
  hasAll,
  hasAny,
  idOf,
  inBothSpellings,
  instantOrReject,
  tenantOf,
  tenantOfPath,
} from './cells.ts'
import { type GraphTarget, graphTarget } from './graph_uri.ts'

const HOUR_MS = 3_600_000
/** A continuous access evaluation token lives up to 28 h; clocks differ by minutes. */
const LONGEST_TOKEN_MS = 28 * HOUR_MS + HOUR_MS / 4
const CLOCK_SKEW_MS = HOUR_MS / 4
const MAX_PATH = 8192
const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'

const NAMES = {
  time: ['timeGenerated', 'TimeGenerated [UTC]', 'TimeGenerated', 'Timestamp [UTC]', 'Timestamp'],
  requestId: ['requestId', 'RequestId'],
  token:
    'uniqueTokenId UniqueTokenId signInActivityId SignInActivityId UniqueTokenIdentifier'.split(
      ' ',
    ),
  session: ['sessionId', 'c_Sid', 'C_Sid', 'SessionId'],
  issuedAt: ['tokenIssuedAt', 'TokenIssuedAt [UTC]', 'TokenIssuedAt', 'issuedAt', 'IssuedAt'],
  issuedEpoch: ['C_Iat', 'c_Iat'],
  userId: ['userId', 'UserPrincipalObjectID', 'UserId', 'AccountObjectId'],
  appPrincipal: ['servicePrincipalId', 'ServicePrincipalId'],
  kind: ['C_Idtyp', 'c_Idtyp', 'actorType', 'ActorType', 'EntityType'],
  appId: ['appId', 'AppId', 'ApplicationId'],
  ip: ['ipAddress', 'callerIpAddress', 'IPAddress', 'IpAddress', 'CallerIpAddress'],
  deviceId: ['deviceId', 'C_DeviceId', 'c_DeviceId', 'DeviceId'],
  userAgent: ['userAgent', 'UserAgent'],
  provider: ['identityProvider', 'IdentityProvider'],
  method: ['requestMethod', 'httpMethod', 'RequestMethod', 'HttpMethod'],
  uri: ['requestUri', 'RequestUri'],
  status: ['responseStatusCode', 'httpStatusCode', 'ResponseStatusCode', 'HttpStatusCode'],
  bytes: ['responseSizeBytes', 'ResponseSizeBytes', 'ResponseSize'],
  tenant: ['tenantId', 'AadTenantId', 'AADTenantId'],
  scopes: ['scopes', 'Scopes'],
  roles: ['roles', 'Roles'],
  wids: ['wids', 'Wids'],
  clientAuthMethod: ['clientAuthMethod', 'ClientAuthMethod'],
  operationId: ['operationId', 'OperationId'],
  apiVersion: ['apiVersion', 'ApiVersion'],
  workload: ['TargetWorkload'],
} as const

const GRAPH: readonly AccessSource[] = ['graph-activity', 'aad-graph-activity']

function rawSource(row: Json): AccessSource | undefined {
  const category = lower(plain(first(row, ['category', 'Category'])))
  if (category === 'microsoftgraphactivitylogs') return GRAPH[0]
  const isOld = category === 'azureadgraphactivitylogs' || category === 'aadgraphactivitylogs'
  return isOld ? GRAPH[1] : undefined
}

function readRaw(row: Json, context: FileContext, sink: RowSink): void {
  const source = rawSource(row)
  if (source === undefined) return
  const properties = object(row['properties'])
  const at = first(properties, NAMES.time) ?? row['time']
  const tenant = tenantOf(
    row['tenantId'],
    tenantOfPath(row['resourceId']),
    first(properties, NAMES.tenant),
  )
  readRequest(properties, { source, at, tenant, ip: row['callerIpAddress'] }, context, sink)
}

export const graphActivityRaw: Adapter = {
  shape: 'graph-activity-raw',
  accepts: (row) => rawSource(row) === 'graph-activity' && Object.hasOwn(row, 'properties'),
  read: readRaw,
}

export const aadGraphActivity: readonly Adapter[] = inBothSpellings(
  {
    shape: 'aad-graph-activity',
    accepts: (row) =>
      (rawSource(row) === 'aad-graph-activity' && Object.hasOwn(row, 'properties')) ||
      (isTable(row) && isAadGraph(row)),
    read: (row, context, sink) => {
      if (Object.hasOwn(row, 'properties')) readRaw(row, context, sink)
      else readTable(row, 'aad-graph-activity', context, sink)
    },
  },
  ['TimeGenerated [UTC]', 'TimeGenerated'],
)

const isTable = (row: Json): boolean =>
  Object.hasOwn(row, 'RequestUri') &&
  hasAny(row, ['RequestMethod', 'HttpMethod']) &&
  hasAny(row, NAMES.time)

function isAadGraph(row: Json): boolean {
  const table = lower(plain(first(row, ['Type', 'Category', '$table'])))
  return table.startsWith('aadgraphactivity') || table.startsWith('azureadgraphactivity')
    ? true
    : hasAny(row, ['HttpMethod', 'ActorType', 'DirectAccessSource'])
}

function readTable(row: Json, source: AccessSource, context: FileContext, sink: RowSink): void {
  const at = first(row, NAMES.time)
  // `TenantId` of a table is the workspace.
  const tenant = tenantOf(row['AadTenantId'], row['AADTenantId'])
  readRequest(row, { source, at, tenant, ip: '' }, context, sink)
}

export const graphActivityTable: readonly Adapter[] = inBothSpellings(
  {
    shape: 'graph-activity-table',
    accepts: (row) =>
      isTable(row) && !isAadGraph(row) && hasAny(row, ['SignInActivityId', 'AadTenantId', 'AppId']),
    read: (row, context, sink) => readTable(row, 'graph-activity', context, sink),
  },
  ['TimeGenerated [UTC]', 'TimeGenerated'],
)

/** Defender's copy of the same requests: no session, no size in older exports. */
export const graphApiAuditEvents: readonly Adapter[] = inBothSpellings(
  {
    shape: 'graph-api-audit-events',
    accepts: (row) => isTable(row) && hasAll(row, ['ApplicationId', 'RequestId']),
    read: (row, context, sink) => readTable(row, 'graph-activity', context, sink),
  },
  ['Timestamp [UTC]', 'Timestamp'],
)

interface Outside {
  readonly source: AccessSource
  readonly at: unknown
  readonly tenant: string
  readonly ip: unknown
}

function readRequest(row: Json, outside: Outside, context: FileContext, sink: RowSink): void {
  const atMs = instantOrReject(outside.at, 'TimeGenerated', context, sink)
  if (atMs !== undefined) sink.access(requestOf(row, outside, atMs))
}

function requestOf(row: Json, outside: Outside, atMs: number): Access {
  const uri = logged(first(row, NAMES.uri))
  const method = plain(first(row, NAMES.method)).toUpperCase().slice(0, 20)
  const target = graphTarget(uri)
  const token = readTokenId(first(row, NAMES.token))
  const status = whole(first(row, NAMES.status))
  const outcome = status === 0 ? '' : status < 400 ? 'succeeded' : 'failed'
  const who = callerOf(row)
  const issuer = logged(first(row, NAMES.provider))
  const mailbox = mailboxOf(target, who.principalId)
  return {
    ...UNKNOWN_ACCESS,
    ...who,
    ...mailbox,
    recordId: idOf(first(row, NAMES.requestId)),
    atMs,
    source: outside.source,
    operation: `${method} ${target.template}`.trim(),
    service: outside.source === 'graph-activity' ? 'MicrosoftGraph' : 'AzureADGraph',
    outcome,
    tokenId: token.tokenId,
    tokenIdState: token.state,
    sessionId: idOf(first(row, NAMES.session)),
    issuedAtMs: issuedAtOf(row, atMs),
    tenant: outside.tenant,
    externalTenant: externalTenantOf(issuer, outside.tenant),
    appId: named(first(row, NAMES.appId)),
    ip: address(first(row, NAMES.ip)) || address(outside.ip),
    deviceId: named(first(row, NAMES.deviceId)),
    client: logged(first(row, NAMES.userAgent)),
    issuer,
    // A refused request read no message.
    items: outcome === 'failed' ? [] : itemsOf(target),
    objectPath: uri.slice(0, MAX_PATH),
    bytes: whole(first(row, NAMES.bytes)),
    detail: detailOf(row, status),
  }
}

function callerOf(row: Json): Pick<Access, 'principalId' | 'actorKind'> {
  const userId = named(first(row, NAMES.userId))
  const appPrincipal = named(first(row, NAMES.appPrincipal))
  const kind = named(first(row, NAMES.kind))
  const isApp =
    /^(?:app|serviceprincipal)/.test(kind) ||
    (userId === '' && (appPrincipal !== '' || hasRolesAlone(row)))
  if (isApp) return { principalId: appPrincipal || userId, actorKind: 'app' }
  return { principalId: userId, actorKind: userId === '' ? '' : 'user' }
}

/** Application roles without a scope: scopes are what a user lets an application do. */
const hasRolesAlone = (row: Json): boolean =>
  named(first(row, NAMES.roles)) !== '' && named(first(row, NAMES.scopes)) === ''

/** The owner of the mailbox: a UPN is a name, an object id only the owner's id. */
function mailboxOf(target: GraphTarget, caller: string): Pick<Access, 'mailbox' | 'mailboxId'> {
  if (!/\/(?:messages|mailfolders|sendmail|inferenceclassification)\b/i.test(target.template)) {
    return { mailbox: '', mailboxId: '' }
  }
  const owner = target.owner === 'me' ? caller : target.owner
  return owner.includes('@') ? { mailbox: owner, mailboxId: '' } : { mailbox: '', mailboxId: owner }
}

function itemsOf(target: GraphTarget): readonly Item[] {
  const { messageId, folder } = target
  if (messageId === '') return []
  return [{ messageId: '', itemId: messageId, folder, bytes: 0, subject: '' }]
}

/**
 * When the token was issued; 0 if the record does not say. `5/7/2026 1:50:39 PM` is read in the
 * order in which it comes before the request by no more than a token lives.
 */
function issuedAtOf(row: Json, atMs: number): number {
  const spelled = first(row, NAMES.issuedAt)
  const exact = utcMs(spelled) ?? epochMs(first(row, NAMES.issuedEpoch), 's')
  if (exact !== undefined) return exact
  const readings = [readSlashDate(spelled, 'month-first'), readSlashDate(spelled, 'day-first')]
  const possible = new Set(readings.filter((ms) => ms !== undefined && isBefore(ms, atMs)))
  const [only] = possible
  return possible.size === 1 && only !== undefined ? only : 0
}

const isBefore = (issuedMs: number, atMs: number): boolean =>
  issuedMs <= atMs + CLOCK_SKEW_MS && issuedMs >= atMs - LONGEST_TOKEN_MS

/** The home tenant of a caller whom another tenant authenticated. */
function externalTenantOf(issuer: string, tenant: string): string {
  const spelled = lower(issuer)
  if (spelled === 'live.com' || spelled.includes('login.live.com')) return PERSONAL_TENANT
  const home = /^https:\/\/(?:sts\.windows\.net|login\.microsoftonline\.com)\/([\da-f-]{36})/.exec(
    spelled,
  )?.[1]
  return home === undefined || home === tenant ? '' : home
}

function detailOf(row: Json, status: number): string {
  const detail = new Detail()
  detail.set('status', status === 0 ? '' : status)
  for (const name of IN_DETAIL) detail.set(name, logged(first(row, NAMES[name])))
  return detail.text()
}

const IN_DETAIL = [
  'scopes',
  'roles',
  'wids',
  'clientAuthMethod',
  'operationId',
  'apiVersion',
  'workload',
] as const
