/**
 * The messages and folders that a mailbox record names. Real tenants log Sync as type 2 with an `Item` whose ids are
 * the folder's; documentation shows it as type 50 with `Folders`. Elastic puts `ExchangeAggregated` before some names.
 */
import { isObject, type Json } from '@mintmark/core'
import type { Item, SyncedFolder } from '../model/records.ts'
import { logged, plain, truth, whole } from './fields.ts'
import { eachPair, isFlattened, list, object } from './nested.ts'

/** Operations whose `Item` is a folder, or the mailbox itself. */
const FOLDER_OPERATIONS: ReadonlySet<string> = new Set(
  (
    'UpdateInboxRules FolderBind AddFolderPermissions ModifyFolderPermissions ' +
    'RemoveFolderPermissions UpdateFolderPermissions UpdateCalendarDelegation MailboxLogin'
  ).split(' '),
)

interface MailDraft {
  accessType: string
  throttled: -1 | 0 | 1
  readonly items: Item[]
  readonly syncedFolders: SyncedFolder[]
  /** An exporter replaced nested values by the name of their type: items may be missing. */
  isFlattened: boolean
}
export type MailContent = Readonly<MailDraft>

const noMail = (): MailDraft => {
  return { accessType: '', throttled: -1, items: [], syncedFolders: [], isFlattened: false }
}

export const NO_MAIL: MailContent = noMail()

export function readMail(record: Json, operation: string): MailContent {
  const draft = noMail()
  readProperties(draft, record['OperationProperties'])
  readFolders(draft, record['Folders'] ?? record['ExchangeAggregatedFolders'])
  readMessages(draft, record['Messages'] ?? record['ExchangeAggregatedMessages'])
  readAffected(draft, record['AffectedItems'])
  readItem(draft, record['Item'], operation)
  return draft
}

/** Only `MailItemsAccessed` has an access type: `AttachmentAccessType` is no `Bind` of messages. */
function readProperties(draft: MailDraft, value: unknown): void {
  if (!Array.isArray(value)) {
    if (value !== undefined) eachPair(value, (name, each) => setProperty(draft, name, each))
    return
  }
  for (const pair of value) {
    if (isObject(pair)) setProperty(draft, pair['Name'], pair['Value'])
    else if (isFlattened(pair)) eachPair([pair], (name, each) => setProperty(draft, name, each))
  }
}

function setProperty(draft: MailDraft, name: unknown, value: unknown): void {
  if (name === 'MailAccessType') draft.accessType = accessTypeOf(value)
  else if (name === 'IsThrottled') draft.throttled = truth(value)
}

/** The objects of a list; notes those that an exporter flattened. */
function eachObject(draft: MailDraft, value: unknown, visit: (each: Json) => void): void {
  if (value === undefined || value === null) return
  if (isFlattened(value)) draft.isFlattened = true
  for (const each of list(value)) {
    if (isObject(each)) visit(each)
    else if (isFlattened(each)) draft.isFlattened = true
  }
}

function readFolders(draft: MailDraft, value: unknown): void {
  eachObject(draft, value, (folder) => {
    const path = plain(folder['Path'])
    if (draft.accessType === 'Sync') addFolder(draft, logged(folder['Id']), path)
    eachObject(draft, folder['FolderItems'], (item) => addItem(draft, item, path))
  })
}

/** `Path` is the word "Messages" there, not a folder. */
function readMessages(draft: MailDraft, value: unknown): void {
  eachObject(draft, value, (message) => {
    eachObject(draft, message['MessageItems'], (item) => addItem(draft, item, ''))
  })
}

function readAffected(draft: MailDraft, value: unknown): void {
  eachObject(draft, value, (item) => addItem(draft, item, pathOf(object(item['ParentFolder']))))
}

function readItem(draft: MailDraft, value: unknown, operation: string): void {
  if (value === undefined || value === null || value === '') return
  if (isFlattened(value)) draft.isFlattened = true
  if (FOLDER_OPERATIONS.has(operation)) return
  const item = object(value)
  const parent = object(item['ParentFolder'])
  const parentId = logged(parent['Id'])
  const id = logged(item['Id'])
  const hasMessage = logged(item['InternetMessageId']) !== ''
  if (operation === 'MailItemsAccessed' && !hasMessage && isFolder(draft, id, parentId)) {
    draft.accessType = 'Sync'
    addFolder(draft, parentId || id, pathOf(parent))
  } else if (hasMessage || id !== parentId || item['Subject'] !== undefined) {
    addItem(draft, item, pathOf(parent))
  }
}

/** A synchronised folder: said by the access type, or shown by ids that are the folder's own. */
function isFolder(draft: MailDraft, id: string, parentId: string): boolean {
  if (draft.accessType === 'Bind') return false
  return draft.accessType === 'Sync' ? id !== '' || parentId !== '' : id !== '' && id === parentId
}

function addItem(draft: MailDraft, source: Json, folder: string): void {
  const item = itemOf(source, folder)
  if (item !== undefined) draft.items.push(item)
}

function addFolder(draft: MailDraft, id: string, path: string): void {
  if (id !== '' || path !== '') draft.syncedFolders.push({ id, path })
}

function accessTypeOf(value: unknown): string {
  if (value === 'Bind' || value === 'Sync') return value
  const spelled = plain(value)
  const word = spelled.toLowerCase()
  if (word === 'bind') return 'Bind'
  return word === 'sync' ? 'Sync' : spelled.slice(0, 40)
}

function itemOf(item: Json, folder: string): Item | undefined {
  const messageId = logged(item['InternetMessageId'])
  const itemId = logged(item['Id']) || logged(item['ImmutableId'])
  const subject = item['Subject']
  if (messageId === '' && itemId === '' && subject === undefined) return undefined
  return {
    messageId,
    itemId,
    folder,
    bytes: whole(item['SizeInBytes']),
    subject: typeof subject === 'string' ? subject : '',
  }
}

/** `Path`, or the folder's name where Exchange writes "Not Available" for the path (Sync). */
const pathOf = (folder: Json): string => logged(folder['Path']) || logged(folder['Name'])
