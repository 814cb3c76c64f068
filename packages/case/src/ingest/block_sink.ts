import type {
  Access,
  DirectoryEntry,
  FolderInventory,
  Issuance,
  RecordSink,
  Reject,
  Statement,
} from '@mintmark/logs'
import {
  AccessBlock,
  DirectoryBlock,
  InventoryBlock,
  IssuanceBlock,
  RecordSource,
  RejectBlock,
  type TableBlock,
} from './record_block.ts'
import type { Identity, LocatedStatement } from './worker_protocol.ts'

/** A part of a file that says more than this many different things about itself is cut short. */
const MAX_STATEMENTS = 1000

/** Rejects that wait at most: a slice of junk has millions, which would take more than the slice itself. */
const MAX_REJECTS = 1 << 16

/** Takes records and keeps them as the rows of the case's tables. */
export class BlockSink implements RecordSink {
  readonly #issuances = new IssuanceBlock()
  readonly #accesses = new AccessBlock()
  readonly #directory = new DirectoryBlock()
  readonly #inventory = new InventoryBlock()
  readonly #rejects = new RejectBlock()
  readonly #blocks = [
    this.#issuances,
    this.#accesses,
    this.#directory,
    this.#inventory,
    this.#rejects,
  ]
  #statements = new Map<string, LocatedStatement>()
  #source = new RecordSource(0, '')
  /** Called when so many rejects wait that all rows had better be taken. */
  onMany: () => void = () => {}

  /** The file of the next records. */
  begin(evidenceId: number, identity: Identity): void {
    this.#source = new RecordSource(evidenceId, identity)
    this.#statements = new Map()
  }

  /** The file at hand. */
  get evidenceId(): number {
    return this.#source.evidenceId
  }

  issuance(record: Issuance, line: number): void {
    this.#issuances.push(record, line, this.#source)
  }

  access(record: Access, line: number): void {
    this.#accesses.push(record, line, this.#source)
  }

  directory(entry: DirectoryEntry, line: number): void {
    this.#directory.push(entry, line, this.#source)
  }

  inventory(entry: FolderInventory, line: number): void {
    this.#inventory.push(entry, line, this.#source)
  }

  reject(reject: Reject, line: number): void {
    this.#rejects.push(reject, line, this.#source.evidenceId)
    if (this.#rejects.rows >= MAX_REJECTS) this.onMany()
  }

  statement(statement: Statement, line: number): void {
    const key = statementKey(statement)
    if (this.#statements.has(key) || this.#statements.size >= MAX_STATEMENTS) return
    this.#statements.set(key, { ...statement, line })
  }

  /** What the file at hand says about itself, each thing once. */
  get statements(): LocatedStatement[] {
    return [...this.#statements.values()]
  }

  /** About how many bytes wait. */
  get bytes(): number {
    return this.#blocks.reduce((sum, block) => sum + block.bytes, 0)
  }

  /** All rows that wait. */
  take(): TableBlock[] {
    return this.#blocks.filter((block) => !block.isEmpty).map((block) => block.take())
  }
}

/** Equal for two statements that say the same. */
export function statementKey({ code, fromMs, toMs }: Statement): string {
  return `${code} ${fromMs} ${toMs}`
}
