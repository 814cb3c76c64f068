/**
 * One record of the unified audit log (the `AuditData` object), whatever its record type and
 * export. Trust: nothing is.
 * Source: Office 365 Management Activity API schema; real records of 2021 to 2025.
 */
import { type Json, readSlashDate, readTokenId } from '@mintmark/core'
import type { DateOrder, RowSink } from '../model/adapter.ts'
import { type Access, saying } from '../model/records.ts'
import { actorKindOf, directoryActor, principalOf, userTypeOf } from './actor.ts'
import { mailDetail, plainDetail } from './detail.ts'
import {
  address,
  faultOfTime,
  guid,
  isGuid,
  logged,
  named,
  plain,
  time,
  truth,
  whole,
} from './fields.ts'
import { type RecordHead, readOwaAuth, readStsLogon } from './issuances.ts'
import { NO_MAIL, readMail } from './mail_items.ts'
import { object, pairValue, structure } from './nested.ts'
import {
  DLP_ENDPOINT,
  EXCHANGE_ADMIN,
  isMailboxRecord,
  OWA_AUTH,
  recordTypeOf,
  STS_LOGON,
  serviceOfType,
} from './record_types.ts'

export interface OuterFields {
  readonly recordId?: unknown
  readonly at?: unknown
  readonly operation?: unknown
  readonly recordType?: unknown
  readonly userId?: unknown
  readonly dateOrder?: DateOrder
}

const NOTHING_OUTSIDE: OuterFields = {}

/**
 * Reads one audit record: an access, or an issuance for sign-ins (15) and OWA's own tokens (275). A
 * record without an operation or a time that can be read is a `payload` reject, never a guess.
 */
export function readUalRecord(
  record: Json,
  sink: RowSink,
  outer: OuterFields = NOTHING_OUTSIDE,
): void {
  const head = headOf(record, outer)
  if ('fault' in head) rejectPayload(sink, head.fault, head.field)
  else if (head.recordType === STS_LOGON) sink.issuance(readStsLogon(record, head))
  else if (head.recordType === OWA_AUTH) sink.issuance(readOwaAuth(record, head))
  else readAccess(record, head, sink)
}

interface HeadFault {
  readonly fault: string
  readonly field: string
}

function headOf(record: Json, outer: OuterFields): RecordHead | HeadFault {
  const operation = plain(record['Operation']) || plain(outer.operation)
  if (operation === '') return { fault: 'operation-missing', field: 'Operation' }
  const atMs = time(record['CreationTime']) ?? outerTime(record, outer)
  if (atMs === undefined) return { fault: timeFault(record, outer), field: 'CreationTime' }
  const recordType = recordTypeOf(record['RecordType']) || recordTypeOf(outer.recordType)
  return { recordId: recordIdOf(record, outer), atMs, operation, recordType }
}

function recordIdOf(record: Json, outer: OuterFields): string {
  const id = named(record['Id']) || named(outer.recordId)
  return isGuid(id) ? id : plain(record['Id']) || plain(outer.recordId)
}

/**
 * Reads what is left of an audit record: an access, whose detail says `truncated`. Items before the cut are named.
 *
 * @returns false where too little is left: no id, operation or time; or it was a sign-in, whose token may be lost
 */
export function readCutRecord(rest: Json, sink: RowSink, outer: OuterFields): boolean {
  const head = headOf(rest, outer)
  if ('fault' in head || head.recordId === '') return false
  const { recordType } = head
  if (recordType === STS_LOGON || recordType === OWA_AUTH) return false
  const record = rest['UserId'] === undefined ? { ...rest, UserId: outer.userId } : rest
  const { access } = accessOf(record, head)
  sink.access({ ...access, detail: truncatedDetail(access.detail) })
  return true
}

/** First, so that a question finds it without parsing. */
const truncatedDetail = (detail: string): string =>
  detail === '' ? '{"truncated":true}' : `{"truncated":true,${detail.slice(1)}`

export function rejectPayload(sink: RowSink, reason: string, detail: string): void {
  sink.reject({ kind: 'payload', reason, detail })
}

/** The record's time as a spreadsheet writes it, or the export's own column. */
function outerTime(record: Json, outer: OuterFields): number | undefined {
  const order = outer.dateOrder ?? 'unproven'
  return (
    readSlashDate(record['CreationTime'], order) ?? time(outer.at) ?? readSlashDate(outer.at, order)
  )
}

