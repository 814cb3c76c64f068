/**
 * Mintmark's own plain lines, by which any other system joins in. A member of another type than the schema says makes
 * the line a reject: a silent loss of a field would look like a gap in the log. `null` is absent.
 * Source: docs/schema/plain-ndjson.md and the two JSON Schemas beside it.
 */
import { isObject, type Json, readJti, utcMs } from '@mintmark/core'
import type { Adapter, RowSink } from '../model/adapter.ts'
import {
  type Access,
  type Issuance,
  type Item,
  type SyncedFolder,
  UNKNOWN_ACCESS,
  UNKNOWN_ISSUANCE,
} from '../model/records.ts'
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

/** The first member of the wrong type: where it is within the value that was read. */
class Wrong {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

const WRONG = new Wrong('')

/** Reads a member that is there. */
type Reader<T> = (value: unknown) => T | Wrong

/** How each field of a record is read: from the member of its name, or from the one that is named. */
type Schema<T> = { readonly [K in keyof T]: Reader<T[K]> | readonly [string, Reader<T[K]>] }

interface Entry<T> {
  readonly field: keyof T
  readonly member: string
  readonly read: Reader<T[keyof T]>
}

function entriesOf<T>(schema: Schema<T>): readonly Entry<T>[] {
  const entries: Entry<T>[] = []
  for (const field in schema) {
    const how: Reader<T[keyof T]> | readonly [string, Reader<T[keyof T]>] = schema[field]
    const [member, read] = typeof how === 'function' ? [field, how] : how
    entries.push({ field, member, read })
  }
  return entries
}

/** Writes the members that are there into `made`, up to one of the wrong type. */
function readMembers<T>(row: Json, entries: readonly Entry<T>[], made: T): Wrong | undefined {
  for (const { field, member, read } of entries) {
    const value = row[member] ?? undefined
    if (value === undefined && read !== given) continue
    const own = read(value)
    if (own instanceof Wrong) return new Wrong(`${member}${own.path}`)
    made[field] = own
  }
  return undefined
}

const reader =
  <T, V>(is: (value: unknown) => value is V, to: (value: V) => T): Reader<T> =>
  (value) =>
    is(value) ? to(value) : WRONG

const isText = (value: unknown) => typeof value === 'string'
const text = <T>(to: (spelled: string) => T): Reader<T> => reader(isText, to)
const plain = text((spelled) => spelled)
/** The only reader of a member that must be there. */
const given: Reader<string> = (value) => plain(value) || WRONG

const oneOf =
  <T extends string>(...values: readonly T[]): Reader<T> =>
  (value) =>
    values.find((each) => each === value) ?? WRONG

/** Whole and not negative. */
const whole = (max: number): Reader<number> => {
  const isWhole = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max
  return reader(isWhole, (value) => value)
}

const time: Reader<number> = (value) => utcMs(value) ?? WRONG

const isFlag = (value: unknown) => typeof value === 'boolean'
const truth: Reader<-1 | 0 | 1> = reader(isFlag, (flag) => (flag ? 1 : 0))

const MAX_DETAIL = 32_768
const json = reader(isObject, (value) => {
  const spelled = jsonText(value)
  return spelled === '' || spelled.length > MAX_DETAIL ? '{"cut":true}' : spelled
})

const objects = <T>(none: T, schema: Schema<T>): Reader<readonly T[]> => {
  const entries = entriesOf(schema)
  return (list) => {
    if (!Array.isArray(list)) return WRONG
    const made: T[] = []
    for (const [at, each] of list.entries()) {
      if (!isObject(each)) return new Wrong(`[${at}]`)
      const one = { ...none }
      const wrong = readMembers(each, entries, one)
      if (wrong !== undefined) return new Wrong(`[${at}].${wrong.path}`)
      made.push(one)
    }
    return made
  }
}

const id = text(idOf)
const name = text(named)
const who = text(principalOf)
const words = text(logged)
const ip = text(address)
const bytes = whole(Number.MAX_SAFE_INTEGER)

/** Remembers the last answer: each token id is read for two fields, and dear to read. */
function lastOf<T>(make: (spelled: string) => T): (spelled: string) => T {
  let known = ''
  let answer = make(known)
  return (spelled) => {
    if (spelled !== known) [known, answer] = [spelled, make(spelled)]
    return answer
  }
}
const tokenOf = lastOf(readJti)

const anyOutcome = oneOf('', 'issued', 'failed')
const ISSUANCE: Schema<Omit<Issuance, 'atMs' | 'source' | 'category' | 'grouped'>> = {
  recordId: ['id', id],
  outcome: (value) => anyOutcome(value) || 'issued',
  tokenId: text((jti) => tokenOf(jti).tokenId),
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

const NO_ITEM: Item = { messageId: '', itemId: '', folder: '', bytes: 0, subject: '' }
const ITEM: Schema<Item> = { messageId: plain, itemId: plain, folder: plain, bytes, subject: plain }
const NO_FOLDER: SyncedFolder = { id: '', path: '' }
const FOLDER: Schema<SyncedFolder> = { id: plain, path: plain }

const ACCESS: Schema<Omit<Access, 'atMs' | 'source'>> = {
  operation: given,
  tokenId: text((jti) => tokenOf(jti).tokenId),
  tokenIdState: ['tokenId', text((jti) => tokenOf(jti).state)],
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
  logonType: whole(127),
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
  items: objects(NO_ITEM, ITEM),
  syncedFolders: objects(NO_FOLDER, FOLDER),
  objectPath: plain,
  objectName: plain,
  objectHash: text((hash) => hash.toLowerCase()),
  bytes,
  detail: json,
}

/** @param none a record without a word: members are written into copies of it, which have each field already */
const adapterOf = <F, T extends F>(
  schema: string,
  none: T,
  members: Schema<F>,
  give: (made: T, sink: RowSink) => void,
): Adapter => {
  const entries = entriesOf(members)
  return {
    shape: schema.replace('/1', ''),
    accepts: (row) => row['schema'] === schema,
    read: (row, _context, sink) => {
      const atMs = utcMs(row['at'])
      if (atMs === undefined) {
        rejectTime(row['at'], 'at', sink)
        return
      }
      const made = { ...none, atMs }
      const wrong = readMembers(row, entries, made)
      if (wrong === undefined) give(made, sink)
      else sink.reject({ kind: 'payload', reason: 'wrong-type', detail: wrong.path })
    },
  }
}

const NO_ISSUANCE: Issuance = {
  ...UNKNOWN_ISSUANCE,
  recordId: '',
  atMs: 0,
  source: 'mintmark',
  category: 'token',
  outcome: 'issued',
  tokenId: '',
  tenant: '',
  owner: '',
}
export const mintmarkIssuance: Adapter = adapterOf(
  ISSUANCE_SCHEMA,
  NO_ISSUANCE,
  ISSUANCE,
  (made, sink) => sink.issuance(made),
)

const NO_ACCESS: Access = {
  ...UNKNOWN_ACCESS,
  atMs: 0,
  source: 'mintmark',
  operation: '',
  service: '',
}
export const mintmarkAccess: Adapter = adapterOf(ACCESS_SCHEMA, NO_ACCESS, ACCESS, (made, sink) =>
  sink.access(made),
)
