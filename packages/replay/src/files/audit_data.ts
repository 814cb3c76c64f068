/** The `AuditData` of a record. Source: Management Activity API schema; real records of 2021 to 2025 for order. */
import { isoSeconds } from '../world/calendar.ts'
import type { AuditRecord, MailPart, ReadFolder, TokenUse } from '../world/events.ts'
import type { Organisation } from '../world/world.ts'

export const BULK = 3

export function auditData(of: Organisation, record: AuditRecord): string {
  const { mail } = record
  return (
    `{"CreationTime":"${isoSeconds(record.atMs)}","Id":"${record.id}",` +
    `"Operation":"${record.operation}","OrganizationId":"${of.tenant}","RecordType":${record.recordType},` +
    `"ResultStatus":"${record.result}","UserKey":"${record.userKey}","UserType":${record.userType},` +
    `"Version":1,"Workload":"${record.workload}",${addressOf(record)}"UserId":"${record.userId}"` +
    (record.token === undefined ? '' : contextOf(record.token)) +
    (mail === undefined ? '' : mailOf(of, record, mail)) +
    (record.sessionId === '' ? '' : `,"SessionId":"${record.sessionId}"`) +
    `${record.extra}}`
  )
}

function addressOf({ ip, mail }: AuditRecord): string {
  if (ip === '') return ''
  return mail === undefined ? `"ClientIP":"${ip}",` : `"ClientIPAddress":"${ip}",`
}

function contextOf(token: TokenUse): string {
  const session = token.session === '' ? '' : `"AADSessionId":"${token.session}",`
  const issued = token.issuedAtMs === 0 ? '' : `"IssuedAtTime":"${isoSeconds(token.issuedAtMs)}",`
  return (
    `,"AppAccessContext":{${session}"APIId":"${token.resourceId}","ClientAppId":"${token.clientAppId}",` +
    `${issued}"UniqueTokenId":"${token.spelled}"}`
  )
}

function mailOf(of: Organisation, record: AuditRecord, mail: MailPart): string {
  const { token } = record
  const holder =
    token === undefined
      ? ''
      : `,"AuthType":"Bearer","TokenObjectId":"${token.holder}","TokenTenantId":"${token.tenant}"`
  const isDesktop = mail.client === 'Client=MSExchangeRPC'
  return (
    `,"AppId":"${mail.appId}","ClientAppId":"${mail.clientAppId}",` +
    `"ClientInfoString":${JSON.stringify(mail.client)},` +
    (isDesktop ? '"ClientProcessName":"OUTLOOK.EXE","ClientVersion":"16.0.16327.20248",' : '') +
    `"ExternalAccess":false,"InternalLogonType":0,"LogonType":${mail.logonType},` +
    `"LogonUserSid":"${mail.sid}","MailboxGuid":"${mail.mailboxId}","MailboxOwnerSid":"${mail.sid}",` +
    `"MailboxOwnerUPN":"${mail.owner}"${holder}${operationProperties(record, mail)},` +
    `"OrganizationName":"${of.domain}","OriginatingServer":${JSON.stringify(serverOf(of))}` +
    content(record, mail)
  )
}

/** With its line break, as Exchange has it. */
export const serverOf = (of: Organisation): string => `SRV${of.index + 10} (15.20.6433.017)\r\n`

export function operationProperties(record: AuditRecord, mail: MailPart): string {
  if (mail.accessType === '') return ''
  const name = record.operation === 'AttachmentAccess' ? 'AttachmentAccessType' : 'MailAccessType'
  const throttled =
    mail.throttled === '' ? '' : `,{"Name":"IsThrottled","Value":"${mail.throttled}"}`
  return `,"OperationProperties":[{"Name":"${name}","Value":"${mail.accessType}"}${throttled}]`
}

function content(record: AuditRecord, mail: MailPart): string {
  if (mail.folders.length === 0) return ''
  const count = mail.folders.reduce((sum, { items }) => sum + items.length, 0)
  if (record.recordType === BULK) return `,"AffectedItems":${affectedItems(mail)}`
  if (record.operation === 'AttachmentAccess')
    return `,"Messages":${attachments(mail)},"OperationCount":${count}`
  return `,"Folders":${foldersText(mail)},"OperationCount":${count}`
}

export function foldersText(mail: MailPart): string {
  const folders = mail.folders.map((folder) => folderText(folder, mail.floatSizes))
  return `[${folders.join(',')}]`
}

function folderText(folder: ReadFolder, floatSizes: boolean): string {
  const items = folder.items.map(
    ({ messageId, bytes }) =>
      `{"InternetMessageId":"${messageId}","SizeInBytes":${floatSizes ? `${bytes}.00` : bytes}}`,
  )
  return `{"FolderItems":[${items.join(',')}],"Id":"${folder.id}","Path":${JSON.stringify(folder.path)}}`
}

const attachments = (mail: MailPart): string =>
  JSON.stringify(
    mail.folders.map(({ id, path, items }) => ({
      Id: id,
      Path: path,
      MessageItems: items.map(({ itemId, bytes }) => ({ Id: itemId, SizeInBytes: bytes })),
    })),
  )

export const affectedItems = (mail: MailPart): string =>
  JSON.stringify(
    mail.folders.flatMap(({ id, path, items }) =>
      items.map((item) => ({
        Id: item.itemId,
        InternetMessageId: item.messageId,
        ParentFolder: { Id: id, Path: path },
        Subject: item.subject,
      })),
    ),
  )
