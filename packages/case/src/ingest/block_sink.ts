import { hashedId, readGuid, withoutSecrets } from '@mintmark/core'
import type {
  Access,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  RecordSink,
  Reject,
  Statement,
} from '@mintmark/logs'
import { INGESTED } from '../store/schema.ts'
import { NO_ID } from '../store/sql.ts'
import { type Cell, NativeRows } from './native_block.ts'
import type { Identity, LocatedStatement, TableBlock } from './worker_protocol.ts'

const MAX_STATEMENTS = 1000
/** Rejects that wait at most: a slice of junk has millions, which would take more than the slice itself. */
const MAX_REJECTS = 1 << 16
const OWN_ID = 'mintmark-record'
/** Domain of the ids of records that have none: the file's identity and the line. Another text makes other ids. */
const LINE_ID = 'mintmark-record-place'

/** Ids that are no GUIDs may differ by the case of a letter alone: base64. */
const sessionIdOf = (spelled: string): string => readGuid(spelled) || spelled

export class BlockSink implements RecordSink {
  readonly #rows = {
    issuance: new NativeRows(INGESTED.issuance),
    access: new NativeRows(INGESTED.access),
    directory: new NativeRows(INGESTED.directory),
    inventory: new NativeRows(INGESTED.inventory),
    reject: new NativeRows(INGESTED.reject),
  }
  #statements = new Map<string, LocatedStatement>()
  #evidenceId = 0
  #identity: Identity = ''
  #line = -1
  #onLine = 0
  onMany: () => void = () => {}

  begin(evidenceId: number, identity: Identity): void {
    this.#evidenceId = evidenceId
    this.#identity = identity
    this.#line = -1
    this.#statements = new Map()
  }

  get evidenceId(): number {
    return this.#evidenceId
  }

  issuance(it: Issuance, line: number): void {
    this.#rows.issuance.push(
      this.#located(it, line),
      [it.atMs, it.source, it.category, it.outcome, sessionIdOf(it.sessionId)],
      [it.principal, it.principalId, it.tenant, it.owner, it.homeTenant, it.appId, it.resourceId],
      [it.ip, it.network, it.deviceId, it.client, it.protocol, it.issuer, it.grouped, it.detail],
    )
  }

  access(it: Access, line: number): void {
    const { items, syncedFolders: folders } = it
    this.#rows.access.push(
      this.#located(it, line),
      [it.atMs, it.source, it.operation, it.service, it.recordType, it.outcome, it.tokenIdState],
      [sessionIdOf(it.sessionId), sessionIdOf(it.otherSessionId), it.issuedAtMs],
      [it.principal, it.principalId, it.actorKind, it.logonType, it.mailbox, it.mailboxId],
      [it.tenant, it.tokenTenant, it.externalTenant, it.appId, it.clientAppId, it.ip, it.deviceId],
      [it.client, it.issuer, it.accessType, it.throttled],
      [items.map(({ messageId }) => messageId), items.map(({ itemId }) => itemId)],
      [items.map(({ folder }) => folder), items.map(({ bytes }) => bytes)],
      [items.map(({ subject }) => subject)],
      [folders.map(({ id }) => id), folders.map(({ path }) => path)],
      // A link may open what it names.
      [withoutSecrets(it.objectPath), it.objectName, it.objectHash, it.bytes, it.detail],
    )
  }

  directory(it: DirectoryEntry, line: number): void {
    this.#rows.directory.push(
      [this.#evidenceId, line, it.principal, it.principalId, it.tenant, it.organisation],
      [it.groups, it.displayName],
    )
  }

  inventory(it: FolderInventory, line: number): void {
    this.#rows.inventory.push(
      [this.#evidenceId, line],
      [it.mailbox, it.folderId, it.folderPath, it.items],
    )
  }

  reject({ kind, reason, detail }: Reject, line: number): void {
    this.#rows.reject.push([this.#evidenceId, line, kind, reason, withoutSecrets(detail)])
    if (this.#rows.reject.rows >= MAX_REJECTS) this.onMany()
  }

  statement(statement: Statement, line: number): void {
    const key = statementKey(statement)
    if (this.#statements.has(key) || this.#statements.size >= MAX_STATEMENTS) return
    this.#statements.set(key, { ...statement, line })
  }

  get statements(): LocatedStatement[] {
    return [...this.#statements.values()]
  }

  get bytes(): number {
    return Object.values(this.#rows).reduce((sum, { length }) => sum + length, 0)
  }

  take(): TableBlock[] {
    return Object.entries(this.#rows).flatMap(([table, rows]) =>
      rows.rows === 0 ? [] : [{ table, rows: rows.rows, bytes: rows.take() }],
    )
  }

  #located({ recordId, tokenId }: Access | Issuance, line: number): Cell[] {
    const guid = readGuid(recordId)
    if (guid !== '' && guid !== NO_ID) return [this.#evidenceId, line, guid, '', tokenId]
    const hasNone = recordId === '' || guid === NO_ID
    const id = hasNone ? this.#idAt(line) : hashedId(OWN_ID, recordId)
    return [this.#evidenceId, line, id, recordId, tokenId]
  }

  #idAt(line: number): string {
    this.#onLine = line === this.#line ? this.#onLine + 1 : 0
    this.#line = line
    return hashedId(LINE_ID, `${this.#identity}\0${line}\0${this.#onLine}`)
  }
}

export const statementKey = ({ code, fromMs, toMs }: Statement): string =>
  `${code} ${fromMs} ${toMs}`
