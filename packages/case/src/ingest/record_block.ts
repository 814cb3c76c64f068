/**
 * Records to blocks of the case's tables.
 *
 * @module
 */
import { hashedId, readGuid, withoutSecrets } from '@mintmark/core'
import type { Access, DirectoryEntry, FolderInventory, Issuance, Reject } from '@mintmark/logs'
import { type Member, snakeCase } from '../engine/rows.ts'
import { NO_ID } from '../store/access_sql.ts'
import { ACCESS_COLUMNS, columnNames, ISSUANCE_COLUMNS } from '../store/schema.ts'
import type { NativeColumn } from './native_bytes.ts'
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
/** Domain of the ids of records that have none: the file's identity and the line. Another text makes other ids. */
const LINE_ID = 'mintmark-record-place'

/** Encoded rows of one table. */
export interface TableBlock {
  readonly table: string
  readonly rows: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Which file the current records are in. */
export class RecordSource {
  readonly evidenceId: number
  /** Distinguishes the file from every other, whatever its name: see `identity` of an ingest task. */
  readonly #identity: string
  #line = -1
  #onLine = 0

  constructor(evidenceId: number, identity: string) {
    this.evidenceId = evidenceId
    this.#identity = identity
  }

  /** An id for a record that has none. Several may be on one line. */
  idAt(line: number): string {
    this.#onLine = line === this.#line ? this.#onLine + 1 : 0
    this.#line = line
    return hashedId(LINE_ID, `${this.#identity}\0${line}\0${this.#onLine}`)
  }
}

type Columns<S extends string, C> = Readonly<Record<Member<S>, C>>

/** Columns by the names of the members that they hold. */
const columnsOf =
  <C>(make: () => C) =>
  <S extends string>(names: S): Columns<S, C> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one of each name
    Object.fromEntries(names.split(' ').map((name) => [name, make()])) as Columns<S, C>
const texts = columnsOf(() => new TextColumn())
const repeated = columnsOf(() => new RepeatedTextColumn())
const times = columnsOf(() => new LongColumn("DateTime64(3, 'UTC')"))
const longs = columnsOf(() => new LongColumn('UInt64'))
const guids = columnsOf(() => new GuidColumn())
const textLists = columnsOf(() => new ArrayColumn(new TextColumn()))

/** In the order of the table. */
function inOrder(
  names: readonly string[],
  columns: Readonly<Record<string, NativeColumn>>,
): NamedColumn[] {
  const byName = new Map(Object.entries(columns).map(([name, one]) => [snakeCase(name), one]))
  return names.flatMap((name): NamedColumn[] => {
    const column = byName.get(name)
    return column === undefined ? [] : [[name, column]]
  })
}

/** The columns that accesses and issuances share: where the record is and what it is called. */
class RecordColumns {
  readonly of = {
    evidenceId: new IntColumn('UInt32'),
    ...longs('line'),
    ...guids('recordId tokenId'),
    ...texts('recordRef'),
  }

  push(ownId: string, tokenId: string, line: number, source: RecordSource): void {
    const { of } = this
    of.evidenceId.push(source.evidenceId)
    of.line.push(line)
    const isCanonical = of.recordId.push(ownId) && ownId !== NO_ID
    of.recordRef.push(isCanonical ? '' : this.#pushOther(ownId, line, source))
    of.tokenId.push(tokenId)
  }

  /** An id that is no canonical GUID; gives the text that is stored. */
  #pushOther(ownId: string, line: number, source: RecordSource): string {
    this.of.recordId.pop()
    const guid = readGuid(ownId)
    const hasNone = ownId === '' || guid === NO_ID
    if (hasNone) this.of.recordId.push(source.idAt(line))
    else this.of.recordId.push(guid === '' ? hashedId(OWN_ID, ownId) : guid)
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
  readonly #of = {
    ...times('at'),
    ...repeated('source category outcome tenant owner homeTenant appId resourceId network client'),
    ...repeated('protocol issuer'),
    ...texts('sessionId principal principalId ip deviceId detail'),
    grouped: new IntColumn('UInt32'),
  }

  readonly named: readonly NamedColumn[] = inOrder(ISSUANCE_COLUMNS, {
    ...this.#record.of,
    ...this.#of,
  })

  push(it: Issuance, line: number, source: RecordSource): void {
    const of = this.#of
    this.rows++
    this.#record.push(it.recordId, it.tokenId, line, source)
    of.at.push(it.atMs)
    of.source.push(it.source)
    of.category.push(it.category)
    of.outcome.push(it.outcome)
    of.sessionId.push(sessionIdOf(it.sessionId))
    of.principal.push(it.principal)
    of.principalId.push(it.principalId)
    of.tenant.push(it.tenant)
    of.owner.push(it.owner)
    of.homeTenant.push(it.homeTenant)
    of.appId.push(it.appId)
    of.resourceId.push(it.resourceId)
    of.ip.push(it.ip)
    of.network.push(it.network)
    of.deviceId.push(it.deviceId)
    of.client.push(it.client)
    of.protocol.push(it.protocol)
    of.issuer.push(it.issuer)
    of.grouped.push(it.grouped)
    of.detail.push(it.detail)
  }
}

/** The messages and folders that accesses name. */
class ItemColumns {
  readonly of = {
    ...textLists('itemMessageId itemId itemFolder itemSubject'),
    itemBytes: new ArrayColumn(new LongColumn('UInt64')),
    syncedFolderId: new ArrayColumn(new RepeatedTextColumn()),
    syncedFolderPath: new ArrayColumn(new RepeatedTextColumn()),
  }

