/**
 * Mintmark's own plain lines, `mintmark-issuance/1` and `mintmark-access/1`: how any other system
 * joins in. A line names its schema in `schema`.
 * Source: docs/schema/plain-ndjson.md and the two JSON Schemas beside it.
 */
import { isObject, type Json, readJti, utcMs } from '@mintmark/core'
import type { Adapter, RowSink } from '../model/adapter.ts'
import type { Access, Issuance, Item, SyncedFolder } from '../model/records.ts'
import { principalOf } from '../ual/actor.ts'
import { jsonText } from '../ual/detail.ts'
import { address, logged, named } from '../ual/fields.ts'
import { idOf, rejectTime } from './cells.ts'

export const ISSUANCE_SCHEMA = 'mintmark-issuance/1'
export const ACCESS_SCHEMA = 'mintmark-access/1'
export const PERIOD_SCHEMA = 'mintmark-issuance-period/1'

export const mintmarkIssuance: Adapter = {
  shape: 'mintmark-issuance',
  accepts: (row) => row['schema'] === ISSUANCE_SCHEMA,
  read: (row, _context, sink) => {
    const issuance = record(row, sink, issuanceOf)
    if (issuance !== undefined) sink.issuance(issuance)
  },
}

/** What a log of issuances says of its own completeness: all that was issued in `[from, to)` is in this file. */
export const mintmarkPeriod: Adapter = {
  shape: 'mintmark-issuance-period',
  accepts: (row) => row['schema'] === PERIOD_SCHEMA,
  read: (row, _context, sink) => {
    const [fromMs, toMs] = [utcMs(row['from']), utcMs(row['to'])]
    if (fromMs === undefined) rejectTime(row['from'], 'from', sink)
    else if (toMs === undefined) rejectTime(row['to'], 'to', sink)
    else
      sink.statement({
        code: 'complete-period',
        text: completeText(logged(row['issuer'])),
        fromMs,
        toMs,
      })
  },
}

/** What in {@link completeText} is the issuer, as a regular expression. */
export const COMPLETE_ISSUER: string = String.raw`every token that (\S+) signed`

/** The text of a statement that a log is complete. An issuer with blanks is not named. */
export const completeText = (issuer: string): string =>
  `The ledger that this was exported from has every token that ${/^\S+$/.test(issuer) ? issuer : 'its issuer'} signed in this period.`

export const mintmarkAccess: Adapter = {
  shape: 'mintmark-access',
  accepts: (row) => row['schema'] === ACCESS_SCHEMA,
  read: (row, _context, sink) => {
    const access = record(row, sink, accessOf)
    if (access !== undefined) sink.access(access)
  },
}

function record<T>(
  row: Json,
  sink: RowSink,
  make: (members: Members, atMs: number) => T,
): T | undefined {
  const atMs = utcMs(row['at'])
  if (atMs === undefined) {
    rejectTime(row['at'], 'at', sink)
    return undefined
  }
  const members = new Members(row)
  const made = make(members, atMs)
  if (members.wrong === '') return made
  sink.reject({ kind: 'payload', reason: 'wrong-type', detail: members.wrong })
  return undefined
}

class Members {
  readonly #row: Json
  readonly #path: string
  wrong = ''

  constructor(row: Json, path = '') {
    this.#row = row
    this.#path = path
  }

  refuse(name: string): void {
    if (this.wrong === '') this.wrong = `${this.#path}${name}`
  }

  value(name: string): unknown {
    return this.#row[name] ?? undefined
  }

  text(name: string): string {
    const value = this.value(name)
    if (typeof value === 'string') return value
    if (value !== undefined) this.refuse(name)
    return ''
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | '' {
    const value = this.text(name)
    const found = values.find((each) => each === value)
    if (found === undefined && value !== '') this.refuse(name)
    return found ?? ''
  }

  /** Whole and not negative; `none` if it is absent. */
  whole(name: string, max: number, none = 0): number {
    const value = this.value(name)
    if (value === undefined) return none
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) {
      return value
    }
    this.refuse(name)
    return none
  }

  time(name: string): number {
    const value = this.value(name)
    if (value === undefined) return 0
    const ms = utcMs(value)
    if (ms === undefined) this.refuse(name)
    return ms ?? 0
  }

