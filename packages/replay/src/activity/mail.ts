/** Mailbox records: what a token does to a mailbox. */
import {
  type AuditRecord,
  auditRecord,
  type MailPart,
  type ReadFolder,
  type ReadItem,
  type Token,
  useOf,
} from '../world/events.ts'
import { guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import { folderId, folderOf, messageOf, type Organisation, type Person } from '../world/world.ts'

export interface MailUse {
  readonly of: Organisation
  readonly owner: Person
  readonly token: Token
  readonly atMs: number
  readonly client: string
  readonly clientAppId?: string
  readonly random: Random
}

const mailPart = (use: MailUse, more: Partial<MailPart>): MailPart => ({
  owner: use.owner.upn,
  mailboxId: use.owner.mailboxId,
  sid: use.owner.sid,
  appId: use.token.app.id,
  clientAppId: use.clientAppId ?? use.token.app.id,
  client: use.client,
  logonType: 0,
  accessType: '',
  throttled: '',
  folders: [],
  floatSizes: false,
  ...more,
})

const record = (
  use: MailUse,
  recordType: number,
  operation: string,
  part: Partial<MailPart>,
  extra = '',
): AuditRecord =>
  auditRecord({
    atMs: use.atMs,
    id: guid(use.random),
    recordType,
    operation,
    workload: 'Exchange',
    userId: use.owner.upn,
    userKey: use.owner.puid,
    ip: use.token.ip,
    token: useOf(use.token, use.of.tenant),
    mail: mailPart(use, part),
    extra,
  })

/** MailItemsAccessed, Bind: names the messages. `mailbox` says whose numbers the messages have. */
export const bindRecord = (
  use: MailUse,
  messages: readonly number[],
  throttled = 'False',
  mailbox: number = use.owner.index,
): AuditRecord =>
  record(use, 50, 'MailItemsAccessed', {
    accessType: 'Bind',
    throttled,
    folders: foldersOf(use.of, mailbox, messages),
  })

/** MailItemsAccessed, Sync: names a folder and not its messages. RecordType 2, or 50 with empty folders. */
export function syncRecord(use: MailUse, folder: number, recordType: 2 | 50): AuditRecord {
  const id = folderId(use.of, use.owner.index, folder)
  const name = ['Inbox', 'Sent Items', 'Archive', 'Travel'][folder] ?? 'Inbox'
  if (recordType === 50)
    return record(use, 50, 'MailItemsAccessed', {
      accessType: 'Sync',
      throttled: 'False',
      folders: [{ id, path: `\\${name}`, items: [] }],
    })
  const item = { Id: id, ParentFolder: { Id: id, Name: name, Path: 'Not Available' } }
  return record(
    use,
    2,
    'MailItemsAccessed',
    { accessType: 'Sync', throttled: 'False' },
    `,"Item":${JSON.stringify(item)}`,
  )
}

/** AttachmentAccess: items by the store's id, without a message id. */
export function attachmentRecord(use: MailUse, messages: readonly number[]): AuditRecord {
  const items = messages.map((index) => ({
    ...messageOf(use.of, use.owner.index, index),
    messageId: '',
  }))
  return record(use, 50, 'AttachmentAccess', {
    accessType: 'Bind',
    folders: [{ id: 'Messages', path: 'Messages', items }],
  })
}

/** Send, Create: one message of the owner's. */
export function itemRecord(use: MailUse, operation: 'Send' | 'Create', index: number): AuditRecord {
  const message = messageOf(use.of, use.owner.index, index)
  const id = folderId(use.of, use.owner.index, operation === 'Send' ? 1 : 3)
  const item = {
    Id: operation === 'Send' ? 'Unknown' : message.itemId,
    InternetMessageId: message.messageId,
    ParentFolder: { Id: id, Path: operation === 'Send' ? '\\Outbox' : '\\Drafts' },
    SizeInBytes: message.bytes,
    Subject: message.subject,
  }
  const saved = operation === 'Send' ? ',"SaveToSentItems":true' : ''
  return record(use, 2, operation, {}, `,"Item":${JSON.stringify(item)}${saved}`)
}

/** SoftDelete, HardDelete, MoveToDeletedItems, Move: several messages at once. */
export function bulkRecord(
  use: MailUse,
  operation: string,
  messages: readonly number[],
): AuditRecord {
  const first = folderOf(use.of, use.owner.index, messages[0] ?? 0)
  const folder = `,"CrossMailboxOperation":false,"Folder":${JSON.stringify({ Id: first.id, Path: first.path })}`
  const items = messages.map((index) => messageOf(use.of, use.owner.index, index))
  return record(use, 3, operation, { folders: [{ ...first, items }] }, folder)
}

export function searchRecord(use: MailUse, words: string): AuditRecord {
  const query = `,"QueryText":${JSON.stringify(words)},"QuerySource":"OWA","ScenarioName":"OWA.React"`
  return { ...record(use, 101, 'SearchQueryInitiatedExchange', {}, query), mail: undefined }
}

function foldersOf(of: Organisation, mailbox: number, messages: readonly number[]): ReadFolder[] {
  const folders = new Map<string, { id: string; path: string; items: ReadItem[] }>()
  for (const index of messages) {
    const found = folderOf(of, mailbox, index)
    const folder = folders.get(found.id) ?? { ...found, items: [] }
    folders.set(found.id, folder)
    folder.items.push(messageOf(of, mailbox, index))
  }
  return [...folders.values()]
}
