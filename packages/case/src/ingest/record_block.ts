/**
 * Records to blocks of the case's tables. Column order is that of `ACCESS_COLUMNS` and
 * `ISSUANCE_COLUMNS`.
 *
 * @module
 */
import { hashedId, readGuid, withoutSecrets } from '@mintmark/core'
import type { Access, DirectoryEntry, FolderInventory, Issuance, Reject } from '@mintmark/logs'
import { NO_ID } from '../store/access_sql.ts'
import {
  ArrayColumn,
  GuidColumn,
  IntColumn,
  LongColumn,
  type NamedColumn,
  nativeBlock,
} from './native_columns.ts'
import { RepeatedTextColumn, TextColumn } from './native_texts.ts'

/** Domain of the ids of records whose own id is no GUID. */
const OWN_ID = 'mintmark-record'
/** Domain of the ids of records that have none: the file's identity, and the place in it. */
const PLACE_ID = 'mintmark-record-place'

/** Encoded rows of one table. */
export interface TableBlock {
  readonly table: string
  readonly rows: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Which file the records at hand stand in. */
export class Place {
  readonly evidenceId: number
  /** Tells the file from every other, whatever its name: see `identity` of an ingest task. */
  readonly #identity: string
  #line = -1
  #onLine = 0

  constructor(evidenceId: number, identity: string) {
    this.evidenceId = evidenceId
    this.#identity = identity
  }

  /** An id for a record that has none. Several may stand on one line. */
  idAt(line: number): string {
    this.#onLine = line === this.#line ? this.#onLine + 1 : 0
    this.#line = line
    return hashedId(PLACE_ID, `${this.#identity}\0${line}\0${this.#onLine}`)
  }
}

/** The columns that accesses and issuances share: where the record stands and what it is called. */
class RecordColumns {
  readonly #evidenceId = new IntColumn('UInt32')
  readonly #line = new LongColumn('UInt64')
  readonly #recordId = new GuidColumn()
  readonly #recordRef = new TextColumn()
  readonly #tokenId = new GuidColumn()

