/**
 * Export shapes of the sign-in logs: one row of each.
 *
 * Source: entra-docs sign-in schema; Graph `signIn` resource; headers of the portal's download (2025).
 *
 * @module
 */
import { isoMs, isoTicks, slashMs } from '../world/calendar.ts'
import { csvRow } from '../world/csv_text.ts'
import type { SignIn, SignInCategory } from '../world/events.ts'
import { asciiSpelling } from '../world/ids.ts'
import { FIELDS_FROM_MS } from '../world/truth.ts'
import type { Organisation } from '../world/world.ts'

/** How the logs name a category: its table or stream, and Graph's event type. */
export const CATEGORIES: Record<SignInCategory, { readonly log: string; readonly event: string }> =
  {
    interactive: { log: 'SignInLogs', event: 'interactiveUser' },
    'non-interactive': { log: 'NonInteractiveUserSignInLogs', event: 'nonInteractiveUser' },
    'service-principal': { log: 'ServicePrincipalSignInLogs', event: 'servicePrincipal' },
    'managed-identity': { log: 'ManagedIdentitySignInLogs', event: 'managedIdentity' },
  }

/** What the exports of one sign-in have in common, in this tenant at that time. */
interface SignInRow {
  readonly of: Organisation
  readonly signIn: SignIn
  readonly isApp: boolean
  /** As this tenant's export spells it; `''` before its schema had the field. */
  readonly uti: string
  readonly session: string
}

/** The row of a sign-in, with the ids that this tenant's export has. */
export function rowOf(of: Organisation, signIn: SignIn): SignInRow {
  const { token } = signIn
  const isDrifted = of.habits.includes('field-drift') && token.atMs < FIELDS_FROM_MS
  const spelled = of.habits.includes('ascii-token-id') ? asciiSpelling(token.id) : token.id.uti
  return {
    of,
    signIn,
    isApp: signIn.category === 'service-principal' || signIn.category === 'managed-identity',
    uti: isDrifted ? '' : spelled,
    session: isDrifted ? '' : token.session,
  }
}

/** Members that Graph and the diagnostic settings spell alike, without braces. */
export function members({ of, signIn, isApp, uti, session }: SignInRow): string {
  const { token } = signIn
  const who = isApp
    ? `"servicePrincipalId":"${token.holder}","servicePrincipalName":"${signIn.name}","userPrincipalName":"","userId":""`
    : `"userDisplayName":"${signIn.displayName}","userPrincipalName":"${signIn.name}","userId":"${token.holder}"`
  return (
    `"id":"${token.id.guid}","createdDateTime":"${isoTicks(token.atMs)}",${who},` +
    `"appId":"${token.app.id}","appDisplayName":"${token.app.name}","ipAddress":"${token.ip}",` +
    `"status":{"errorCode":${signIn.errorCode}},"clientAppUsed":"${clientApp(signIn)}",` +
    `"userAgent":${JSON.stringify(signIn.agent)},"deviceDetail":{"deviceId":"${signIn.deviceId}"},` +
    `"isInteractive":${signIn.category === 'interactive'},"tokenIssuerType":"${signIn.issuer}",` +
    (signIn.continuous ? CONTINUOUS : '') +
    `"resourceDisplayName":"${token.resource.name}","resourceId":"${token.resource.id}",` +
    `"resourceTenantId":"${of.tenant}","homeTenantId":"${signIn.homeTenant}",` +
    `"authenticationProtocol":"${signIn.protocol}","incomingTokenType":"${incoming(signIn)}",` +
    `"crossTenantAccessType":"${signIn.crossTenant}","autonomousSystemNumber":${signIn.network}` +
    (uti === '' ? '' : `,"uniqueTokenIdentifier":"${uti}"`) +
    (session === '' ? '' : `,"sessionId":"${session}"`)
  )
}

const CONTINUOUS = '"authenticationProcessingDetails":[{"key":"Is CAE Token","value":"True"}],'

function clientApp({ category }: SignIn): string {
  return category === 'interactive' ? 'Browser' : 'Mobile Apps and Desktop clients'
}

function incoming({ category }: SignIn): string {
  if (category === 'non-interactive') return 'refreshToken'
  return category === 'interactive' ? 'none' : ''
}

/** Diagnostic settings: one object, with the outer and the inner record. */
export function diagnostic(row: SignInRow): string {
  const { of, signIn } = row
  const { atMs, ip } = signIn.token
  return (
    `{"time":"${isoTicks(atMs)}","resourceId":"/tenants/${of.tenant}/providers/Microsoft.aadiam",` +
    `"operationName":"Sign-in activity",` +
    `"category":"${CATEGORIES[signIn.category].log}","tenantId":"${of.tenant}",` +
    `"resultType":"${signIn.errorCode}","callerIpAddress":"${ip}",` +
    `"properties":{${members(row)}}}`
  )
}

