/**
 * Mintmark's own plain lines, by which any other system joins in. A member of another type than the schema says makes
 * the line a reject: a silent loss of a field would look like a gap in the log. `null` is absent.
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

/** What a log of issuances says of its own completeness: all that was issued in `[from, to)` is in this file. */
export const mintmarkPeriod: Adapter = {
  shape: 'mintmark-issuance-period',
  accepts: (row) => row['schema'] === PERIOD_SCHEMA,
  read: (row, _context, sink) => {
    const [fromMs, toMs] = [utcMs(row['from']), utcMs(row['to'])]
    const text = completeText(logged(row['issuer']))
    if (fromMs === undefined) rejectTime(row['from'], 'from', sink)
    else if (toMs === undefined) rejectTime(row['to'], 'to', sink)
    else sink.statement({ code: 'complete-period', text, fromMs, toMs })
  },
}

/** What in {@link completeText} is the issuer, as a regular expression. */
export const COMPLETE_ISSUER: string = String.raw`every token that (\S+) signed`

/** The text of a statement that a log is complete. An issuer with blanks is not named. */
export const completeText = (issuer: string): string =>
  `The ledger that this was exported from has every token that ${/^\S+$/.test(issuer) ? issuer : 'its issuer'} signed in this period.`

/** The first member of the wrong type. */
class Wrong {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

/** Reads a member, `undefined` where it is absent. */
type Reader<T> = (value: unknown, path: string) => T | Wrong

/** How each field of a record is read: from the member of its name, or from the one that is named. */
type Schema<T> = { readonly [K in keyof T]: Reader<T[K]> | readonly [string, Reader<T[K]>] }

function readMembers<T>(row: Json, schema: Schema<T>, within = ''): T | Wrong {
  const made = new Map<string, unknown>()
  for (const field in schema) {
    const how = schema[field]
    const [name, read] = typeof how === 'function' ? [field, how] : how
    const value = read(row[name] ?? undefined, `${within}${name}`)
    if (value instanceof Wrong) return value
    made.set(field, value)
  }
  // oxlint-disable-next-line no-unsafe-type-assertion -- it has a value of each field's reader
  return Object.fromEntries(made) as T
}

/** A reader of values that are absent, or that `is` accepts. */
const reader =
  <T, V>(none: T, is: (value: unknown) => value is V, to: (value: V) => T): Reader<T> =>
  (value, path) =>
    value === undefined ? none : is(value) ? to(value) : new Wrong(path)

const isText = (value: unknown) => typeof value === 'string'
const text = <T>(to: (spelled: string) => T): Reader<T> => reader(to(''), isText, to)
const plain = text((spelled) => spelled)
const given: Reader<string> = (value, path) => plain(value ?? '', path) || new Wrong(path)

const oneOf =
  <T extends string>(...values: readonly T[]): Reader<T> =>
  (value, path) =>
    values.find((each) => each === (value ?? '')) ?? new Wrong(path)

/** Whole and not negative; `none` if it is absent. */
const whole = (max: number, none = 0): Reader<number> => {
  const isWhole = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max
  return reader(none, isWhole, (value) => value)
}

const time: Reader<number> = (value, path) =>
  value === undefined ? 0 : (utcMs(value) ?? new Wrong(path))

const isFlag = (value: unknown) => typeof value === 'boolean'
const truth: Reader<-1 | 0 | 1> = reader<-1 | 0 | 1, boolean>(-1, isFlag, (flag) => (flag ? 1 : 0))

const MAX_DETAIL = 32_768
const json = reader('', isObject, (value) => {
  const spelled = jsonText(value)
  return spelled === '' || spelled.length > MAX_DETAIL ? '{"cut":true}' : spelled
})

const objects =
  <T>(schema: Schema<T>): Reader<readonly T[]> =>
  (list, path) => {
    if (list === undefined) return []
    if (!Array.isArray(list)) return new Wrong(path)
    const made: T[] = []
    for (const [at, each] of list.entries()) {
      const whose = `${path}[${at}]`
      const one = isObject(each) ? readMembers(each, schema, `${whose}.`) : new Wrong(whose)
      if (one instanceof Wrong) return one
      made.push(one)
    }
    return made
  }

const id = text(idOf)
const name = text(named)
const who = text(principalOf)
const words = text(logged)
const ip = text(address)
const bytes = whole(Number.MAX_SAFE_INTEGER)

const ISSUANCE: Schema<Omit<Issuance, 'atMs' | 'source' | 'category' | 'grouped'>> = {
  recordId: ['id', id],
  outcome: (value, path) => oneOf('', 'issued', 'failed')(value, path) || 'issued',
  tokenId: text((jti) => readJti(jti).tokenId),
  sessionId: id,
  principal: who,
  principalId: name,
  tenant: name,
  owner: ['tenant', name],
  homeTenant: name,
  appId: name,
  resourceId: name,
  ip,
  network: words,
  deviceId: name,
  client: words,
  protocol: words,
  issuer: words,
  detail: json,
}

const ITEM: Schema<Item> = { messageId: plain, itemId: plain, folder: plain, bytes, subject: plain }
const FOLDER: Schema<SyncedFolder> = { id: plain, path: plain }

const ACCESS: Schema<Omit<Access, 'atMs' | 'source'>> = {
  operation: given,
  tokenId: text((jti) => readJti(jti).tokenId),
  tokenIdState: ['tokenId', text((jti) => readJti(jti).state)],
  recordId: ['id', id],
  service: words,
  recordType: whole(0xffff),
  outcome: oneOf('', 'succeeded', 'failed'),
  sessionId: id,
  otherSessionId: id,
  issuedAtMs: ['issuedAt', time],
  principal: who,
  principalId: name,
  actorKind: oneOf('', 'user', 'app', 'system'),
  logonType: whole(127, -1),
  mailbox: who,
  mailboxId: name,
  tenant: name,
  tokenTenant: name,
  externalTenant: name,
  appId: name,
  clientAppId: name,
  ip,
  deviceId: name,
  client: words,
  issuer: words,
  accessType: oneOf('', 'Bind', 'Sync'),
  throttled: truth,
  items: objects(ITEM),
  syncedFolders: objects(FOLDER),
  objectPath: plain,
  objectName: plain,
  objectHash: text((hash) => hash.toLowerCase()),
  bytes,
  detail: json,
}

const adapterOf = <T>(
  schema: string,
  members: Schema<T>,
  give: (made: T, atMs: number, sink: RowSink) => void,
): Adapter => ({
  shape: schema.replace('/1', ''),
  accepts: (row) => row['schema'] === schema,
  read: (row, _context, sink) => {
    const atMs = utcMs(row['at'])
    const made = readMembers(row, members)
    if (atMs === undefined) rejectTime(row['at'], 'at', sink)
    else if (made instanceof Wrong)
      sink.reject({ kind: 'payload', reason: 'wrong-type', detail: made.path })
    else give(made, atMs, sink)
  },
})

export const mintmarkIssuance: Adapter = adapterOf(ISSUANCE_SCHEMA, ISSUANCE, (made, atMs, sink) =>
  sink.issuance({ ...made, atMs, source: 'mintmark', category: 'token', grouped: 1 }),
)
export const mintmarkAccess: Adapter = adapterOf(ACCESS_SCHEMA, ACCESS, (made, atMs, sink) =>
  sink.access({ ...made, atMs, source: 'mintmark' }),
)
