import { MintmarkError } from '@mintmark/core'
import { decodeEntry, type Entry } from '../tree/entry.ts'
import type { LedgerReader } from './reader.ts'

export interface TailEntry {
  readonly shard: string
  readonly index: number
  readonly entry: Entry
}

export class LedgerTail {
  readonly #reader: LedgerReader
  readonly #positions = new Map<string, { readonly path: string; readonly next: number }>()

  private constructor(reader: LedgerReader) {
    this.#reader = reader
  }

  /** @param last how many entries of each newest shard come first */
  static async open(reader: LedgerReader, last: number): Promise<LedgerTail> {
    const tail = new LedgerTail(reader)
    for (const alias of reader.description.issuers.keys()) {
      const path = await reader.newest(alias)
      if (path === undefined) continue
      const size = (await reader.shard(path))?.head.size ?? 0
      tail.#positions.set(alias, { path, next: Math.max(0, size - last) })
    }
    return tail
  }

  /** What was published since the last call. @throws {MintmarkError} `LEDGER_DAMAGED` */
  async *next(): AsyncGenerator<readonly TailEntry[], void, void> {
    for (const alias of this.#reader.description.issuers.keys()) {
      const newest = await this.#reader.newest(alias)
      if (newest === undefined) continue
      const at = this.#positions.get(alias) ?? { path: newest, next: 0 }
      // The rest of the former newest shard comes before the present one.
      for (const path of new Set([at.path, newest]))
        yield* this.#from(alias, path, path === at.path ? at.next : 0)
    }
  }

  async *#from(alias: string, path: string, first: number): AsyncGenerator<TailEntry[]> {
    const shard = await this.#reader.shard(path)
    if (shard === undefined) throw new MintmarkError('LEDGER_DAMAGED', `${path} has no checkpoint`)
    for await (const { index, entries } of shard.tree.entries(first))
      yield entries.map((bytes, i) => ({
        shard: path,
        index: index + i,
        entry: decodeEntry(bytes),
      }))
    this.#positions.set(alias, { path, next: Math.max(first, shard.head.size) })
  }
}
