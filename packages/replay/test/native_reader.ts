/**
 * Reads the replay's files with JSON.parse and csv-parse alone: no reader of Mintmark takes part.
 *
 * @module
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import { parse } from 'csv-parse/sync'

export interface FoundAccess {
  readonly tokenId: string
  /** Object id that the token names; `''` where the record does not have it. */
  readonly holder: string
  readonly ip: string
}

export interface Found {
  readonly accesses: ReadonlyMap<string, FoundAccess>
  /** Internet message ids that an access names, by mailbox. */
  readonly messages: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  /** Who each token was issued to; a token of unknown holder has `''` in its set. */
  readonly issued: ReadonlyMap<string, ReadonlySet<string>>
  /** Distinct access rows by tenant. */
  readonly rows: ReadonlyMap<string, ReadonlySet<string>>
}

export function countRows(found: Found, tenant: string): number {
  return found.rows.get(tenant)?.size ?? 0
}

class Finder implements Found {
  readonly accesses = new Map<string, FoundAccess>()
  readonly messages = new Map<string, Map<string, string[]>>()
  readonly issued = new Map<string, Set<string>>()
  readonly rows = new Map<string, Set<string>>()

  issue(spelled: string, holder: string): void {
    const tokenId = canonical(spelled)
    if (tokenId === '') return
    const holders = this.issued.get(tokenId) ?? new Set()
    holders.add(holder)
    holders.add('')
    this.issued.set(tokenId, holders)
  }

  access(tenant: string, id: string, access: FoundAccess): void {
    this.accesses.set(id, access)
    const rows = this.rows.get(tenant) ?? new Set()
    rows.add(`${id} ${access.ip}`)
    this.rows.set(tenant, rows)
  }

  audit(record: Json): void {
    const type = Number(record['RecordType'])
    const id = member(record, 'Id')
    if (type === 15) {
      if (record['ErrorNumber'] === '0') this.issue(id, member(record, 'UserKey'))
      return
    }
    if (type === 275) {
      this.issue(member(record, 'UniqueTokenIdentifier'), member(record, 'TokenObjectId'))
      return
    }
    const context = record['AppAccessContext']
    const key = member(record, 'UserKey')
    this.access(member(record, 'OrganizationId'), id, {
      tokenId: isObject(context) ? canonical(member(context, 'UniqueTokenId')) : '',
      holder: member(record, 'TokenObjectId') || (key.length === 36 && type !== 50 ? key : ''),
      ip: member(record, 'ClientIPAddress') || member(record, 'ClientIP'),
    })
    this.#name(id, member(record, 'MailboxOwnerUPN'), record['Folders'])
  }

  officeActivity(row: Json): void {
    const id = member(row, 'OfficeId')
    const ip = member(row, 'Client_IPAddress')
    this.access(member(row, 'OrganizationId'), id, { tokenId: '', holder: '', ip })
    const folders = member(row, 'Folders')
    if (folders !== '') this.#name(id, member(row, 'MailboxOwnerUPN'), JSON.parse(folders))
  }

  #name(id: string, mailbox: string, folders: unknown): void {
    const named: string[] = []
    for (const folder of listOf(folders))
      for (const item of listOf(folder['FolderItems']))
        named.push(member(item, 'InternetMessageId'))
    if (named.length === 0) return
    const byMailbox = this.messages.get(id) ?? new Map<string, string[]>()
    byMailbox.set(mailbox, [...(byMailbox.get(mailbox) ?? []), ...named])
    this.messages.set(id, byMailbox)
  }
}

const member = (row: Json, name: string) => text(row, name) ?? ''

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** GUID text of a token id in any of its spellings; `''` for any other text. */
function canonical(spelled: string): string {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(spelled)) return spelled
  if (spelled.length === 48) return Buffer.from(spelled, 'base64').toString('latin1')
  if (!/^[\w+/-]{22}(?:==)?$/.test(spelled) || /^([\w])\1+$/.test(spelled)) return ''
  const bytes = Buffer.from(spelled, 'base64')
  const hex = (from: number, to: number, flip: boolean) => {
    const part = bytes.subarray(from, to)
    return Buffer.from(flip ? part.toReversed() : part).toString('hex')
  }
  return [
    hex(0, 4, true),
    hex(4, 6, true),
    hex(6, 8, true),
    hex(8, 10, false),
    hex(10, 16, false),
  ].join('-')
}