function timeFault(record: Json, outer: OuterFields): string {
  const spelled = plain(record['CreationTime']) || plain(outer.at)
  return spelled === '' ? 'time-missing' : faultOfTime(spelled)
}

function readAccess(record: Json, head: RecordHead, sink: RowSink): void {
  const { access, isFlattened } = accessOf(record, head)
  if (isFlattened) sink.statement(FLATTENED)
  sink.access(access)
}

const FLATTENED = saying(
  'fields-not-carried',
  'The exporter wrote nested values as the names of their types: messages and folders named in them are lost.',
)

function accessOf(record: Json, head: RecordHead): { access: Access; isFlattened: boolean } {
  const isMailbox = isMailboxRecord(head.recordType)
  const { isFlattened, ...mail } = isMailbox ? readMail(record, head.operation) : NO_MAIL
  const context = object(record['AppAccessContext'])
  const used = readTokenId(context['UniqueTokenId'] ?? record['UniqueTokenId'])
  const session = named(context['AADSessionId'])
  const ownSession = named(record['SessionId'])
  const appId = named(record['AppId']) || named(record['ApplicationId'])
  const clientAppId = named(record['ClientAppId']) || named(context['ClientAppId'])
  const principal = principalOf(record['UserId'])
  const userId = guid(record['TokenObjectId']) || guid(context['UserObjectId'])
  const hasUserId = userId !== ''
  const principalId = userId || principalIdOf(record, isMailbox, appId, clientAppId)
  const userType = userTypeOf(record['UserType'])
  const logonType = logonTypeOf(record['LogonType'])
  const hasApp = appId !== '' || clientAppId !== ''
  const service = serviceOf(record['Workload'], head.recordType)
  const ip = ipOf(record)
  const about = isMailbox ? NO_OBJECT : objectOf(record, head.recordType, service)
  const access: Access = {
    ...head,
    ...mail,
    source: 'ual',
    service,
    outcome: outcomeOf(record['ResultStatus']),
    tokenId: used.tokenId,
    tokenIdState: used.state,
    sessionId: session || ownSession,
    otherSessionId: session !== '' && ownSession !== session ? ownSession : '',
    issuedAtMs: issuedAt(context['IssuedAtTime']),
    principal,
    principalId,
    actorKind: actorKindOf(userType, principal, isMailbox, hasApp, hasUserId),
    logonType,
    mailbox: mailboxOf(record, head, isMailbox, logonType, principal),
    mailboxId: named(record['MailboxGuid']),
    tenant: named(record['OrganizationId']),
    tokenTenant: named(record['TokenTenantId']),
    externalTenant: named(record['ExternalUserTenantId']),
    appId,
    clientAppId,
    ip,
    deviceId: named(record['DeviceId'] ?? record['MDATPDeviceId']),
    client: clientOf(record, isMailbox),
    issuer: plain(record['Issuer'] ?? record['IdentityProvider']),
    objectPath: about.path,
    objectName: about.name,
    objectHash: about.hash,
    bytes: about.bytes,
    detail: isMailbox ? mailDetail(record, head.operation, mail, ip) : plainDetail(record),
  }
  return { access, isFlattened }
}

/** Object id of the token's user, where only `UserKey` has it. */
function principalIdOf(
  record: Json,
  isMailbox: boolean,
  appId: string,
  clientAppId: string,
): string {
  const key = guid(record['UserKey'])
  if (key !== '' && key !== appId && key !== clientAppId) return key
  return isMailbox ? '' : directoryActor(record).id
}

function issuedAt(value: unknown): number {
  const ms = value === undefined ? 0 : time(value)
  // .NET's zero date, and anything else before 1970, means unknown.
  return ms === undefined || ms < 0 ? 0 : ms
}

const LOGON_TYPES: readonly string[] =
  'owner admin delegated transport systemservice bestaccess delegatedadmin'.split(' ')

function logonTypeOf(value: unknown): number {
  if (typeof value === 'number') return value >= 0 && value <= 127 ? Math.trunc(value) : -1
  const spelled = plain(value).toLowerCase()
  if (spelled === '') return -1
  return /^\d{1,2}$/.test(spelled) ? Number(spelled) : LOGON_TYPES.indexOf(spelled)
}

const SERVICES: ReadonlyMap<string, string> = new Map(
  ['Exchange', 'SharePoint', 'OneDrive', 'AzureActiveDirectory', 'MicrosoftTeams', 'Endpoint'].map(
    (name) => [name.toLowerCase(), name],
  ),
)

