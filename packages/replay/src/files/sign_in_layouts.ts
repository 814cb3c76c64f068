/** Export shapes of the sign-in logs. Source: entra-docs sign-in schema; Graph `signIn`; the portal's download (2025). */
import { isoMs, isoTicks, slashMs } from '../world/calendar.ts'
import type { SignIn, SignInCategory, Token } from '../world/events.ts'
import type { Columns } from '../world/framed_files.ts'
import { asciiSpelling } from '../world/ids.ts'
import { FIELDS_FROM_MS } from '../world/truth.ts'
import type { Organisation } from '../world/world.ts'

export const CATEGORIES: Record<SignInCategory, { readonly log: string; readonly event: string }> =
  {
    interactive: { log: 'SignInLogs', event: 'interactiveUser' },
    'non-interactive': { log: 'NonInteractiveUserSignInLogs', event: 'nonInteractiveUser' },
    'service-principal': { log: 'ServicePrincipalSignInLogs', event: 'servicePrincipal' },
    'managed-identity': { log: 'ManagedIdentitySignInLogs', event: 'managedIdentity' },
  }

interface SignInRow {
  readonly of: Organisation
  readonly signIn: SignIn
  readonly token: Token
  readonly isApp: boolean
  /** As this tenant's export spells it; `''` before its schema had the field. */
  readonly uti: string
  readonly session: string
}

export function rowOf(of: Organisation, signIn: SignIn): SignInRow {
  const { token } = signIn
  const isDrifted = of.habits.includes('field-drift') && token.atMs < FIELDS_FROM_MS
  const spelled = of.habits.includes('ascii-token-id') ? asciiSpelling(token.id) : token.id.uti
  return {
    of,
    signIn,
    token,
    isApp: signIn.category === 'service-principal' || signIn.category === 'managed-identity',
    uti: isDrifted ? '' : spelled,
    session: isDrifted ? '' : token.session,
  }
}

export function members({ of, signIn, token, isApp, uti, session }: SignInRow): string {
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

const clientApp = ({ category }: SignIn): string =>
  category === 'interactive' ? 'Browser' : 'Mobile Apps and Desktop clients'

function incoming({ category }: SignIn): string {
  if (category === 'non-interactive') return 'refreshToken'
  return category === 'interactive' ? 'none' : ''
}

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

export const TABLE_COLUMNS: Columns<SignInRow> = [
  ['TenantId', () => '6d1f0a52-1a64-4d07-9f6b-0a4f5b1c9e77'],
  // When the row came in, not when somebody signed in.
  ['TimeGenerated [UTC]', ({ token }) => slashMs(token.atMs + 420_000)],
  ['CreatedDateTime [UTC]', ({ token }) => slashMs(token.atMs)],
  ['Category', ({ signIn }) => CATEGORIES[signIn.category].log],
  ['AADTenantId', ({ of }) => of.tenant],
  ['Id', ({ token }) => token.id.guid],
  ['ResultType', ({ signIn }) => String(signIn.errorCode)],
  ['UserPrincipalName', ({ signIn, isApp }) => (isApp ? '' : signIn.name)],
  ['UserDisplayName', ({ signIn, isApp }) => (isApp ? '' : signIn.displayName)],
  ['UserId', ({ isApp, token }) => (isApp ? '' : token.holder)],
  ['ServicePrincipalId', ({ isApp, token }) => (isApp ? token.holder : '')],
  ['ServicePrincipalName', ({ signIn, isApp }) => (isApp ? signIn.name : '')],
  ['AppId', ({ token }) => token.app.id],
  ['AppDisplayName', ({ token }) => token.app.name],
  ['IPAddress', ({ token }) => token.ip],
  ['AutonomousSystemNumber', ({ signIn }) => String(signIn.network)],
  ['ResourceIdentity', ({ token }) => token.resource.id],
  ['ResourceDisplayName', ({ token }) => token.resource.name],
  ['ResourceTenantId', ({ of }) => of.tenant],
  ['HomeTenantId', ({ signIn }) => signIn.homeTenant],
  ['IsInteractive', ({ signIn }) => String(signIn.category === 'interactive')],
  ['ClientAppUsed', ({ signIn }) => clientApp(signIn)],
  ['UserAgent', ({ signIn }) => signIn.agent],
  ['DeviceDetail', ({ signIn }) => JSON.stringify({ deviceId: signIn.deviceId })],
  ['Status', ({ signIn }) => JSON.stringify({ errorCode: signIn.errorCode })],
  ['TokenIssuerType', ({ signIn }) => signIn.issuer],
  ['AuthenticationProtocol', ({ signIn }) => signIn.protocol],
  [
    'AuthenticationProcessingDetails',
    ({ signIn }) => (signIn.continuous ? `[${CONTINUOUS.slice(CONTINUOUS.indexOf('{'), -2)}]` : ''),
  ],
  ['IncomingTokenType', ({ signIn }) => incoming(signIn)],
  ['CrossTenantAccessType', ({ signIn }) => signIn.crossTenant],
  ['UniqueTokenIdentifier', ({ uti }) => uti],
  ['SessionId', ({ session }) => session],
  [
    'Type',
    ({ signIn }) =>
      signIn.category === 'interactive' ? 'SigninLogs' : `AAD${CATEGORIES[signIn.category].log}`,
  ],
]

export const PORTAL_COLUMNS: Columns<SignInRow> = [
  ['Date (UTC)', ({ token }) => `${isoMs(token.atMs).slice(0, 19)}Z`],
  ['Request ID', ({ token }) => token.id.guid],
  ['User agent', ({ signIn }) => signIn.agent],
  ['User ID', ({ token }) => token.holder],
  ['User', ({ signIn }) => signIn.displayName],
  ['Username', ({ signIn }) => signIn.name],
  ['Cross tenant access type', ({ signIn }) => signIn.crossTenant],
  ['Incoming token type', ({ signIn }) => incoming(signIn)],
  ['Authentication Protocol', ({ signIn }) => signIn.protocol],
  ['Unique token identifier', ({ uti }) => uti],
  ['Application', ({ token }) => token.app.name],
  ['Application ID ', ({ token }) => token.app.id],
  ['Resource', ({ token }) => token.resource.name],
  ['Resource ID ', ({ token }) => token.resource.id],
  ['Resource tenant ID', ({ of }) => of.tenant],
  ['Home tenant ID', ({ signIn }) => signIn.homeTenant],
  ['IP address', ({ token }) => token.ip],
  ['Status', ({ signIn }) => (signIn.errorCode === 0 ? 'Success' : 'Failure')],
  ['Sign-in error code', ({ signIn }) => String(signIn.errorCode)],
  ['Client app', ({ signIn }) => clientApp(signIn)],
  ['Device ID', ({ signIn }) => signIn.deviceId],
  ['Token issuer type', ({ signIn }) => signIn.issuer],
  ['Autonomous system  number', ({ signIn }) => String(signIn.network)],
  ['Session ID', ({ session }) => session],
]

const pick = (...titles: readonly string[]): Columns<SignInRow> =>
  PORTAL_COLUMNS.filter(([title]) => titles.includes(title))

export const PORTAL_APP_COLUMNS: Columns<SignInRow> = [
  ...pick('Date (UTC)', 'Request ID'),
  ['Service principal ID', ({ token }) => token.holder],
  ['Service principal name', ({ signIn }) => signIn.name],
  ...pick('Application', 'Application ID ', 'Resource', 'Resource ID ', 'Resource tenant ID'),
  ...pick('IP address', 'Status', 'Sign-in error code'),
  ...pick('Unique token identifier'),
]