  readonly named: readonly NamedColumn[] = [
    ['evidence_id', this.#evidenceId],
    ['line', this.#line],
    ['record_id', this.#recordId],
    ['record_ref', this.#recordRef],
    ['token_id', this.#tokenId],
  ]

  push(ownId: string, tokenId: string, line: number, place: Place): void {
    this.#evidenceId.push(place.evidenceId)
    this.#line.push(line)
    const isCanonical = this.#recordId.push(ownId) && ownId !== NO_ID
    this.#recordRef.push(isCanonical ? '' : this.#pushOther(ownId, line, place))
    this.#tokenId.push(tokenId)
  }

  /** An id that is no canonical GUID; gives the text that is to be kept. */
  #pushOther(ownId: string, line: number, place: Place): string {
    this.#recordId.pop()
    const guid = readGuid(ownId)
    const hasNone = ownId === '' || guid === NO_ID
    if (hasNone) this.#recordId.push(place.idAt(line))
    else this.#recordId.push(guid === '' ? hashedId(OWN_ID, ownId) : guid)
    return hasNone || guid === '' ? ownId : ''
  }
}

/** Rows of one table that wait to be made a block. */
abstract class Block {
  abstract readonly table: string
  abstract readonly named: readonly NamedColumn[]
  rows = 0

  get isEmpty(): boolean {
    return this.rows === 0
  }

  get bytes(): number {
    return this.named.reduce((sum, [, column]) => sum + column.maxBytes, 0)
  }

  /** The rows as a block; none are left. */
  take(): TableBlock {
    const { table, rows, named } = this
    const bytes = nativeBlock(named, rows)
    for (const [, column] of named) column.clear()
    this.rows = 0
    return { table, rows, bytes }
  }
}

export class IssuanceBlock extends Block {
  readonly table = 'issuance'
  readonly #record = new RecordColumns()
  readonly #at = new LongColumn("DateTime64(3, 'UTC')")
  readonly #source = new RepeatedTextColumn()
  readonly #category = new RepeatedTextColumn()
  readonly #outcome = new RepeatedTextColumn()
  readonly #sessionId = new TextColumn()
  readonly #principal = new TextColumn()
  readonly #principalId = new TextColumn()
  readonly #tenant = new RepeatedTextColumn()
  readonly #owner = new RepeatedTextColumn()
  readonly #homeTenant = new RepeatedTextColumn()
  readonly #appId = new RepeatedTextColumn()
  readonly #resourceId = new RepeatedTextColumn()
  readonly #ip = new TextColumn()
  readonly #network = new RepeatedTextColumn()
  readonly #deviceId = new TextColumn()
  readonly #client = new RepeatedTextColumn()
  readonly #protocol = new RepeatedTextColumn()
  readonly #issuer = new RepeatedTextColumn()
  readonly #grouped = new IntColumn('UInt32')
  readonly #detail = new TextColumn()

  readonly named: readonly NamedColumn[] = [
    ...this.#record.named,
    ['at', this.#at],
    ['source', this.#source],
    ['category', this.#category],
    ['outcome', this.#outcome],
    ['session_id', this.#sessionId],
    ['principal', this.#principal],
    ['principal_id', this.#principalId],
    ['tenant', this.#tenant],
    ['owner', this.#owner],
    ['home_tenant', this.#homeTenant],
    ['app_id', this.#appId],
    ['resource_id', this.#resourceId],
    ['ip', this.#ip],
    ['network', this.#network],
    ['device_id', this.#deviceId],
    ['client', this.#client],
    ['protocol', this.#protocol],
    ['issuer', this.#issuer],
    ['grouped', this.#grouped],
    ['detail', this.#detail],
  ]

  push(it: Issuance, line: number, place: Place): void {
    this.rows++
    this.#record.push(it.recordId, it.tokenId, line, place)
    this.#at.push(it.atMs)
    this.#source.push(it.source)
    this.#category.push(it.category)
    this.#outcome.push(it.outcome)
    this.#sessionId.push(sessionIdOf(it.sessionId))
    this.#principal.push(it.principal)
    this.#principalId.push(it.principalId)
    this.#tenant.push(it.tenant)
    this.#owner.push(it.owner)
    this.#homeTenant.push(it.homeTenant)
    this.#appId.push(it.appId)
    this.#resourceId.push(it.resourceId)
    this.#ip.push(it.ip)
    this.#network.push(it.network)
    this.#deviceId.push(it.deviceId)
    this.#client.push(it.client)
    this.#protocol.push(it.protocol)
    this.#issuer.push(it.issuer)
    this.#grouped.push(it.grouped)
    this.#detail.push(it.detail)
  }
}

/** The messages and folders that accesses name. */
class ItemColumns {
  readonly #messageId = new ArrayColumn(new TextColumn())
  readonly #itemId = new ArrayColumn(new TextColumn())
  readonly #folder = new ArrayColumn(new TextColumn())
  readonly #bytes = new ArrayColumn(new LongColumn('UInt64'))
  readonly #subject = new ArrayColumn(new TextColumn())
  readonly #syncedId = new ArrayColumn(new RepeatedTextColumn())
  readonly #syncedPath = new ArrayColumn(new RepeatedTextColumn())

  readonly named: readonly NamedColumn[] = [
    ['item_message_id', this.#messageId],
    ['item_id', this.#itemId],
    ['item_folder', this.#folder],
    ['item_bytes', this.#bytes],
    ['item_subject', this.#subject],
    ['synced_folder_id', this.#syncedId],
    ['synced_folder_path', this.#syncedPath],
  ]

  push({ items, syncedFolders }: Access): void {
    for (const item of items) {
      this.#messageId.values.push(item.messageId)
      this.#itemId.values.push(item.itemId)
      this.#folder.values.push(item.folder)
      this.#bytes.values.push(item.bytes)
      this.#subject.values.push(item.subject)
    }
    this.#messageId.endRow(items.length)
    this.#itemId.endRow(items.length)
    this.#folder.endRow(items.length)
    this.#bytes.endRow(items.length)
    this.#subject.endRow(items.length)
    for (const folder of syncedFolders) {
      this.#syncedId.values.push(folder.id)
      this.#syncedPath.values.push(folder.path)
    }
    this.#syncedId.endRow(syncedFolders.length)
    this.#syncedPath.endRow(syncedFolders.length)
  }
}

export class AccessBlock extends Block {
  readonly table = 'access'
  readonly #record = new RecordColumns()
  readonly #at = new LongColumn("DateTime64(3, 'UTC')")
  readonly #source = new RepeatedTextColumn()
  readonly #operation = new RepeatedTextColumn()
  readonly #service = new RepeatedTextColumn()
  readonly #recordType = new IntColumn('UInt16')
  readonly #outcome = new RepeatedTextColumn()
  readonly #tokenState = new RepeatedTextColumn()
  readonly #sessionId = new TextColumn()
  readonly #otherSessionId = new TextColumn()
  readonly #issuedAt = new LongColumn("DateTime64(3, 'UTC')")
  readonly #principal = new TextColumn()
  readonly #principalId = new TextColumn()
  readonly #actorKind = new RepeatedTextColumn()
  readonly #logonType = new IntColumn('Int8')
  readonly #mailbox = new TextColumn()
  readonly #mailboxId = new TextColumn()
  readonly #tenant = new RepeatedTextColumn()
  readonly #tokenTenant = new RepeatedTextColumn()
  readonly #externalTenant = new RepeatedTextColumn()
  readonly #appId = new RepeatedTextColumn()
  readonly #clientAppId = new RepeatedTextColumn()
  readonly #ip = new TextColumn()
  readonly #deviceId = new TextColumn()
  readonly #client = new RepeatedTextColumn()
  readonly #issuer = new RepeatedTextColumn()
  readonly #accessType = new RepeatedTextColumn()
  readonly #throttled = new IntColumn('Int8')
  readonly #items = new ItemColumns()
  readonly #objectPath = new TextColumn()
  readonly #objectName = new TextColumn()
  readonly #objectHash = new TextColumn()
  readonly #bytes = new LongColumn('UInt64')
  readonly #detail = new TextColumn()

  readonly named: readonly NamedColumn[] = [
    ...this.#record.named,
    ['at', this.#at],
    ['source', this.#source],
    ['operation', this.#operation],
    ['service', this.#service],
    ['record_type', this.#recordType],
    ['outcome', this.#outcome],
    ['token_state', this.#tokenState],
    ['session_id', this.#sessionId],
    ['other_session_id', this.#otherSessionId],
    ['issued_at', this.#issuedAt],
    ['principal', this.#principal],
    ['principal_id', this.#principalId],
    ['actor_kind', this.#actorKind],
    ['logon_type', this.#logonType],
    ['mailbox', this.#mailbox],
    ['mailbox_id', this.#mailboxId],
    ['tenant', this.#tenant],
    ['token_tenant', this.#tokenTenant],
    ['external_tenant', this.#externalTenant],
    ['app_id', this.#appId],
    ['client_app_id', this.#clientAppId],
    ['ip', this.#ip],
    ['device_id', this.#deviceId],
    ['client', this.#client],
    ['issuer', this.#issuer],
    ['access_type', this.#accessType],
    ['throttled', this.#throttled],
    ...this.#items.named,
    ['object_path', this.#objectPath],
    ['object_name', this.#objectName],
    ['object_hash', this.#objectHash],
    ['bytes', this.#bytes],
    ['detail', this.#detail],
  ]

  push(it: Access, line: number, place: Place): void {
    this.rows++
    this.#record.push(it.recordId, it.tokenId, line, place)
    this.#at.push(it.atMs)
    this.#source.push(it.source)
    this.#operation.push(it.operation)
    this.#service.push(it.service)
    this.#recordType.push(it.recordType)
    this.#outcome.push(it.outcome)
    this.#tokenState.push(it.tokenIdState)
    this.#sessionId.push(sessionIdOf(it.sessionId))
    this.#otherSessionId.push(sessionIdOf(it.otherSessionId))
    this.#issuedAt.push(it.issuedAtMs)
    this.#principal.push(it.principal)
    this.#principalId.push(it.principalId)
    this.#actorKind.push(it.actorKind)
    this.#logonType.push(it.logonType)
    this.#mailbox.push(it.mailbox)
    this.#mailboxId.push(it.mailboxId)
    this.#tenant.push(it.tenant)
    this.#tokenTenant.push(it.tokenTenant)
    this.#externalTenant.push(it.externalTenant)
    this.#appId.push(it.appId)
    this.#clientAppId.push(it.clientAppId)
    this.#ip.push(it.ip)
    this.#deviceId.push(it.deviceId)
    this.#client.push(it.client)
    this.#issuer.push(it.issuer)
    this.#accessType.push(it.accessType)
    this.#throttled.push(it.throttled)
    this.#items.push(it)
    // A link may open what it names.
    this.#objectPath.push(withoutSecrets(it.objectPath))
    this.#objectName.push(it.objectName)
    this.#objectHash.push(it.objectHash)
    this.#bytes.push(it.bytes)
    this.#detail.push(it.detail)
  }
}

export class DirectoryBlock extends Block {
  readonly table = 'directory'
  readonly #evidenceId = new IntColumn('UInt32')
  readonly #line = new LongColumn('UInt64')
  readonly #principal = new TextColumn()
  readonly #principalId = new TextColumn()
  readonly #tenant = new RepeatedTextColumn()
  readonly #organisation = new RepeatedTextColumn()
  readonly #groups = new ArrayColumn(new RepeatedTextColumn())
  readonly #displayName = new TextColumn()

  readonly named: readonly NamedColumn[] = [
    ['evidence_id', this.#evidenceId],
    ['line', this.#line],
    ['principal', this.#principal],
    ['principal_id', this.#principalId],
    ['tenant', this.#tenant],
    ['organisation', this.#organisation],
    ['groups', this.#groups],
    ['display_name', this.#displayName],
  ]

  push(entry: DirectoryEntry, line: number, place: Place): void {
    this.rows++
    this.#evidenceId.push(place.evidenceId)
    this.#line.push(line)
    this.#principal.push(entry.principal)
    this.#principalId.push(entry.principalId)
    this.#tenant.push(entry.tenant)
    this.#organisation.push(entry.organisation)
    for (const group of entry.groups) this.#groups.values.push(group)
    this.#groups.endRow(entry.groups.length)
    this.#displayName.push(entry.displayName)
  }
}

export class InventoryBlock extends Block {
  readonly table = 'inventory'
  readonly #evidenceId = new IntColumn('UInt32')
  readonly #line = new LongColumn('UInt64')
  readonly #mailbox = new TextColumn()
  readonly #folderId = new TextColumn()
  readonly #folderPath = new TextColumn()
  readonly #items = new LongColumn('UInt64')

  readonly named: readonly NamedColumn[] = [
    ['evidence_id', this.#evidenceId],
    ['line', this.#line],
    ['mailbox', this.#mailbox],
    ['folder_id', this.#folderId],
    ['folder_path', this.#folderPath],
    ['items', this.#items],
  ]

  push(entry: FolderInventory, line: number, place: Place): void {
    this.rows++
    this.#evidenceId.push(place.evidenceId)
    this.#line.push(line)
    this.#mailbox.push(entry.mailbox)
    this.#folderId.push(entry.folderId)
    this.#folderPath.push(entry.folderPath)
    this.#items.push(entry.items)
  }
}

export class RejectBlock extends Block {
  readonly table = 'reject'
  readonly #evidenceId = new IntColumn('UInt32')
  readonly #line = new LongColumn('UInt64')
  readonly #kind = new RepeatedTextColumn()
  readonly #reason = new RepeatedTextColumn()
  readonly #detail = new TextColumn()

  readonly named: readonly NamedColumn[] = [
    ['evidence_id', this.#evidenceId],
    ['line', this.#line],
    ['kind', this.#kind],
    ['reason', this.#reason],
    ['detail', this.#detail],
  ]

  push(reject: Reject, line: number, evidenceId: number): void {
    this.rows++
    this.#evidenceId.push(evidenceId)
    this.#line.push(line)
    this.#kind.push(reject.kind)
    this.#reason.push(reject.reason)
    this.#detail.push(withoutSecrets(reject.detail))
  }
}

/** Ids that are no GUIDs may differ by the case of a letter alone: base64. */
const sessionIdOf = (spelled: string): string => readGuid(spelled) || spelled
