/**
 * What opens an upper bound, or bounds it: synchronised folders, the day after a throttled record, and what the logs of
 * mail accesses lost while the attacker could have been active.
 * A lost record could be an access to any mailbox of its tenant. Only an inventory bounds it for mailboxes in scope, and
 * nothing for others, so totals, groups and organisations stay unbounded.
 */
import { isoOf, plural } from '@mintmark/core'
import { cell, numbersBy, rowReader } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import {
  ALL_TIME,
  DAY_MS,
  HOUR_MS,
  type Loss,
  type LossCode,
  lossesOf,
  type Period,
} from '../verdicts/losses/loss.ts'
import type { Account } from './accounts.ts'
import type { Selected } from './selected.ts'
import { ACTIVE_MARGIN_HOURS, isDefault } from './selection.ts'

export const UNBOUNDED_CODES = [
  'no-mailbox-auditing',
  'throttled',
  'reads-without-items',
  'record-cut',
  'graph-lists',
  'synced-folders',
  'access-log-hole',
  'access-records-lost',
  'access-log-capped',
  'access-log-unread',
] as const
export type UnboundedCode = (typeof UNBOUNDED_CODES)[number]

export interface Reason {
  readonly code: UnboundedCode
  readonly count: number
}

const WORDS: Readonly<Record<UnboundedCode, (count: number) => string>> = {
  'no-mailbox-auditing': (n) => `${plural(n, 'mailbox', 'mailboxes')} without a record of reading`,
  throttled: (n) => `recording of reads stopped for a day in ${plural(n, 'mailbox', 'mailboxes')}`,
  'reads-without-items': (n) => `${plural(n, 'record')} of reading without messages`,
  'record-cut': (n) => `${plural(n, 'record')} cut short`,
  'graph-lists': (n) => `${plural(n, 'list')} of messages without their names`,
  'synced-folders': (n) => `${plural(n, 'folder')} synchronised whole`,
  'access-log-hole': (n) => `${plural(n, 'silence')} in the access log`,
  'access-records-lost': (n) => `records of the access log lost at ${plural(n, 'time')}`,
  'access-log-capped': (n) => `${plural(n, 'export')} of the access log cut off`,
  'access-log-unread': (n) => `${plural(n, 'unread file')} that may hold accesses`,
}

export function summed(reasons: readonly Reason[]): Reason[] {
  return UNBOUNDED_CODES.flatMap((code) => {
    const count = reasons.reduce((sum, one) => (one.code === code ? sum + one.count : sum), 0)
    return count === 0 ? [] : [{ code, count }]
  })
}

export function reasonText(reasons: readonly Reason[]): string {
  return summed(reasons)
    .map(({ code, count }) => WORDS[code](count))
    .join(', ')
}

/** One time in which an access log lost records. Times are ISO, UTC; null where the evidence gives none. */
export interface AccessLoss {
  readonly tenant: string
  readonly because: UnboundedCode
  readonly loss: LossCode
  readonly from: string | null
  readonly to: string | null
  readonly records: number
}

export interface LostAccesses {
  readonly list: readonly AccessLoss[]
  /** Of a mailbox of this tenant; `''`: of one whose tenant no record names. */
  inTenant(tenant: string): readonly Reason[]
  beyond(tenants?: readonly string[]): readonly Reason[]
}

const BECAUSE: Readonly<Record<LossCode, UnboundedCode>> = {
  hole: 'access-log-hole',
  'extractor-gap': 'access-log-hole',
  'rejected-rows': 'access-records-lost',
  'cut-records': 'access-records-lost',
  'row-cap': 'access-log-capped',
  'next-link': 'access-log-capped',
  'result-count-short': 'access-log-capped',
  'ends-early': 'access-log-capped',
  'unread-file': 'access-log-unread',
}

interface Active extends Period {
  readonly tenant: string
}