  truth(name: string): -1 | 0 | 1 {
    const value = this.value(name)
    if (value === undefined) return -1
    if (typeof value === 'boolean') return value ? 1 : 0
    this.refuse(name)
    return -1
  }

  objects<T>(name: string, make: (members: Members) => T): readonly T[] {
    const value = this.value(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) {
      this.refuse(name)
      return []
    }
    const made: T[] = []
    for (const [at, each] of value.entries()) {
      const path = `${this.#path}${name}[${at}]`
      if (!isObject(each)) {
        this.refuse(path)
        break
      }
      const members = new Members(each, `${path}.`)
      made.push(make(members))
      if (members.wrong !== '') {
        this.wrong ||= members.wrong
        break
      }
    }
    return made
  }

  json(name: string): string {
    const value = this.value(name)
    if (value === undefined) return ''
    if (isObject(value)) return boundedJson(value)
    this.refuse(name)
    return ''
  }
}

const MAX_DETAIL = 32_768

function boundedJson(value: Json): string {
  const text = jsonText(value)
  return text === '' || text.length > MAX_DETAIL ? '{"cut":true}' : text
}

function issuanceOf(members: Members, atMs: number): Issuance {
  return {
    recordId: idOf(members.text('id')),
    atMs,
    source: 'mintmark',
    category: 'token',
    outcome: members.oneOf('outcome', ['issued', 'failed']) || 'issued',
    tokenId: readJti(members.text('tokenId')).tokenId,
    sessionId: idOf(members.text('sessionId')),
    principal: principalOf(members.text('principal')),
    principalId: named(members.text('principalId')),
    tenant: named(members.text('tenant')),
    owner: named(members.text('tenant')),
    homeTenant: named(members.text('homeTenant')),
    appId: named(members.text('appId')),
    resourceId: named(members.text('resourceId')),
    ip: address(members.text('ip')),
    network: logged(members.text('network')),
    deviceId: named(members.text('deviceId')),
    client: logged(members.text('client')),
    protocol: logged(members.text('protocol')),
    issuer: logged(members.text('issuer')),
    grouped: 1,
    detail: members.json('detail'),
  }
}

function accessOf(members: Members, atMs: number): Access {
  if (members.text('operation') === '') members.refuse('operation')
  const token = readJti(members.text('tokenId'))
  return {
    recordId: idOf(members.text('id')),
    atMs,
    source: 'mintmark',
    operation: members.text('operation'),
    service: logged(members.text('service')),
    recordType: members.whole('recordType', 0xffff),
    outcome: members.oneOf('outcome', ['succeeded', 'failed']),
    tokenId: token.tokenId,
    tokenIdState: token.state,
    sessionId: idOf(members.text('sessionId')),
    otherSessionId: idOf(members.text('otherSessionId')),
    issuedAtMs: members.time('issuedAt'),
    principal: principalOf(members.text('principal')),
    principalId: named(members.text('principalId')),
    actorKind: members.oneOf('actorKind', ['user', 'app', 'system']),
    logonType: members.whole('logonType', 127, -1),
    mailbox: principalOf(members.text('mailbox')),
    mailboxId: named(members.text('mailboxId')),
    tenant: named(members.text('tenant')),
    tokenTenant: named(members.text('tokenTenant')),
    externalTenant: named(members.text('externalTenant')),
    appId: named(members.text('appId')),
    clientAppId: named(members.text('clientAppId')),
    ip: address(members.text('ip')),
    deviceId: named(members.text('deviceId')),
    client: logged(members.text('client')),
    issuer: logged(members.text('issuer')),
    accessType: members.oneOf('accessType', ['Bind', 'Sync']),
    throttled: members.truth('throttled'),
    items: members.objects('items', itemOf),
    syncedFolders: members.objects('syncedFolders', folderOf),
    objectPath: members.text('objectPath'),
    objectName: members.text('objectName'),
    objectHash: members.text('objectHash').toLowerCase(),
    bytes: members.whole('bytes', Number.MAX_SAFE_INTEGER),
    detail: members.json('detail'),
  }
}

function itemOf(members: Members): Item {
  return {
    messageId: members.text('messageId'),
    itemId: members.text('itemId'),
    folder: members.text('folder'),
    bytes: members.whole('bytes', Number.MAX_SAFE_INTEGER),
    subject: members.text('subject'),
  }
}

function folderOf(members: Members): SyncedFolder {
  return { id: members.text('id'), path: members.text('path') }
}