  push({ items, syncedFolders }: Access): void {
    const { itemMessageId, itemId, itemFolder, itemBytes, itemSubject, ...synced } = this.of
    for (const item of items) {
      itemMessageId.values.push(item.messageId)
      itemId.values.push(item.itemId)
      itemFolder.values.push(item.folder)
      itemBytes.values.push(item.bytes)
      itemSubject.values.push(item.subject)
    }
    for (const column of [itemMessageId, itemId, itemFolder, itemBytes, itemSubject])
      column.endRow(items.length)
    for (const folder of syncedFolders) {
      synced.syncedFolderId.values.push(folder.id)
      synced.syncedFolderPath.values.push(folder.path)
    }
    synced.syncedFolderId.endRow(syncedFolders.length)
    synced.syncedFolderPath.endRow(syncedFolders.length)
  }
}

export class AccessBlock extends Block {
  readonly table = 'access'
  readonly #record = new RecordColumns()
  readonly #items = new ItemColumns()
  readonly #of = {
    ...times('at issuedAt'),
    ...repeated('source operation service outcome tokenState actorKind tenant tokenTenant'),
    ...repeated('externalTenant appId clientAppId client issuer accessType'),
    ...texts('sessionId otherSessionId principal principalId mailbox mailboxId ip deviceId'),
    ...texts('objectPath objectName objectHash detail'),
    ...longs('bytes'),
    recordType: new IntColumn('UInt16'),
    logonType: new IntColumn('Int8'),
    throttled: new IntColumn('Int8'),
  }

  readonly named: readonly NamedColumn[] = inOrder(ACCESS_COLUMNS, {
    ...this.#record.of,
    ...this.#items.of,
    ...this.#of,
  })

  push(it: Access, line: number, source: RecordSource): void {
    const of = this.#of
    this.rows++
    this.#record.push(it.recordId, it.tokenId, line, source)
    of.at.push(it.atMs)
    of.source.push(it.source)
    of.operation.push(it.operation)
    of.service.push(it.service)
    of.recordType.push(it.recordType)
    of.outcome.push(it.outcome)
    of.tokenState.push(it.tokenIdState)
    of.sessionId.push(sessionIdOf(it.sessionId))
    of.otherSessionId.push(sessionIdOf(it.otherSessionId))
    of.issuedAt.push(it.issuedAtMs)
    of.principal.push(it.principal)
    of.principalId.push(it.principalId)
    of.actorKind.push(it.actorKind)
    of.logonType.push(it.logonType)
    of.mailbox.push(it.mailbox)
    of.mailboxId.push(it.mailboxId)
    of.tenant.push(it.tenant)
    of.tokenTenant.push(it.tokenTenant)
    of.externalTenant.push(it.externalTenant)
    of.appId.push(it.appId)
    of.clientAppId.push(it.clientAppId)
    of.ip.push(it.ip)
    of.deviceId.push(it.deviceId)
    of.client.push(it.client)
    of.issuer.push(it.issuer)
    of.accessType.push(it.accessType)
    of.throttled.push(it.throttled)
    this.#items.push(it)
    // A link may open what it names.
    of.objectPath.push(withoutSecrets(it.objectPath))
    of.objectName.push(it.objectName)
    of.objectHash.push(it.objectHash)
    of.bytes.push(it.bytes)
    of.detail.push(it.detail)
  }
}

export class DirectoryBlock extends Block {
  readonly table = 'directory'
  readonly #of = {
    evidenceId: new IntColumn('UInt32'),
    ...longs('line'),
    ...texts('principal principalId displayName'),
    ...repeated('tenant organisation'),
    groups: new ArrayColumn(new RepeatedTextColumn()),
  }

  readonly named: readonly NamedColumn[] = inOrder(columnNames('directory'), this.#of)

  push(entry: DirectoryEntry, line: number, source: RecordSource): void {
    const of = this.#of
    this.rows++
    of.evidenceId.push(source.evidenceId)
    of.line.push(line)
    of.principal.push(entry.principal)
    of.principalId.push(entry.principalId)
    of.tenant.push(entry.tenant)
    of.organisation.push(entry.organisation)
    for (const group of entry.groups) of.groups.values.push(group)
    of.groups.endRow(entry.groups.length)
    of.displayName.push(entry.displayName)
  }
}

export class InventoryBlock extends Block {
  readonly table = 'inventory'
  readonly #of = {
    evidenceId: new IntColumn('UInt32'),
    ...longs('line items'),
    ...texts('mailbox folderId folderPath'),
  }

  readonly named: readonly NamedColumn[] = inOrder(columnNames('inventory'), this.#of)

  push(entry: FolderInventory, line: number, source: RecordSource): void {
    const of = this.#of
    this.rows++
    of.evidenceId.push(source.evidenceId)
    of.line.push(line)
    of.mailbox.push(entry.mailbox)
    of.folderId.push(entry.folderId)
    of.folderPath.push(entry.folderPath)
    of.items.push(entry.items)
  }
}

export class RejectBlock extends Block {
  readonly table = 'reject'
  readonly #of = {
    evidenceId: new IntColumn('UInt32'),
    ...longs('line'),
    ...repeated('kind reason'),
    ...texts('detail'),
  }

  readonly named: readonly NamedColumn[] = inOrder(columnNames('reject'), this.#of)

  push(reject: Reject, line: number, evidenceId: number): void {
    const of = this.#of
    this.rows++
    of.evidenceId.push(evidenceId)
    of.line.push(line)
    of.kind.push(reject.kind)
    of.reason.push(reject.reason)
    of.detail.push(withoutSecrets(reject.detail))
  }
}

/** Ids that are no GUIDs may differ by the case of a letter alone: base64. */
const sessionIdOf = (spelled: string): string => readGuid(spelled) || spelled