export async function lostAccesses(session: Session, selected: Selected): Promise<LostAccesses> {
  const times = await activeTimes(session, selected)
  // Where nothing points at anybody, any loss may have hidden who does.
  const isNobody = times.length === 0 && isDefault(selected.selection)
  const active = isNobody ? [{ tenant: '', ...ALL_TIME }] : times
  const mail = await mailServices(session, selected)
  const tenants = active.map(({ tenant }) => tenant)
  const losses = tenants.length === 0 ? [] : await lossesOf(session, 'access')
  const isAny = tenants.includes('')
  const opening = losses.filter(
    (loss) =>
      (isNobody || concernsMail(loss, mail)) &&
      active.some(
        ({ tenant, fromMs, toMs }) =>
          (isAny || loss.tenant === '' || loss.tenant === tenant) &&
          loss.fromMs < toMs &&
          loss.toMs > fromMs,
      ),
  )
  const list = distinct(opening)
  // A question about some mailboxes is about no others.
  const isFramed = (selected.selection.mailboxes ?? []).length > 0
  const of = (tenant: string) =>
    list.filter((one) => one.tenant === '' || tenant === '' || one.tenant === tenant)
  return {
    list,
    inTenant: (tenant) => reasonsOf(of(tenant)),
    beyond: (some) => {
      if (isFramed || isNobody) return []
      return reasonsOf(some === undefined ? list : [...new Set(some.flatMap(of))])
    },
  }
}

async function activeTimes(session: Session, selected: Selected): Promise<Active[]> {
  const rows = await session.rows(
    `SELECT toString(tenant) AS name, toUnixTimestamp64Milli(minIf(at, ${IS_POINTED_AT})) AS from_ms,
       toUnixTimestamp64Milli(maxIf(at, ${IS_POINTED_AT})) AS to_ms, max(${IS_POINTED_AT}) AS is_pointed_at,
       countIf(party = 'attacker') AS attacker
     FROM ${selected.table} GROUP BY name ORDER BY name ${BOUNDED}`,
  )
  const { fromMs: first = 0, toMs: last = Infinity } = selected.selection
  if (rows.every((row) => Number(row['attacker']) === 0))
    return rows.map((row) => ({ tenant: String(row['name']), fromMs: first, toMs: last }))
  const times = rows.map(readTimes)
  const own = times.filter(({ isOwn }) => isOwn)
  const begin = own.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity)
  const end = own.reduce((most, { toMs }) => Math.max(most, toMs), -Infinity)
  const margin = ACTIVE_MARGIN_HOURS * HOUR_MS
  return times.map(({ tenant, fromMs, toMs, isOwn }) => ({
    tenant,
    fromMs: Math.max(first, (isOwn ? fromMs : begin) - margin),
    toMs: Math.min(last, (isOwn ? toMs : end) + margin),
  }))
}

const readTimes = rowReader(
  cell.text('tenant:name'),
  cell.number('fromMs toMs'),
  cell.flag('isOwn:is_pointed_at'),
)

const IS_POINTED_AT = "(party = 'attacker' OR strength = 'lead')"

async function mailServices(session: Session, selected: Selected): Promise<Set<string>> {
  const rows = await session.rows(
    `SELECT DISTINCT concat(source, ' ', service) AS log FROM ${selected.table} WHERE is_mail ORDER BY log`,
  )
  return new Set(rows.map((row) => String(row['log'])))
}

function concernsMail({ source, category }: Loss, mail: ReadonlySet<string>): boolean {
  if (source === '' || source === 'dovecot') return true
  if (source === 'ual') return category === '' || category === 'Exchange'
  if (source !== 'mintmark') return false
  return category === '' || mail.has(`${source} ${category}`)
}

/** One loss may be of several logs of a tenant. */
function distinct(losses: readonly Loss[]): AccessLoss[] {
  const found = new Map<string, AccessLoss>()
  for (const { tenant, evidenceId, code, fromMs, toMs, records } of losses) {
    const key = JSON.stringify([tenant, evidenceId, code, fromMs, toMs])
    const [from, to] = [timeOf(fromMs), timeOf(toMs)]
    found.set(key, { tenant, because: BECAUSE[code], loss: code, from, to, records })
  }
  return [...found.values()]
}

