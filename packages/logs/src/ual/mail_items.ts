/**
 * The messages and folders that a mailbox record names, in each of its shapes.
 *
 * - Bind (50): `Folders[{Path, FolderItems[{InternetMessageId, SizeInBytes, Id, …}]}]`.
 * - AttachmentAccess (50): `Messages[{Path, MessageItems[{Id, SizeInBytes}]}]`, without message ids.
 * - Sync, as real tenants log it (2): `Item{Id, ParentFolder}`, where both ids are the folder's. Sync in the
 *   shape that documentation shows (50): `Folders`. Both are read; filters on type 50 miss all of the first.
 * - Send, Create, Update, … (2): `Item`. SoftDelete, HardDelete, Move, … (3): `AffectedItems[]`.
 * - Elastic renames `Folders` and `Messages` to `ExchangeAggregatedFolders` and `ExchangeAggregatedMessages`.
 *
 * @module
 */
import { isObject, type Json } from '@mintmark/core'
import type { Item, SyncedFolder } from '../records.ts'
import { plain, told, truth, whole } from './fields.ts'
import { eachPair, isFlattened, list, object } from './nested.ts'

const NO_ITEMS: readonly Item[] = Object.freeze([])
const NO_FOLDERS: readonly SyncedFolder[] = Object.freeze([])

/** Operations whose `Item` is a folder, or the mailbox itself. */
const FOLDER_OPERATIONS: ReadonlySet<string> = new Set([
  'UpdateInboxRules',
  'FolderBind',
  'AddFolderPermissions',
  'ModifyFolderPermissions',
  'RemoveFolderPermissions',
  'UpdateFolderPermissions',
  'UpdateCalendarDelegation',
  'MailboxLogin',
])

/** What a mailbox record names. */
export interface MailContent {
  readonly accessType: string
  readonly throttled: -1 | 0 | 1
  readonly items: readonly Item[]
  readonly syncedFolders: readonly SyncedFolder[]
  /** An exporter replaced nested values by the name of their type: items may be missing. */
  readonly isFlattened: boolean
}

/** For records that name no mail. */
export const NO_MAIL: MailContent = {
  accessType: '',
  throttled: -1,
  items: NO_ITEMS,
  syncedFolders: NO_FOLDERS,
  isFlattened: false,
}

/** Everything that a mailbox record names. Cost: one pass over its items. */
export function readMail(record: Json, operation: string): MailContent {
  const reader = new MailReader(operation)
  reader.properties(record['OperationProperties'])
  reader.folders(record['Folders'] ?? record['ExchangeAggregatedFolders'])
  reader.messages(record['Messages'] ?? record['ExchangeAggregatedMessages'])
  reader.affected(record['AffectedItems'])
  const item = record['Item']
  if (item !== undefined && item !== null && item !== '') reader.item(item)
  return reader
}

class MailReader implements MailContent {
  accessType = ''
  throttled: -1 | 0 | 1 = -1
  items: readonly Item[] = NO_ITEMS
  syncedFolders: readonly SyncedFolder[] = NO_FOLDERS
  isFlattened = false
  /** Made when there is something to hold: most records name items or folders, never both. */
  #ownItems: Item[] | undefined
  #ownFolders: SyncedFolder[] | undefined
  readonly #operation: string

  constructor(operation: string) {
    this.#operation = operation
  }

  /** Only `MailItemsAccessed` has an access type: `AttachmentAccessType` is no `Bind` of messages. */
  properties(value: unknown): void {
    if (Array.isArray(value)) {
      for (const pair of value) {
        if (isObject(pair)) this.#property(pair['Name'], pair['Value'])
        else if (isFlattened(pair)) eachPair([pair], (name, held) => this.#property(name, held))
      }
    } else if (value !== undefined) {
      eachPair(value, (name, held) => this.#property(name, held))
    }
  }

  #property(name: unknown, value: unknown): void {
    if (name === 'MailAccessType') this.accessType = accessTypeOf(value)
    else if (name === 'IsThrottled') this.throttled = truth(value)
  }

  folders(value: unknown): void {
    if (value === undefined || value === null) return
    if (isFlattened(value)) this.isFlattened = true
    for (const folder of list(value)) {
      if (!isObject(folder)) {
        if (isFlattened(folder)) this.isFlattened = true
        continue
      }
      const path = plain(folder['Path'])
      if (this.accessType === 'Sync') this.#synced(told(folder['Id']), path)
      this.#addAll(folder['FolderItems'], path)
    }
  }

  messages(value: unknown): void {
    if (value === undefined || value === null) return
    if (isFlattened(value)) this.isFlattened = true
    // `Path` is the word "Messages" there, not a folder.
    for (const message of list(value)) {
      if (isObject(message)) this.#addAll(message['MessageItems'], '')
      else if (isFlattened(message)) this.isFlattened = true
    }
  }

  affected(value: unknown): void {
    if (value === undefined || value === null) return
    if (isFlattened(value)) this.isFlattened = true
    for (const item of list(value)) {
      if (isObject(item)) this.#add(itemOf(item, pathOf(object(item['ParentFolder']))))
      else if (isFlattened(item)) this.isFlattened = true
    }
  }

  item(value: unknown): void {
    if (isFlattened(value)) this.isFlattened = true
    if (FOLDER_OPERATIONS.has(this.#operation)) return
    const item = object(value)
    const parent = object(item['ParentFolder'])
    const parentId = told(parent['Id'])
    const messageId = told(item['InternetMessageId'])
    if (
      this.#operation === 'MailItemsAccessed' &&
      messageId === '' &&
      this.#isFolder(item, parentId)
    ) {
      this.accessType = 'Sync'
      this.#synced(parentId || told(item['Id']), pathOf(parent))
    } else if (messageId !== '' || told(item['Id']) !== parentId || item['Subject'] !== undefined) {
      this.#add(itemOf(item, pathOf(parent)))
    }
  }

  /** A synchronised folder: said by the access type, or shown by ids that are the folder's own. */
  #isFolder(item: Json, parentId: string): boolean {
    if (this.accessType === 'Bind') return false
    const id = told(item['Id'])
    return this.accessType === 'Sync' ? id !== '' || parentId !== '' : id !== '' && id === parentId
  }

  #addAll(value: unknown, folder: string): void {
    if (value === undefined || value === null) return
    if (isFlattened(value)) this.isFlattened = true
    for (const item of list(value)) {
      if (isObject(item)) this.#add(itemOf(item, folder))
      else if (isFlattened(item)) this.isFlattened = true
    }
  }

  #add(item: Item | undefined): void {
    if (item === undefined) return
    if (this.#ownItems === undefined) {
      this.#ownItems = []
      this.items = this.#ownItems
    }
    this.#ownItems.push(item)
  }

  #synced(id: string, path: string): void {
    if (id === '' && path === '') return
    if (this.#ownFolders === undefined) {
      this.#ownFolders = []
      this.syncedFolders = this.#ownFolders
    }
    this.#ownFolders.push({ id, path })
  }
}

function accessTypeOf(value: unknown): string {
  if (value === 'Bind' || value === 'Sync') return value
  const spelled = plain(value)
  const word = spelled.toLowerCase()
  if (word === 'bind') return 'Bind'
  return word === 'sync' ? 'Sync' : spelled.slice(0, 40)
}

/** A message, or undefined if the element names none. */
function itemOf(item: Json, folder: string): Item | undefined {
  const messageId = told(item['InternetMessageId'])
  const itemId = told(item['Id']) || told(item['ImmutableId'])
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
function pathOf(folder: Json): string {
  return told(folder['Path']) || told(folder['Name'])
}
