/**
 * RecordType 15: an interactive sign-in as the unified audit log has it. Its `Id` is the request's, which is the
 * token's.
 *
 * @module
 */
import { type AuditRecord, auditRecord, type SignIn } from '../world/events.ts'

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