/** A bound of all time is none. */
const timeOf = (ms: number): string | null =>
  ms < DAY_MS || ms > Date.UTC(2299, 0) ? null : isoOf(ms)

const reasonsOf = (losses: readonly AccessLoss[]): Reason[] =>
  losses.map(({ because }) => ({ code: because, count: 1 }))

/** Exchange stops auditing Bind for this long once a mailbox is throttled (reference, section 2.8). */
const THROTTLED_HOURS = 24
export const throttledFrom = (fromMs: number): Period => ({
  fromMs,
  toMs: fromMs + THROTTLED_HOURS * HOUR_MS,
})

export interface SyncedFolder {
  readonly mailbox: string
  /** The log's own id of the folder; `''` when the record gives none. */
  readonly folder: string
  readonly path: string
  /** How many messages it held when somebody counted; null when nobody did. */
  readonly items: number | null
  /** Whether all that synchronised it are ambiguous. */
  readonly ambiguous: boolean
}

interface ThrottledWindow extends Period {
  readonly mailbox: string
}

/** An account's own bounds on what no record names. */
export interface Unnamed {
  readonly messages: number | null
  readonly because: readonly Reason[]
}

export async function syncedFolders(session: Session, selected: Selected): Promise<SyncedFolder[]> {
  const rows = await session.rows(
    `SELECT synced.account AS account, synced.id AS id, synced.path AS path, synced.attacker AS attacker,
       greatest(by_id.items, by_path.items) AS items, by_id.seen + by_path.seen AS seen
     FROM (
       SELECT account, if(f != '', f, lower(p)) AS folder_key, any(f) AS id, max(p) AS path,
         max(party = 'attacker') AS attacker
       FROM ${selected.table} ARRAY JOIN folder_id AS f, folder_path AS p
       WHERE is_mail GROUP BY account, folder_key
     ) AS synced
     LEFT JOIN (
       SELECT ${INVENTORY_ACCOUNT} AS account, folder_id, max(items) AS items, 1 AS seen
       ${inventoryFrom(selected)} WHERE folder_id != '' GROUP BY account, folder_id
     ) AS by_id ON synced.account = by_id.account AND synced.id = by_id.folder_id
     LEFT JOIN (
       SELECT ${INVENTORY_ACCOUNT} AS account, ${pathKey('folder_path')} AS path, max(items) AS items, 1 AS seen
       ${inventoryFrom(selected)} WHERE path NOT IN ('', '/') GROUP BY account, path
     ) AS by_path ON synced.account = by_path.account AND ${pathKey('synced.path')} = by_path.path
     ORDER BY account, path, id ${BOUNDED}`,
  )
  return rows.map(readFolder)
}

const readFolder = rowReader(
  cell.text('mailbox:account folder:id path'),
  cell.made('items', (row) => (Number(row['seen']) === 0 ? null : Number(row['items']))),
  cell.made('ambiguous', (row) => Number(row['attacker']) === 0),
)

/** `\Inbox` in the audit log is `/Inbox` in folder statistics. */
const pathKey = (path: string) =>
  `concat('/', trim(LEADING '/' FROM replaceAll(lower(${path}), '\\\\', '/')))`

const INVENTORY_ACCOUNT = "if(known.name != '', known.name, lower(mailbox))"
const inventoryFrom = (selected: Selected) =>
  `FROM inventory LEFT ANY JOIN ${selected.names} AS known ON lower(inventory.mailbox) = known.id`

async function inventoryTotals(session: Session, selected: Selected): Promise<Map<string, number>> {
  const rows = await session.rows(
    `SELECT account, sum(items) AS total FROM (
       SELECT ${INVENTORY_ACCOUNT} AS account, if(folder_id != '', folder_id, folder_path) AS folder,
         max(toUInt128(least(items, 4294967295))) AS items
       ${inventoryFrom(selected)} GROUP BY account, folder
     ) WHERE account IN (SELECT account FROM ${selected.table})
     GROUP BY account ORDER BY account ${BOUNDED}`,
  )
  return numbersBy(rows, 'account', 'total')
}