/** Columns of the Log Analytics tables. */
export const TABLE_COLUMNS: readonly string[] = [
  'TenantId',
  'TimeGenerated [UTC]',
  'CreatedDateTime [UTC]',
  'Category',
  'AADTenantId',
  'Id',
  'ResultType',
  'UserPrincipalName',
  'UserDisplayName',
  'UserId',
  'ServicePrincipalId',
  'ServicePrincipalName',
  'AppId',
  'AppDisplayName',
  'IPAddress',
  'AutonomousSystemNumber',
  'ResourceIdentity',
  'ResourceDisplayName',
  'ResourceTenantId',
  'HomeTenantId',
  'IsInteractive',
  'ClientAppUsed',
  'UserAgent',
  'DeviceDetail',
  'Status',
  'TokenIssuerType',
  'AuthenticationProtocol',
  'AuthenticationProcessingDetails',
  'IncomingTokenType',
  'CrossTenantAccessType',
  'UniqueTokenIdentifier',
  'SessionId',
  'Type',
]

/** One row of the Log Analytics tables, as CSV. */
export function tableRow({ of, signIn, isApp, uti, session }: SignInRow): string {
  const { token } = signIn
  const log = CATEGORIES[signIn.category].log
  return csvRow([
    '6d1f0a52-1a64-4d07-9f6b-0a4f5b1c9e77',
    // When the row came in, not when somebody signed in.
    slashMs(token.atMs + 420_000),
    slashMs(token.atMs),
    log,
    of.tenant,
    token.id.guid,
    String(signIn.errorCode),
    isApp ? '' : signIn.name,
    isApp ? '' : signIn.displayName,
    isApp ? '' : token.holder,
    isApp ? token.holder : '',
    isApp ? signIn.name : '',
    token.app.id,
    token.app.name,
    token.ip,
    String(signIn.network),
    token.resource.id,
    token.resource.name,
    of.tenant,
    signIn.homeTenant,
    String(signIn.category === 'interactive'),
    clientApp(signIn),
    signIn.agent,
    JSON.stringify({ deviceId: signIn.deviceId }),
    JSON.stringify({ errorCode: signIn.errorCode }),
    signIn.issuer,
    signIn.protocol,
    signIn.continuous ? `[${CONTINUOUS.slice(CONTINUOUS.indexOf('{'), -2)}]` : '',
    incoming(signIn),
    signIn.crossTenant,
    uti,
    session,
    signIn.category === 'interactive' ? 'SigninLogs' : `AAD${log}`,
  ])
}

/** Columns of the portal's download of user sign-ins. */
export const PORTAL_COLUMNS: readonly string[] = [
  'Date (UTC)',
  'Request ID',
  'User agent',
  'User ID',
  'User',
  'Username',
  'Cross tenant access type',
  'Incoming token type',
  'Authentication Protocol',
  'Unique token identifier',
  'Application',
  'Application ID ',
  'Resource',
  'Resource ID ',
  'Resource tenant ID',
  'Home tenant ID',
  'IP address',
  'Status',
  'Sign-in error code',
  'Client app',
  'Device ID',
  'Token issuer type',
  'Autonomous system  number',
  'Session ID',
]

/** Cells under {@link PORTAL_COLUMNS}. */
export function portalCells({ of, signIn, uti, session }: SignInRow): string[] {
  const { token } = signIn
  return [
    `${isoMs(token.atMs).slice(0, 19)}Z`,
    token.id.guid,
    signIn.agent,
    token.holder,
    signIn.displayName,
    signIn.name,
    signIn.crossTenant,
    incoming(signIn),
    signIn.protocol,
    uti,
    token.app.name,
    token.app.id,
    token.resource.name,
    token.resource.id,
    of.tenant,
    signIn.homeTenant,
    token.ip,
    signIn.errorCode === 0 ? 'Success' : 'Failure',
    String(signIn.errorCode),
    clientApp(signIn),
    signIn.deviceId,
    signIn.issuer,
    String(signIn.network),
    session,
  ]
}

/** Columns of the portal's download of application sign-ins. */
export const PORTAL_APP_COLUMNS: readonly string[] = [
  'Date (UTC)',
  'Request ID',
  'Service principal ID',
  'Service principal name',
  'Application',
  'Application ID ',
  'Resource',
  'Resource ID ',
  'Resource tenant ID',
  'IP address',
  'Status',
  'Sign-in error code',
  'Unique token identifier',
]

/** Cells under {@link PORTAL_APP_COLUMNS}. */
export function portalAppCells({ of, signIn, uti }: SignInRow): string[] {
  const { token } = signIn
  return [
    `${isoMs(token.atMs).slice(0, 19)}Z`,
    token.id.guid,
    token.holder,
    signIn.name,
    token.app.name,
    token.app.id,
    token.resource.name,
    token.resource.id,
    of.tenant,
    token.ip,
    signIn.errorCode === 0 ? 'Success' : 'Failure',
    String(signIn.errorCode),
    uti,
  ]
}
