import type { RowSink } from './model/adapter.ts'
import type {
  Access,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  RecordSink,
  Reject,
  RejectKind,
  Statement,
} from './model/records.ts'

export type RejectCounts = Readonly<Record<RejectKind, number>>

export type RecordCounts = Readonly<
  Record<'issuances' | 'accesses' | 'directoryEntries' | 'inventoryEntries', number>
>

export const NO_REJECTS: RejectCounts = { file: 0, row: 0, payload: 0 }
export const NO_RECORDS: RecordCounts = {
  issuances: 0,
  accesses: 0,
  directoryEntries: 0,
  inventoryEntries: 0,
}

export function added<K extends string>(
  none: Readonly<Record<K, number>>,
  counts: readonly Readonly<Record<K, number>>[],
): Record<K, number> {
  const sums: Record<K, number> = { ...none }
  for (const each of counts) for (const name in each) sums[name] += each[name]
  return sums
}

/** Gives what adapters make on to a sink, with the line of the row at hand, and keeps count. */
export class RowOutput implements RowSink {
  line = 0
  /** Time of the first record; Infinity when no record has one. */
  firstMs: number = Number.POSITIVE_INFINITY
  lastMs: number = Number.NEGATIVE_INFINITY
  readonly rejected: Record<RejectKind, number> = { ...NO_REJECTS }
  readonly records: Record<keyof RecordCounts, number> = { ...NO_RECORDS }
  readonly #said = new Set<string>()
  readonly #sink: RecordSink

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  issuance(record: Issuance): void {
    this.records.issuances++
    this.#see(record.atMs)
    this.#sink.issuance(record, this.line)
  }

  access(record: Access): void {
    this.records.accesses++
    this.#see(record.atMs)
    this.#sink.access(record, this.line)
  }

  directory(entry: DirectoryEntry): void {
    this.records.directoryEntries++
    this.#sink.directory(entry, this.line)
  }

  inventory(entry: FolderInventory): void {
    this.records.inventoryEntries++
    this.#sink.inventory(entry, this.line)
  }

  reject(reject: Reject): void {
    this.rejected[reject.kind]++
    this.#sink.reject(reject, this.line)
  }

  /** Each thing is said once, at its first line, however many rows show it. */
  statement(statement: Statement): void {
    const { code, fromMs, toMs } = statement
    const key = fromMs === 0 && toMs === 0 ? code : `${code} ${fromMs} ${toMs}`
    if (this.#said.has(key)) return
    this.#said.add(key)
    this.#sink.statement(statement, this.line)
  }

  #see(atMs: number): void {
    if (atMs <= 0) return
    if (atMs < this.firstMs) this.firstMs = atMs
    if (atMs > this.lastMs) this.lastMs = atMs
  }
}
