/**
 * What a folder of exports holds, by tenant and log, before a case is made of it.
 *
 * @module
 */
import { type Access, type Issuance, type Reject, readEvidence, walkEvidence } from '@mintmark/logs'
import type { LogName } from '../verdicts/losses/loss.ts'

/** One log of one tenant, over all files. Times are milliseconds since 1970, UTC. */
export interface LogSeen extends LogName {
  readonly firstMs: number
  readonly lastMs: number
  readonly records: number
  /** Records with a token id. */
  readonly withToken: number
  /** Records of mail that was read or synchronised. */
  readonly ofMail: number
  /** Of these, those that name a folder and no messages. */
  readonly synchronised: number
}

/** A file that no record was read from. */
export interface FileUnread {
  readonly path: string
  readonly reason: string
}

export interface Survey {
  readonly files: number
  readonly bytes: number
  readonly unread: readonly FileUnread[]
  /** Rows that could not be read, of files that hold others. */
  readonly rejectedRows: number
  /** What files say of their own completeness: code, and how many files. */
  readonly statements: ReadonlyMap<string, number>
  readonly logs: readonly LogSeen[]
  readonly directoryEntries: number
  readonly inventoryEntries: number
}

/**
 * Reads every file below the paths to its end. `onFile` is given, before each file, how many bytes were read so far.
 * @throws {MintmarkError} `INPUT_UNREADABLE` if a path does not exist
 */
export async function survey(
  paths: readonly string[],
  onFile: (bytes: number) => void = () => {},
): Promise<Survey> {
  const logs = new Map<string, LogSeen>()
  const unread: FileUnread[] = []
  const statements = new Map<string, number>()
  const sum = { files: 0, bytes: 0, rejectedRows: 0, directoryEntries: 0, inventoryEntries: 0 }
  for await (const source of walkEvidence(paths)) {
    onFile(sum.bytes)
    const codes = new Set<string>()
    let reason = ''
    const { shape, records, rejected } = await readEvidence(source, {
      issuance: (record) => put(logs, issuanceSeen(record)),
      access: (record) => put(logs, accessSeen(record)),
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
  return { ...sum, unread, statements, logs: [...logs.values()].toSorted(byName) }
}

function put(logs: Map<string, LogSeen>, one: LogSeen): void {
  const key = [one.side, one.source, one.category, one.tenant].join('\0')
  const known = logs.get(key)
  logs.set(key, known === undefined ? one : together(known, one))
}

function together(a: LogSeen, b: LogSeen): LogSeen {
  return {
    ...a,
    // A record without a time has 0, which is no time of the log.
    firstMs:
      a.firstMs === 0 || b.firstMs === 0
        ? Math.max(a.firstMs, b.firstMs)
        : Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
    records: a.records + b.records,
    withToken: a.withToken + b.withToken,
    ofMail: a.ofMail + b.ofMail,
    synchronised: a.synchronised + b.synchronised,
  }
}

function issuanceSeen({ source, category, owner, atMs, tokenId }: Issuance): LogSeen {
  const log = { side: 'issuance', source, category, tenant: owner } as const
  return seenOnce(log, atMs, { withToken: tokenId === '' ? 0 : 1 })
}

function accessSeen(record: Access): LogSeen {
  const { source, service, tenant, atMs, items, syncedFolders, tokenIdState } = record
  const isSync = syncedFolders.length > 0
  return seenOnce({ side: 'access', source, category: service, tenant }, atMs, {
    withToken: tokenIdState === 'present' ? 1 : 0,
    ofMail: items.length > 0 || isSync ? 1 : 0,
    synchronised: isSync && items.length === 0 ? 1 : 0,
  })
}

/** A log, as one of its records shows it. */
function seenOnce(log: LogName, atMs: number, counts: Partial<LogSeen>): LogSeen {
  const none = { withToken: 0, ofMail: 0, synchronised: 0 }
  return { ...log, firstMs: atMs, lastMs: atMs, records: 1, ...none, ...counts }
}

const byName = (a: LogSeen, b: LogSeen) =>
  sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0
const sortKey = ({ tenant, side, source, category }: LogSeen) =>
  [tenant, side, source, category].join('\0')
