/**
 * The rows of a world as exports write them. Nothing is shared with the readers of
 * `@mintmark/logs`: a mistake in a layout must not hide in both. Source: entra-docs sign-in schema;
 * Office 365 Management Activity API schema; Purview's CSV export.
 */
import { type Tenant, tenantOf } from './clients.ts'
import type { Access, SignIn } from './expand.ts'
import { spelledOf } from './made_ids.ts'

const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
const LOGS: Readonly<Record<string, string>> = {
  interactive: 'SignInLogs',
  'non-interactive': 'NonInteractiveUserSignInLogs',
  'service-principal': 'ServicePrincipalSignInLogs',
}

const seconds = (ms: number) => new Date(ms).toISOString().slice(0, 19)

/** One line of a storage account: a sign-in to us, in this tenant's own export. */
export function diagnosticLine(
  signIn: SignIn,
  exporter: Tenant,
  behindMs = 0,
  hasIds = true,
): string {
  const { person, client, log } = signIn
  const here = tenantOf('ours')
  const at = `${seconds(signIn.atMs - behindMs)}.0000000Z`
  const isApp = log === 'service-principal'
  const who = isApp
    ? { servicePrincipalId: person.id, servicePrincipalName: client.name, userId: '' }
    : { userId: person.id, userPrincipalName: person.name, userDisplayName: person.word }
  return JSON.stringify({
    time: at,
    resourceId: `/tenants/${exporter.id}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    category: LOGS[log],
    tenantId: exporter.id,
    resultType: '0',
    callerIpAddress: signIn.ip,
    properties: {
      ...(hasIds && { id: signIn.id }),
      createdDateTime: at,
      ...who,
      appId: client.appId,
      appDisplayName: client.name,
      ipAddress: signIn.ip,
      status: { errorCode: 0 },
      clientAppUsed: log === 'interactive' ? 'Browser' : 'Mobile Apps and Desktop clients',
      userAgent: client.agent,
      isInteractive: log === 'interactive',
      tokenIssuerType: 'AzureAD',
      resourceDisplayName: 'Office 365 Exchange Online',
      resourceId: EXCHANGE,
      resourceTenantId: here.id,
      homeTenantId: person.home.id,
      incomingTokenType: log === 'interactive' ? 'none' : 'refreshToken',
      crossTenantAccessType: person.home.id === here.id ? 'none' : 'b2bCollaboration',
      ...(hasIds && { uniqueTokenIdentifier: spelledOf(signIn.id) }),
      ...(signIn.session !== '' && { sessionId: signIn.session }),
    },
  })
}

/** What the admin centre downloads of applications: a row for each hour, address and application, without token ids. */
export function groupedCsv(signIns: readonly SignIn[]): string {
  const groups = new Map(
    signIns.map((signIn) => [
      `${seconds(signIn.atMs).slice(0, 13)} ${signIn.client.appId}`,
      signIn,
    ]),
  )
  const rows = [...groups.values()].map(({ id, atMs, person, client, ip }) => [
    `${seconds(atMs).slice(0, 13)}:00:00Z`,
    id,
    person.id,
    client.name,
    client.name,
    client.appId,
    'Office 365 Exchange Online',
    EXCHANGE,
    tenantOf('ours').id,
    ip,
    'Success',
    '0',
  ])
  return csv([
    [
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
    ],
    ...rows,
  ])
}

/** The audit record of an access. */
export function accessRecord(access: Access, spell: (token: string) => string): object {
  const { person, mailbox, client, isApp } = access
  const context = access.token !== undefined && {
    AppAccessContext: {
      ...(access.session !== '' && { AADSessionId: access.session }),
      APIId: EXCHANGE,
      ClientAppId: client.appId,
      ...(access.issuedAtMs > 0 && { IssuedAtTime: seconds(access.issuedAtMs) }),
      UniqueTokenId: spell(access.token),
    },
    AuthType: 'Bearer',
    TokenObjectId: person.id,
    TokenTenantId: tenantOf(access.tokenTenant).id,
  }
  return {
    CreationTime: seconds(access.atMs),
    Id: access.id,
    Operation: 'MailItemsAccessed',
    OrganizationId: tenantOf('ours').id,
    RecordType: 50,
    ResultStatus: 'Succeeded',
    UserKey: person.id,
    UserType: isApp ? 5 : 0,
    Version: 1,
    Workload: 'Exchange',
    ClientIPAddress: access.ip,
    UserId: isApp ? person.id : person.nameHere,
    ...context,
    AppId: client.appId,
    ClientAppId: client.appId,
    ClientInfoString: client.info,
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: 0,
    MailboxGuid: mailbox.id,
    MailboxOwnerUPN: mailbox.nameHere,
    ...(access.token === undefined && access.session !== '' && { SessionId: access.session }),
    OperationProperties: [
      { Name: 'MailAccessType', Value: 'Bind' },
      { Name: 'IsThrottled', Value: 'False' },
    ],
    Folders: [
      {
        FolderItems: access.messages.map((id) => ({ InternetMessageId: id, SizeInBytes: 20_000 })),
        Id: `LgAAAAD${mailbox.id.slice(0, 8)}`,
        Path: '\\Inbox',
      },
    ],
    OperationCount: access.messages.length,
  }
}

/** A sign-in as the audit log has it, beside the sign-in log. */
export function logonRecord({ id, atMs, person, client, ip, session }: SignIn): object {
  return {
    CreationTime: seconds(atMs),
    Id: id,
    IntraSystemId: id,
    Operation: 'UserLoggedIn',
    OrganizationId: tenantOf('ours').id,
    RecordType: 15,
    ResultStatus: 'Success',
    UserKey: person.id,
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: ip,
    UserId: person.name,
    ActorContextId: person.home.id,
    ActorIpAddress: ip,
    ApplicationId: client.appId,
    ObjectId: EXCHANGE,
    ErrorNumber: '0',
    ExtendedProperties: [
      { Name: 'ResultStatusDetail', Value: 'Success' },
      { Name: 'RequestType', Value: 'OAuth2:Authorize' },
    ],
    DeviceProperties: [
      { Name: 'BrowserType', Value: 'Chrome' },
      ...(session === '' ? [] : [{ Name: 'SessionId', Value: session }]),
    ],
  }
}

/** Purview's CSV; a spreadsheet that saved it cut its cells. */
export function purviewCsv(records: readonly object[], longestCell: number): string {
  const rows = records.map((record) => {
    const text = (name: string) => String(Object.entries(record).find(([key]) => key === name)?.[1])
    return [
      text('Id'),
      `${text('CreationTime')}.0000000Z`,
      text('RecordType'),
      text('Operation'),
      text('UserId'),
      JSON.stringify(record).slice(0, longestCell),
      '',
      '',
    ]
  })
  return csv([
    [
      'RecordId',
      'CreationDate',
      'RecordType',
      'Operation',
      'UserId',
      'AuditData',
      'AssociatedAdminUnits',
      'AssociatedAdminUnitsNames',
    ],
    ...rows,
  ])
}

function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${csvLine(cells)}\r\n`).join('')
}

function csvLine(cells: readonly string[]): string {
  return cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')
}
