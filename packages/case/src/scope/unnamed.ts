/**
 * What was exposed without being named: synchronised folders, and the day after a throttled record.
 *
 * @module
 */
import { asText, computed, numbersBy, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import type { Account } from './accounts.ts'
import { ACTIVE_MARGIN_HOURS } from './ambiguous.ts'
import type { LostAccesses } from './lost_accesses.ts'
import type { Reason } from './reasons.ts'
import type { Selected } from './selected.ts'

/** Exchange stops auditing Bind for this long once a mailbox is throttled (reference, section 2.8). */
export const THROTTLED_HOURS = 24

export interface SyncedFolder {
  readonly mailbox: string
  /** The log's own id of the folder; `''` when the record gives none. */
  readonly folder: string
  readonly path: string
  /** How many messages it held when somebody counted; null when nobody did. */
  readonly items: number | null
  /** Whether all that synchronised it are ambiguous. */
  readonly either: boolean
}

interface ThrottledWindow {
  readonly mailbox: string
  readonly fromMs: number
  readonly toMs: number
}

/** An account's own bounds on what no record names. */
export interface Unnamed {
  /** Messages at most; null when nothing bounds them. */
  readonly messages: number | null
  /** Why they are unbounded; none when they are not. */
  readonly because: readonly Reason[]
}

/** Folders that were synchronised, with their inventory where there is one; by mailbox and folder. */
export async function syncedFolders(session: Session, selected: Selected): Promise<SyncedFolder[]> {
  const rows = await session.rows(
    `SELECT synced.account AS account, synced.id AS id, synced.path AS path, synced.theirs AS theirs,
       greatest(by_id.items, by_path.items) AS items, by_id.seen + by_path.seen AS seen
     FROM (
       SELECT account, if(f != '', f, lower(p)) AS folder_key, any(f) AS id, max(p) AS path,
         max(party = 'theirs') AS theirs
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
  asText('mailbox:account folder:id path'),
  computed('items', (row) => (Number(row['seen']) === 0 ? null : Number(row['items']))),
  computed('either', (row) => Number(row['theirs']) === 0),
)

/** `\Inbox` in the audit log is `/Inbox` in folder statistics. */
const pathKey = (path: string) =>
  `concat('/', trim(LEADING '/' FROM replaceAll(lower(${path}), '\\\\', '/')))`

const INVENTORY_ACCOUNT = "if(known.name != '', known.name, lower(mailbox))"
const inventoryFrom = (selected: Selected) =>
  `FROM inventory LEFT ANY JOIN ${selected.names} AS known ON lower(inventory.mailbox) = known.id`

/** Messages of each counted mailbox, over all its folders. */
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
      const fromMs = Number(row['from_ms'])
      const toMs = fromMs + THROTTLED_HOURS * 3_600_000
      const last = windows.at(-1)
      if (last?.mailbox !== mailbox || last.toMs < fromMs) windows.push({ mailbox, fromMs, toMs })
      else windows[windows.length - 1] = { ...last, toMs }
    }
  }
  return windows
}

/** What each account's unnamed accesses can have given out at most. */
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

/** @param reasons why anything in the mailbox may have been read without a record that names it */
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
