/**
 * Export shapes of the sign-in logs.
 *
 * Source: entra-docs sign-in schema; Graph `signIn` resource; headers of the portal's download (2025).
 *
 * @module
 */
import { join } from 'node:path'
import { DAY, isoMs, isoTicks, monthOf, slashMs } from './calendar.ts'
import { csvRow } from './csv_text.ts'
import type { SignIn, SignInCategory } from './events.ts'
import { asciiSpelling } from './ids.ts'
import { TextFile } from './text_file.ts'
import { FIELDS_FROM_MS } from './truth.ts'
import type { Organisation } from './world.ts'

const CATEGORIES: Record<SignInCategory, { readonly log: string; readonly event: string }> = {
  interactive: { log: 'SignInLogs', event: 'interactiveUser' },
  'non-interactive': { log: 'NonInteractiveUserSignInLogs', event: 'nonInteractiveUser' },
  'service-principal': { log: 'ServicePrincipalSignInLogs', event: 'servicePrincipal' },
  'managed-identity': { log: 'ManagedIdentitySignInLogs', event: 'managedIdentity' },
}

/** What the exports of one sign-in have in common, in this tenant at that time. */
interface Row {
  readonly of: Organisation
  readonly signIn: SignIn
  readonly isApp: boolean
  /** As this tenant's export spells it; `''` before its schema had the field. */
  readonly uti: string
  readonly session: string
}

function rowOf(of: Organisation, signIn: SignIn): Row {
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
function members({ of, signIn, isApp, uti, session }: Row): string {
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

const CONTINUOUS =
  '"authenticationProcessingDetails":[{"key":"Is CAE Token","value":"True"}],'

function clientApp({ category }: SignIn): string {
  return category === 'interactive' ? 'Browser' : 'Mobile Apps and Desktop clients'
}

function incoming({ category }: SignIn): string {
  if (category === 'non-interactive') return 'refreshToken'
  return category === 'interactive' ? 'none' : ''
}

function diagnostic(row: Row): string {
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

const TABLE_COLUMNS = [
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

function tableRow({ of, signIn, isApp, uti, session }: Row): string {
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

const PORTAL_COLUMNS = [
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

function portalCells({ of, signIn, uti, session }: Row): string[] {
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

const PORTAL_APP_COLUMNS = [
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

function portalAppCells({ of, signIn, uti }: Row): string[] {
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

/** One file's frame. */
interface Frame {
  readonly name: string
  readonly opening: string
  readonly between: string
  readonly closing: string
}

/** The sign-in logs of one tenant, as files. */
export class SignInFiles {
  readonly #of: Organisation
  readonly #folder: string
  readonly #open = new Map<string, { readonly file: TextFile; readonly frame: Frame; rows: number }>()
  rows = 0

  constructor(of: Organisation, folder: string) {
    this.#of = of
    this.#folder = folder
  }

  /** Writes a stretch of sign-ins, ordered by time. */
  write(signIns: readonly SignIn[]): void {
    if (this.#of.signIns === 'portal') this.#writePortal(signIns)
    else if (this.#of.signIns === 'records') this.#writeBatches(signIns)
    else for (const signIn of signIns) this.#writeOne(signIn)
  }

  #writeOne(signIn: SignIn): void {
    if (this.#isMissing(signIn)) return
    const row = rowOf(this.#of, signIn)
    const month = monthOf(signIn.token.atMs)
    if (this.#of.signIns === 'log-analytics') {
      const frame = { opening: csvRow(TABLE_COLUMNS), between: '', closing: '' }
      this.#append({ ...frame, name: `SigninLogs-${month}.csv` }, tableRow(row))
    } else if (this.#of.signIns === 'graph') {
      const opening =
        '{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":[\n'
      const event = `"signInEventTypes":["${CATEGORIES[signIn.category].event}"]`
      this.#append(
        { opening, between: ',\n', closing: '\n]}\n', name: `signIns-${month}.json` },
        `{${members(row)},${event}}`,
      )
    } else {
      const name = `insights-logs-signin-${month}.json`
      this.#append({ opening: '', between: '', closing: '', name }, `${diagnostic(row)}\n`)
    }
  }

  /** An event hub carries several rows in one message. */
  #writeBatches(signIns: readonly SignIn[]): void {
    for (let at = 0; at < signIns.length; at += 20) {
      const batch = signIns.slice(at, at + 20)
      const first = batch[0]
      if (first === undefined) return
      const rows = batch.map((signIn) => diagnostic(rowOf(this.#of, signIn)))
      const name = `eventhub-signin-${monthOf(first.token.atMs)}.json`
      const frame = { opening: '', between: '', closing: '', name }
      this.#append(frame, `{"records":[${rows.join(',')}]}\n`)
      this.rows += rows.length - 1
    }
  }

  /** The portal groups what was not interactive: one row for a day's sign-ins of one kind. */
  #writePortal(signIns: readonly SignIn[]): void {
    const groups = new Map<string, { last: SignIn; count: number }>()
    for (const signIn of signIns) {
      const { token, category } = signIn
      if (category === 'interactive') {
        const frame = { opening: csvRow(PORTAL_COLUMNS), between: '', closing: '' }
        const name = `InteractiveSignIns_${monthOf(token.atMs)}.csv`
        this.#append({ ...frame, name }, csvRow(portalCells(rowOf(this.#of, signIn))))
        continue
      }
      const day = Math.floor(token.atMs / DAY)
      const key = [category, day, token.app.id, token.resource.id, token.holder, token.ip].join()
      const group = groups.get(key)
      groups.set(key, { last: signIn, count: (group?.count ?? 0) + 1 })
    }
    for (const { last, count } of groups.values()) this.#writeGroup(last, count)
  }

  #writeGroup(signIn: SignIn, count: number): void {
    const row = rowOf(this.#of, signIn)
    const month = monthOf(signIn.token.atMs)
    const isUser = signIn.category === 'non-interactive'
    const kind = isUser ? 'NonInteractive' : signIn.category === 'managed-identity' ? 'MSI' : 'Application'
    const managed = signIn.category === 'managed-identity' ? ['Managed Identity type'] : []
    const columns = [...(isUser ? PORTAL_COLUMNS : PORTAL_APP_COLUMNS), ...managed]
    const cells = [...(isUser ? portalCells(row) : portalAppCells(row)), ...managed.map(() => 'System assigned')]
    // The ids of a group are gone.
    if (count > 1) {
      cells[columns.indexOf('Request ID')] = ''
      cells[columns.indexOf('Unique token identifier')] = ''
    }
    this.#append(
      {
        opening: csvRow([...columns, 'Aggregated sign-in count']),
        between: '',
        closing: '',
        name: `${kind}SignIns_${month}.csv`,
      },
      csvRow([...cells, String(count)]),
    )
  }

  #isMissing({ category }: SignIn): boolean {
    return category === 'non-interactive' && this.#of.habits.includes('no-non-interactive')
  }

  #append(frame: Frame, text: string): void {
    let open = this.#open.get(frame.name)
    if (open === undefined) {
      open = { file: new TextFile(join(this.#folder, frame.name)), frame, rows: 0 }
      this.#open.set(frame.name, open)
      open.file.write(frame.opening)
    }
    if (open.rows > 0) open.file.write(frame.between)
    open.file.write(text)
    open.rows++
    this.rows++
  }

  close(): void {
    for (const { file, frame } of this.#open.values()) {
      file.write(frame.closing)
      file.close()
    }
  }

  abandon(): void {
    for (const { file } of this.#open.values()) file.abandon()
  }
}
