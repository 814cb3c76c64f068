/** Sign-ins and issued tokens as the unified audit log has them. */
import { type AuditRecord, auditRecord, type SignIn, type Token } from '../world/events.ts'
import { guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import type { Organisation, Person } from '../world/world.ts'

export function stsLogon(signIn: SignIn): AuditRecord {
  const { token } = signIn
  const isFailed = signIn.errorCode !== 0
  const properties = [
    { Name: 'ResultStatusDetail', Value: isFailed ? 'UserError' : 'Success' },
    { Name: 'UserAgent', Value: signIn.agent },
    { Name: 'RequestType', Value: 'OAuth2:Authorize' },
  ]
  const device = [
    { Name: 'Id', Value: signIn.deviceId },
    { Name: 'OS', Value: 'Windows 10' },
    { Name: 'SessionId', Value: token.session },
  ]
  return auditRecord({
    atMs: token.atMs,
    id: token.id.guid,
    recordType: 15,
    operation: isFailed ? 'UserLoginFailed' : 'UserLoggedIn',
    workload: 'AzureActiveDirectory',
    result: 'Success',
    userId: signIn.name,
    userKey: token.holder,
    ip: token.ip,
    extra:
      `,"ObjectId":"${token.resource.id}","AzureActiveDirectoryEventType":1` +
      `,"ExtendedProperties":${JSON.stringify(properties)},"ModifiedProperties":[]` +
      `,"Actor":[{"ID":"${token.holder}","Type":0},{"ID":"${signIn.name}","Type":5}]` +
      `,"ActorIpAddress":"${token.ip}","IntraSystemId":"${token.id.guid}"` +
      `,"Target":[{"ID":"${token.resource.id}","Type":0}],"ApplicationId":"${token.app.id}"` +
      `,"DeviceProperties":${JSON.stringify(device)},"ErrorNumber":"${signIn.errorCode}"`,
  })
}

/** Inferred from the schema page: no sample was found. Source: Management Activity API, "OWAAuth". */
export const owaTokenRecord = (
  of: Organisation,
  owner: Person,
  token: Token,
  parent: Token,
  random: Random,
): AuditRecord =>
  auditRecord({
    atMs: token.atMs,
    id: guid(random),
    recordType: 275,
    operation: 'GetAccessTokenForResource',
    workload: 'Exchange',
    userId: owner.upn,
    userKey: owner.puid,
    ip: token.ip,
    extra:
      `,"AppAccessContext":{"AADSessionId":"${parent.session}","UniqueTokenId":"${parent.id.uti}"}` +
      `,"UniqueTokenIdentifier":"${token.id.uti}","ResourceURL":"https://outlook.${of.domain}"` +
      `,"TokenObjectId":"${token.holder}","TokenTenantId":"${of.tenant}","ApplicationId":"${token.app.id}"`,
  })
