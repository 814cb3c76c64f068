import { DAY, isoMs, isoTicks, monthOf, slashMs } from '../world/calendar.ts'
import type { SignIn, SignInCategory, Token } from '../world/events.ts'
import { asciiSpelling } from '../world/ids.ts'
import {
  type Columns,
  cellsOf,
  csvRow,
  type FramedFiles,
  titlesOf,
  UNFRAMED,
} from '../world/text_file.ts'
import { FIELDS_FROM_MS } from '../world/truth.ts'
import type { Organisation } from '../world/world.ts'

const CATEGORIES: Record<SignInCategory, { readonly log: string; readonly event: string }> = {
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

function rowOf(of: Organisation, signIn: SignIn): SignInRow {
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

function members({ of, signIn, token, isApp, uti, session }: SignInRow): string {
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

function diagnostic(row: SignInRow): string {
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

const TABLE_COLUMNS: Columns<SignInRow> = [
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

const PORTAL_COLUMNS: Columns<SignInRow> = [
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

const PORTAL_APP_COLUMNS: Columns<SignInRow> = [
  ...pick('Date (UTC)', 'Request ID'),
  ['Service principal ID', ({ token }) => token.holder],
  ['Service principal name', ({ signIn }) => signIn.name],
  ...pick('Application', 'Application ID ', 'Resource', 'Resource ID ', 'Resource tenant ID'),
  ...pick('IP address', 'Status', 'Sign-in error code'),
  ...pick('Unique token identifier'),
]

export function writeSignIns(
  files: FramedFiles,
  of: Organisation,
  signIns: readonly SignIn[],
): number {
  if (of.signIns === 'portal') return writePortal(files, of, signIns)
  if (of.signIns === 'records') return writeBatches(files, of, signIns)
  const isMissing = of.habits.includes('no-non-interactive')
  const logged = signIns.filter(({ category }) => !isMissing || category !== 'non-interactive')
  for (const signIn of logged) writeOne(files, of, signIn)
  return logged.length
}

const withHead = (titles: readonly string[]) => ({ ...UNFRAMED, opening: csvRow(titles) })

const TABLE = withHead(titlesOf(TABLE_COLUMNS))
const PORTAL = withHead(titlesOf(PORTAL_COLUMNS))
const GRAPH = {
  opening:
    '{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":[\n',
  between: ',\n',
  closing: '\n]}\n',
}

function writeOne(files: FramedFiles, of: Organisation, signIn: SignIn): void {
  const row = rowOf(of, signIn)
  const month = monthOf(signIn.token.atMs)
  if (of.signIns === 'log-analytics')
    files.append(`SigninLogs-${month}.csv`, TABLE, csvRow(cellsOf(TABLE_COLUMNS, row)))
  else if (of.signIns === 'graph') {
    const event = `"signInEventTypes":["${CATEGORIES[signIn.category].event}"]`
    files.append(`signIns-${month}.json`, GRAPH, `{${members(row)},${event}}`)
  } else files.append(`insights-logs-signin-${month}.json`, UNFRAMED, `${diagnostic(row)}\n`)
}

function writeBatches(files: FramedFiles, of: Organisation, signIns: readonly SignIn[]): number {
  for (let at = 0; at < signIns.length; at += 20) {
    const rows = signIns.slice(at, at + 20).map((signIn) => diagnostic(rowOf(of, signIn)))
    const name = `eventhub-signin-${monthOf(signIns[at]?.token.atMs ?? 0)}.json`
    files.append(name, UNFRAMED, `{"records":[${rows.join(',')}]}\n`)
  }
  return signIns.length
}

/** The portal groups what was not interactive: one row for a day's sign-ins of one kind. */
function writePortal(files: FramedFiles, of: Organisation, signIns: readonly SignIn[]): number {
  const groups = new Map<string, { last: SignIn; count: number }>()
  let rows = 0
  for (const signIn of signIns) {
    const { token, category } = signIn
    if (category === 'interactive') {
      const name = `InteractiveSignIns_${monthOf(token.atMs)}.csv`
      files.append(name, PORTAL, csvRow(cellsOf(PORTAL_COLUMNS, rowOf(of, signIn))))
      rows++
      continue
    }
    const day = Math.floor(token.atMs / DAY)
    const key = [category, day, token.app.id, token.resource.id, token.holder, token.ip].join()
    groups.set(key, { last: signIn, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  for (const { last, count } of groups.values()) writeGroup(files, of, last, count)
  return rows + groups.size
}

function writeGroup(files: FramedFiles, of: Organisation, signIn: SignIn, count: number): void {
  const { category } = signIn
  const isUser = category === 'non-interactive'
  const isManaged = category === 'managed-identity'
  const kind = isUser ? 'NonInteractive' : isManaged ? 'MSI' : 'Application'
  const columns = isUser ? PORTAL_COLUMNS : PORTAL_APP_COLUMNS
  const titles = [...titlesOf(columns), ...(isManaged ? ['Managed Identity type'] : [])]
  const cells = [...cellsOf(columns, rowOf(of, signIn)), ...(isManaged ? ['System assigned'] : [])]
  if (count > 1) {
    cells[titles.indexOf('Request ID')] = ''
    cells[titles.indexOf('Unique token identifier')] = ''
  }
  files.append(
    `${kind}SignIns_${monthOf(signIn.token.atMs)}.csv`,
    withHead([...titles, 'Aggregated sign-in count']),
    csvRow([...cells, String(count)]),
  )
}
