/** Records of the audit log that say a token was made. */
import { type Json, readTokenId } from '@mintmark/core'
import { type Issuance, UNKNOWN_ISSUANCE } from '../model/records.ts'
import { directoryActor, guestName, principalOf } from './actor.ts'
import { Detail } from './detail.ts'
import { address, guid, logged, named, plain, whole } from './fields.ts'
import { object, pairValue } from './nested.ts'

export interface RecordHead {
  readonly recordId: string
  readonly atMs: number
  readonly operation: string
  readonly recordType: number
}

/**
 * A sign-in at the token service (type 15): its `Id` is the id of the token. `ResultStatus` is that of the HTTP
 * call and says nothing. Interrupts (50140, "keep me signed in?") are errors too: they issued nothing.
 */
export function readStsLogon(record: Json, head: RecordHead): Issuance {
  const extended = record['ExtendedProperties']
  const device = record['DeviceProperties']
  const errorNumber = plain(record['ErrorNumber'])
  const requestId = record['Id'] ?? record['IntraSystemId']
  const actor = directoryActor(record)
  const hasFailed = whole(errorNumber) !== 0 || /fail/i.test(head.operation)
  return {
    ...UNKNOWN_ISSUANCE,
    recordId: head.recordId,
    atMs: head.atMs,
    source: 'ual-sts',
    category: 'sts-logon',
    outcome: hasFailed || logged(record['LogonError']) !== '' ? 'failed' : 'issued',
    tokenId: readTokenId(requestId).tokenId,
    sessionId: named(pairValue(device, 'SessionId')) || sessionOf(record),
    principal: principalOf(record['UserId']),
    principalId: actor.id || guid(record['UserKey']),
    tenant: named(record['OrganizationId']),
    owner: named(record['OrganizationId']),
    homeTenant: named(record['ActorContextId']),
    appId: named(record['ApplicationId']) || named(record['AppId']),
    resourceId: named(record['ObjectId']),
    ip: address(record['ActorIpAddress']) || address(record['ClientIP']),
    deviceId: named(pairValue(device, 'Id')),
    client: plain(pairValue(extended, 'UserAgent')) || plain(record['UserAgent']),
    protocol: plain(pairValue(extended, 'RequestType')),
    detail: stsDetail(record, errorNumber),
  }
}

function stsDetail(record: Json, errorNumber: string): string {
  const detail = new Detail()
  detail.set('userId', guestName(record['UserId']))
  if (errorNumber !== '0') detail.set('errorNumber', errorNumber)
  detail.set('logonError', record['LogonError'])
  for (const [name, list, pair] of STS_DETAIL) detail.set(name, pairValue(record[list], pair))
  return detail.text()
}

const STS_DETAIL = [
  ['resultStatusDetail', 'ExtendedProperties', 'ResultStatusDetail'],
  ['authenticationMethod', 'ExtendedProperties', 'UserAuthenticationMethod'],
  ['keepMeSignedIn', 'ExtendedProperties', 'KeepMeSignedIn'],
  ['os', 'DeviceProperties', 'OS'],
  ['browser', 'DeviceProperties', 'BrowserType'],
  ['trustType', 'DeviceProperties', 'TrustType'],
] as const

/**
 * A token made by the mail service itself (type 275): `UniqueTokenIdentifier` is the id of the new token. The
 * token that asked for it, where the record names one, is `usedTokenId` and `usedSessionId` of `detail`.
 */
export function readOwaAuth(record: Json, head: RecordHead): Issuance {
  const context = object(record['AppAccessContext'])
  const issued = record['UniqueTokenIdentifier'] ?? record['UniqueTokenId']
  const detail = new Detail()
  detail.set('userId', guestName(record['UserId']))
  detail.set('usedTokenId', readTokenId(context['UniqueTokenId']).tokenId)
  detail.set('usedSessionId', named(context['AADSessionId']))
  detail.set('resultStatus', record['ResultStatus'])
  return {
    ...UNKNOWN_ISSUANCE,
    recordId: head.recordId,
    atMs: head.atMs,
    source: 'ual-owa',
    category: 'owa-auth',
    outcome: /^(?:fail|false)/i.test(plain(record['ResultStatus'])) ? 'failed' : 'issued',
    tokenId: readTokenId(issued).tokenId,
    sessionId: sessionOf(record),
    principal: principalOf(record['UserId']),
    principalId: guid(record['TokenObjectId']) || guid(record['UserKey']),
    tenant: named(record['OrganizationId']),
    owner: named(record['OrganizationId']),
    homeTenant: named(record['TokenTenantId']),
    appId:
      named(record['ClientAppId']) ||
      named(context['ClientAppId']) ||
      named(record['AppId']) ||
      named(record['ApplicationId']),
    resourceId: named(record['ResourceURL'] ?? record['ResourceUrl'] ?? record['ObjectId']),
    ip:
      address(record['ClientIPAddress']) ||
      address(record['ClientIP']) ||
      address(record['ActorIP']),
    deviceId: named(record['DeviceId']),
    client: plain(record['ClientInfoString']) || plain(record['UserAgent']),
    protocol: plain(record['AuthType']),
    issuer: plain(record['Issuer']),
    detail: detail.text(),
  }
}

const sessionOf = (record: Json): string =>
  named(object(record['AppAccessContext'])['AADSessionId']) || named(record['SessionId'])