/** Everything below a folder of logs. */
export function readLogs(folder: string): Found {
  const found = new Finder()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && !isCore(file))
      for (const row of rowsOf(textOf(readFileSync(file)))) take(found, row)
  }
  return found
}

/** A process's core is larger than a string may be. */
function isCore(file: string): boolean {
  const magic = Buffer.alloc(4)
  const opened = openSync(file, 'r')
  readSync(opened, magic)
  closeSync(opened)
  return magic.toString('latin1') === '\x7fELF'
}

function textOf(bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes).toString('utf8')
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') {
    const start = 30 + bytes.readUInt16LE(26)
    return inflateRawSync(bytes.subarray(start)).toString('utf8')
  }
  return bytes.toString('utf8')
}

function rowsOf(content: string): Json[] {
  if (content.startsWith('"')) return parse(content, { columns: true, relax_quotes: false })
  if (/^\d/.test(content)) return []
  const whole = parseWhole(content)
  if (whole !== undefined) return whole
  return content
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => unwrap(parseObject(line)))
}

function parseWhole(content: string): Json[] | undefined {
  if (!/^\[|^\{"@odata/.test(content)) return undefined
  const value: unknown = JSON.parse(content)
  return Array.isArray(value) ? listOf(value) : unwrap(value)
}

function unwrap(row: unknown): Json[] {
  if (!isObject(row)) return []
  for (const wrapper of ['value', 'records', 'events']) {
    const rows = listOf(row[wrapper])
    if (rows.length > 0) return rows.flatMap(unwrap)
  }
  return [row]
}

function take(found: Finder, row: Json): void {
  const audit = row['AuditData'] ?? row['auditData'] ?? row['RawEventData'] ?? row['o365audit']
  if (audit !== undefined) takeAudit(found, audit)
  else if (row['RecordType'] !== undefined && row['CreationTime'] !== undefined) found.audit(row)
  else if (row['OfficeId'] !== undefined) found.officeActivity(row)
  else if (row['schema'] === 'mintmark-access/1')
    found.access(member(row, 'tenant'), member(row, 'id'), {
      tokenId: canonical(member(row, 'tokenId')),
      holder: member(row, 'principalId'),
      ip: member(row, 'ip'),
    })
  else if (isObject(row['details']))
    found.issue(member(row['details'], 'token_id'), member(row, 'userId'))
  else takeEntra(found, row)
}

function takeAudit(found: Finder, audit: unknown): void {
  if (isObject(audit)) found.audit(audit)
  // A cut cell does not end its object.
  else if (typeof audit === 'string' && audit.endsWith('}')) found.audit(parseObject(audit) ?? {})
}

function takeEntra(found: Finder, row: Json): void {
  const inner = isObject(row['properties']) ? row['properties'] : row
  const read = (...names: readonly string[]) => {
    for (const name of names) {
      const value = member(inner, name)
      if (value !== '') return value
    }
    return ''
  }
  const request = read('requestId', 'RequestId')
  if (request !== '') {
    found.access(read('tenantId', 'AadTenantId'), request, {
      tokenId: canonical(read('signInActivityId', 'SignInActivityId')),
      holder: read('userId', 'UserId', 'servicePrincipalId', 'ServicePrincipalId'),
      ip: read('ipAddress', 'IPAddress'),
    })
    return
  }
  const status = inner['status']
  const error = isObject(status)
    ? String(status['errorCode'])
    : read('ResultType', 'Sign-in error code') || '0'
  if (error === '0')
    found.issue(
      read('uniqueTokenIdentifier', 'UniqueTokenIdentifier', 'id', 'Id', 'Request ID'),
      read(
        'userId',
        'UserId',
        'User ID',
        'servicePrincipalId',
        'ServicePrincipalId',
        'Service principal ID',
      ),
    )
}
