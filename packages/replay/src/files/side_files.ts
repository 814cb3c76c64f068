/** Files beside the logs: the directory, folder statistics, and the extractor's own log. */
import { join } from 'node:path'
import type { Json } from '@mintmark/core'
import { SYNCED_MESSAGES } from '../activity/attack.ts'
import { GAP, isoTicks, monthOf, slashSeconds } from '../world/calendar.ts'
import type { GraphCall } from '../world/events.ts'
import { csvRow, type FramedFiles, UNFRAMED } from '../world/framed_files.ts'
import { TextFile } from '../world/text_file.ts'
import { folderId, type Organisation, type World } from '../world/world.ts'

export function writeDirectory(world: World, of: Organisation, folder: string): void {
  const isCsv = of.directory === 'csv'
  const file = new TextFile(join(folder, isCsv ? 'directory.csv' : 'users.json'))
  file.write(
    isCsv
      ? csvRow(['userPrincipalName', 'id', 'displayName', 'organisation', 'group', 'tenantId'])
      : '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[\n',
  )
  for (let index = 0; index < of.headcount; index++) {
    const { upn, oid, displayName, group } = world.person(of, index)
    file.write(
      isCsv
        ? csvRow([upn, oid, displayName, of.name, group, of.tenant])
        : `${index === 0 ? '' : ',\n'}${JSON.stringify({ id: oid, userPrincipalName: upn, displayName, companyName: of.name, department: group })}`,
    )
  }
  if (!isCsv) file.write('\n]}\n')
  file.close()
}

export function writeInventory(world: World, of: Organisation, folder: string): void {
  const file = new TextFile(join(folder, 'folder-statistics.csv'))
  file.write(csvRow(['Identity', 'FolderPath', 'FolderId', 'ItemsInFolder', 'FolderSize']))
  for (const [victim, { also }] of of.thefts.entries()) {
    if (also !== 'sync') continue
    const { upn } = world.person(of, victim)
    const names = ['/Inbox', '/Sent Items', '/Archive', '/Travel']
    for (const [number, name] of names.entries()) {
      const synced = SYNCED_MESSAGES.find((each) => each.folder === number)
      const items = synced?.items ?? 40 + number
      const id = folderId(of, victim, number)
      file.write(csvRow([`${upn}${name.replaceAll('/', '\\')}`, name, id, String(items), '1 MB']))
    }
  }
  file.close()
}

export function writeExtractorLog(folder: string): void {
  const file = new TextFile(join(folder, 'LogFile.txt'))
  const from = new Date(GAP.fromMs).toISOString().slice(0, 19)
  const to = new Date(GAP.toMs).toISOString().slice(0, 19)
  file.write('2023-07-01 08:00:02 - [INFO] Running the unified audit log acquisition\r\n')
  file.write(
    '2023-07-01 08:00:02 - [INFO] Extracting from 2023-04-17T00:00:00Z to 2023-07-01T00:00:00Z\r\n',
  )
  file.write(
    `2023-07-01 09:41:17 - [ERROR] Window ${from}Z -> ${to}Z has 5000+ events and cannot be split further. SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.\r\n`,
  )
  file.write('2023-07-01 10:02:55 - [INFO] Acquisition complete\r\n')
  file.close()
}

/** Source: azure-monitor-docs, `microsoftgraphactivitylogs`; raw records as observed in 2025. */
const tableLine = (of: Organisation, { token, ...call }: GraphCall): Json => ({
  TenantId: '6d1f0a52-1a64-4d07-9f6b-0a4f5b1c9e77',
  TimeGenerated: isoTicks(call.atMs),
  AadTenantId: of.tenant,
  AppId: call.appId,
  ClientAuthMethod: call.servicePrincipalId === '' ? 0 : 1,
  IdentityProvider: call.issuer,
  IPAddress: call.ip,
  OperationId: call.id,
  RequestId: call.id,
  RequestMethod: 'GET',
  RequestUri: call.uri,
  ResponseSizeBytes: call.bytes,
  ResponseStatusCode: 200,
  ServicePrincipalId: call.servicePrincipalId,
  SessionId: token.session,
  SignInActivityId: token.spelled,
  TokenIssuedAt: isoTicks(token.issuedAtMs),
  UserAgent: call.agent,
  UserId: call.userOid,
  Type: 'MicrosoftGraphActivityLogs',
})

const rawLine = (of: Organisation, { token, ...call }: GraphCall): Json => ({
  time: isoTicks(call.atMs),
  resourceId: `/TENANTS/${of.tenant.toUpperCase()}/PROVIDERS/MICROSOFT.AADIAM`,
  operationName: 'Microsoft Graph Activity',
  category: 'MicrosoftGraphActivityLogs',
  callerIpAddress: call.ip,
  tenantId: of.tenant,
  properties: {
    timeGenerated: isoTicks(call.atMs),
    requestId: call.id,
    operationId: call.id,
    requestMethod: 'GET',
    responseStatusCode: 200,
    tenantId: of.tenant,
    responseSizeBytes: call.bytes,
    signInActivityId: token.spelled,
    appId: call.appId,
    UserPrincipalObjectID: call.userOid,
    identityProvider: call.issuer,
    C_Idtyp: call.userOid === '' ? 'app' : 'user',
    C_Iat: String(Math.floor(token.issuedAtMs / 1000)),
    C_Sid: token.session,
    ipAddress: call.ip,
    userAgent: call.agent,
    requestUri: call.uri,
    userId: call.userOid,
    servicePrincipalId: call.servicePrincipalId,
    tokenIssuedAt: isoTicks(token.issuedAtMs),
  },
})

const directoryLine = (of: Organisation, { token, ...call }: GraphCall): Json => ({
  time: isoTicks(call.atMs),
  resourceId: `/tenants/${of.tenant}/providers/Microsoft.aadiam`,
  operationName: 'Azure AD Graph Activity',
  category: 'AzureADGraphActivityLogs',
  callerIpAddress: call.ip,
  tenantId: of.tenant,
  properties: {
    timeGenerated: isoTicks(call.atMs),
    requestId: call.id,
    requestMethod: 'GET',
    responseStatusCode: 200,
    responseSizeBytes: call.bytes,
    tenantId: of.tenant,
    appId: call.appId,
    actorType: 'User',
    userId: call.userOid,
    identityProvider: call.issuer,
    sessionId: token.session,
    signInActivityId: token.spelled,
    issuedAt: slashSeconds(token.issuedAtMs),
    ipAddress: call.ip,
    userAgent: call.agent,
    requestUri: call.uri,
  },
})

export function writeCalls(
  files: FramedFiles,
  of: Organisation,
  calls: readonly GraphCall[],
): void {
  for (const call of calls) {
    const log = call.directory ? 'aad-graph-activity' : 'graph-activity'
    const line = call.directory ? directoryLine : of.graph === 'raw' ? rawLine : tableLine
    files.append(
      `${log}-${monthOf(call.atMs)}.json`,
      UNFRAMED,
      `${JSON.stringify(line(of, call))}\n`,
    )
  }
}
