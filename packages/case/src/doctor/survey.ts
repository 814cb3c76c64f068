/** What a folder of exports holds, by tenant and log, before a case is made of it. */

import { type Access, type Issuance, type Reject, readEvidence, walkEvidence } from '@mintmark/logs'
import type { Numbers } from '../engine/rows.ts'
import { HOUR_MS, LONG_PAUSE_HOURS, type LogName, type Period } from '../verdicts/losses/loss.ts'

export interface LogSeen extends LogName, Numbers<'firstMs lastMs records withToken ofMail'> {
  readonly synchronised: number
  readonly silences: readonly Period[]
}

export interface FileUnread {
  readonly path: string
  readonly reason: string
}

export interface Survey
  extends Numbers<'files bytes rejectedRows directoryEntries inventoryEntries'> {
  readonly unread: readonly FileUnread[]
  readonly statements: ReadonlyMap<string, number>
  readonly logs: readonly LogSeen[]
}

/**
 * `onFile` gets the bytes read before each file.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function survey(
  paths: readonly string[],
  onFile: (bytes: number) => void = () => {},
): Promise<Survey> {
  const logs = new Map<string, Seen>()
  const unread: FileUnread[] = []
  const statements = new Map<string, number>()
  const sum = { files: 0, bytes: 0, rejectedRows: 0, directoryEntries: 0, inventoryEntries: 0 }
  for await (const source of walkEvidence(paths)) {
    onFile(sum.bytes)
    const codes = new Set<string>()
    let reason = ''
    const { shape, records, rejected } = await readEvidence(source, {
      issuance: (record) => seeIssuance(logs, record),
      access: (record) => seeAccess(logs, record),
      directory: () => void sum.directoryEntries++,
      inventory: () => void sum.inventoryEntries++,
      reject: (reject: Reject) => {
        if (reject.kind === 'file') reason = reject.reason
      },
      statement: ({ code }) => void codes.add(code),
    })
    for (const code of codes) statements.set(code, (statements.get(code) ?? 0) + 1)
    sum.files++
    sum.bytes += source.sizeBytes
    sum.rejectedRows += rejected.row
    const isRead = Object.values(records).some((number) => number > 0)
    if (!isRead && shape !== 'extractor-log')
      unread.push({ path: source.path, reason: reason || shape })
  }
  const inOrder = [...logs].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const seenLogs = inOrder.map(([, { hours, ...log }]) =>
    Object.assign(log, { silences: silencesOf(hours) }),
  )
  return { ...sum, unread, statements, logs: seenLogs }
}

type Counts = Omit<LogSeen, 'silences'>
type Seen = { -readonly [Member in keyof Counts]: Counts[Member] } & {
  readonly hours: Set<number>
}

/** Hours with records that a silence should have at least: in a thinner log it says nothing. */
const EXPECTED_HOURS = 20

function silencesOf(hours: ReadonlySet<number>): Period[] {
  const sorted = [...hours].toSorted((a, b) => a - b)
  const gaps = sorted
    .slice(1)
    .map((to, i) => ({ from: (sorted[i] ?? to) + 1, to }))
    .filter(({ from, to }) => to - from > LONG_PAUSE_HOURS)
  const silent = gaps.reduce((sum, { from, to }) => sum + to - from, 0)
  const whole = (sorted.at(-1) ?? 0) + 1 - (sorted[0] ?? 0)
  const share = sorted.length / Math.max(1, whole - silent)
  return gaps
    .filter(({ from, to }) => share * (to - from) >= EXPECTED_HOURS)
    .map(({ from, to }) => ({ fromMs: from * HOUR_MS, toMs: to * HOUR_MS }))
}

function seeIssuance(logs: Map<string, Seen>, record: Issuance): void {
  const { source, category, owner, atMs, tokenId } = record
  const log = seen(logs, { side: 'issuance', source, category, tenant: owner }, atMs)
  if (tokenId !== '') log.withToken++
}

function seeAccess(logs: Map<string, Seen>, record: Access): void {
  const { source, service, tenant, atMs, items, syncedFolders, tokenIdState } = record
  const log = seen(logs, { side: 'access', source, category: service, tenant }, atMs)
  const isSync = syncedFolders.length > 0
  if (tokenIdState === 'present') log.withToken++
  if (items.length > 0 || isSync) log.ofMail++
  if (isSync && items.length === 0) log.synchronised++
}

function seen(logs: Map<string, Seen>, name: LogName, atMs: number): Seen {
  const { side, source, category, tenant } = name
  const key = [tenant, side, source, category].join('\0')
  const none = { firstMs: atMs, lastMs: atMs, records: 0, withToken: 0, ofMail: 0, synchronised: 0 }
  const log = logs.get(key) ?? { ...name, ...none, hours: new Set<number>() }
  logs.set(key, log)
  log.records++
  if (atMs !== 0) log.hours.add(Math.floor(atMs / HOUR_MS))
  // A record without a time has 0, which is no time of the log.
  const isTimed = log.firstMs !== 0 && atMs !== 0
  log.firstMs = isTimed ? Math.min(log.firstMs, atMs) : Math.max(log.firstMs, atMs)
  log.lastMs = Math.max(log.lastMs, atMs)
  return log
}
