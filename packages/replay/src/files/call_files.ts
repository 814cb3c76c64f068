/**
 * Graph activity logs: the table of Log Analytics, the raw diagnostic JSON with its other names, and the log of
 * the old directory API.
 *
 * Source: azure-monitor-docs, `microsoftgraphactivitylogs`; raw records as observed in 2025.
 *
 * @module
 */
import { isoTicks, monthOf, slashSeconds } from '../world/calendar.ts'
import type { GraphCall } from '../world/events.ts'
import { type FramedFiles, UNFRAMED } from '../world/framed_files.ts'
import type { Organisation } from '../world/world.ts'

function tableLine(of: Organisation, call: GraphCall): string {
  const { token } = call
  return `${JSON.stringify({
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
  })}\n`
}

function rawLine(of: Organisation, call: GraphCall): string {
  const { token } = call
  return `${JSON.stringify({
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
  })}\n`
}

function directoryLine(of: Organisation, call: GraphCall): string {
  const { token } = call
  return `${JSON.stringify({
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
  })}\n`
}

export function writeCalls(
  files: FramedFiles,
  of: Organisation,
  calls: readonly GraphCall[],
): void {
  for (const call of calls) {
    const log = call.directory ? 'aad-graph-activity' : 'graph-activity'
    const line = call.directory ? directoryLine : of.graph === 'raw' ? rawLine : tableLine
    files.append(`${log}-${monthOf(call.atMs)}.json`, UNFRAMED, line(of, call))
  }
}