/**
 * When accesses to a selected mailbox may be missing: the day after any throttled record, as far as the attacker may
 * have been active then. Overlapping times are merged.
 */
export async function throttledWindows(
  session: Session,
  selected: Selected,
): Promise<ThrottledWindow[]> {
  const windows: ThrottledWindow[] = []
  const records = session.stream(
    `SELECT account, toUnixTimestamp64Milli(at) AS from_ms FROM (
       SELECT if(known.name != '', known.name, if(seen.mailbox != '', seen.mailbox, seen.mailbox_id)) AS account, at
       FROM (
         SELECT mailbox, mailbox_id, if(mailbox_id != '', mailbox_id, mailbox) AS ref, at
         FROM access WHERE throttled = 1
       ) AS seen GLOBAL LEFT ANY JOIN ${selected.names} AS known ON seen.ref = known.id
     )
     WHERE account IN (SELECT account FROM ${selected.table} WHERE is_mail AND account != '')
       AND at >= (SELECT min(at) FROM ${selected.table}) - INTERVAL ${ACTIVE_MARGIN_HOURS + THROTTLED_HOURS} HOUR
       AND at <= (SELECT max(at) FROM ${selected.table}) + INTERVAL ${ACTIVE_MARGIN_HOURS} HOUR
     ORDER BY account, at ${BOUNDED}`,
  )
  for await (const rows of records) {
    for (const row of rows) {
      const mailbox = String(row['account'])
      const { fromMs, toMs } = throttledFrom(Number(row['from_ms']))
      const last = windows.at(-1)
      if (last?.mailbox !== mailbox || last.toMs < fromMs) windows.push({ mailbox, fromMs, toMs })
      else windows[windows.length - 1] = { ...last, toMs }
    }
  }
  return windows
}

export async function unnamedOf(
  session: Session,
  selected: Selected,
  accounts: readonly Account[],
  folders: readonly SyncedFolder[],
  windows: readonly ThrottledWindow[],
  lost: LostAccesses,
): Promise<Map<string, Unnamed>> {
  const totals = await inventoryTotals(session, selected)
  const synced = Map.groupBy(folders, ({ mailbox }) => mailbox)
  const throttled = new Set(windows.map((window) => window.mailbox))
  return new Map(
    accounts.map((account) => {
      const own = synced.get(account.mailbox) ?? []
      // A count that lacks a folder which the log shows is no count of the mailbox.
      const isWhole = own.every((folder) => folder.items !== null)
      const total = isWhole ? totals.get(account.mailbox) : undefined
      const reasons = [
        ...wholeMailbox(account, throttled.has(account.mailbox)),
        ...lost.inTenant(account.tenant),
      ]
      return [account.mailbox, unnamed(reasons, own, total)]
    }),
  )
}

function unnamed(
  reasons: readonly Reason[],
  folders: readonly SyncedFolder[],
  total: number | undefined,
): Unnamed {
  if (reasons.length > 0 && total !== undefined) return { messages: total, because: [] }
  const uncounted = folders.filter((folder) => folder.items === null).length
  const because: Reason[] =
    uncounted === 0 ? [...reasons] : [...reasons, { code: 'synced-folders', count: uncounted }]
  if (because.length > 0) return { messages: null, because }
  return { messages: folders.reduce((sum, folder) => sum + (folder.items ?? 0), 0), because }
}

/** Why anything in the mailbox may have been read, by its own records: the first reason that holds. */
function wholeMailbox(account: Account, isThrottled: boolean): Reason[] {
  if (account.needsAudit && !account.isAudited) return [{ code: 'no-mailbox-auditing', count: 1 }]
  if (isThrottled) return [{ code: 'throttled', count: 1 }]
  if (account.unnamedBinds > 0) {
    return [{ code: 'reads-without-items', count: account.unnamedBinds }]
  }
  if (account.cutRecords > 0) return [{ code: 'record-cut', count: account.cutRecords }]
  return account.lists > 0 ? [{ code: 'graph-lists', count: account.lists }] : []
}