function serviceOf(workload: unknown, recordType: number): string {
  if (workload === 'Exchange') return workload
  const spelled = plain(workload)
  if (spelled === '') return serviceOfType(recordType)
  return SERVICES.get(spelled.toLowerCase()) ?? spelled
}

function outcomeOf(value: unknown): Access['outcome'] {
  if (value === undefined || value === null) return ''
  if (value === 'Succeeded' || value === 'Success') return 'succeeded'
  const spelled = plain(value).toLowerCase()
  if (spelled === 'succeeded' || spelled === 'success' || spelled === 'partiallysucceeded')
    return 'succeeded'
  if (spelled === 'failed' || spelled === 'failure') return 'failed'
  const flag = truth(spelled)
  return flag === 1 ? 'succeeded' : flag === 0 ? 'failed' : ''
}

/** Exchange writes `ClientIPAddress`, often without `ClientIP`; where both differ, `detail.clientIp` has the other. */
function ipOf(record: Json): string {
  const ip = address(record['ClientIPAddress']) || address(record['ClientIP'])
  return ip || address(record['ActorIpAddress']) || address(record['ActorIP'])
}

function clientOf(record: Json, isMailbox: boolean): string {
  const client = plain(record['ClientInfoString']) || plain(record['UserAgent'])
  if (client !== '' || isMailbox) return client
  const extended = record['ExtendedProperties']
  if (extended === undefined) return ''
  const agent = plain(pairValue(extended, 'UserAgent'))
  return agent || plain(object(pairValue(extended, 'additionalDetails'))['User-Agent'])
}

/**
 * The mailbox of an access: that of the named owner; else of the user, if logged on as the owner, or if the record is a
 * change of inbox rules that names no other mailbox.
 */
function mailboxOf(
  record: Json,
  head: RecordHead,
  isMailbox: boolean,
  logonType: number,
  principal: string,
): string {
  const owner = named(record['MailboxOwnerUPN'])
  if (owner !== '') return owner
  if (isMailbox) return logonType === 0 ? principal : ''
  if (head.recordType !== EXCHANGE_ADMIN || !head.operation.endsWith('InboxRule')) return ''
  const target = named(pairValue(record['Parameters'], 'Mailbox'))
  if (target.includes('@')) return target
  return target === '' && principal.includes('@') ? principal : ''
}

interface UsedObject {
  readonly path: string
  readonly name: string
  readonly hash: string
  readonly bytes: number
}

const NO_OBJECT: UsedObject = { path: '', name: '', hash: '', bytes: 0 }

/** The file or other object that a record is about. Only files have a path. */
function objectOf(record: Json, recordType: number, service: string): UsedObject {
  const objectId = logged(record['ObjectId'])
  const isFile = recordType === DLP_ENDPOINT || service === 'SharePoint' || service === 'OneDrive'
  if (!isFile) {
    return { path: '', name: plain(record['FileName']) || objectId, hash: '', bytes: 0 }
  }
  const name = plain(record['SourceFileName']) || lastPart(objectId)
  const hash = plain(record['SHA256Hash'] ?? record['Sha256'] ?? record['MD5Hash'])
  return {
    path: objectId || joinedPath(record),
    name,
    hash: /^[0-9a-f]{32,128}$/i.test(hash) ? hash.toLowerCase() : '',
    bytes: whole(record['FileSizeBytes'] ?? record['FileSize']),
  }
}

function joinedPath(record: Json): string {
  const parts = [record['SiteUrl'], record['SourceRelativeUrl'], record['SourceFileName']]
  const spelled = parts.map((part) => withoutSlash(plain(part))).filter((part) => part !== '')
  return spelled.join('/')
}

// No regular expression: `/+$` takes quadratic time on a text of slashes.
function withoutSlash(path: string): string {
  let end = path.length
  while (end > 0 && path[end - 1] === '/') end--
  return path.slice(0, end)
}

const lastPart = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

export const isUalRecord = (record: Json): boolean =>
  typeof record['Operation'] === 'string' &&
  record['CreationTime'] !== undefined &&
  (record['RecordType'] !== undefined || record['Workload'] !== undefined)

export function ualRecordIn(value: unknown): Json | undefined {
  const found = structure(value)
  if (found === undefined || Array.isArray(found)) return undefined
  const record = object(found)
  return isUalRecord(record) ? record : undefined
}
