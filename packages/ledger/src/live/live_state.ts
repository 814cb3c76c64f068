/**
 * Stores the live tokens in runs, so that a start reads few entries. A run is stored once its
 * entries are durable, and used if it matches the tree. Without one, entries are read instead.
 */

import { MintmarkError } from '@mintmark/core'
import type { ShardAppend, StateFiles } from '../store/store.ts'
import { outlineOf } from '../tree/entry.ts'
import type { TileTree } from '../tree/tile_tree.ts'
import { isEqualHash } from '../tree/tree.ts'
import { CheckedEntries } from './checked_entries.ts'
import { expiredMs, type Piece, planReading, type StoredRun } from './live_plan.ts'
import type { LiveRun } from './live_run.ts'
import type { LiveByIssuer, LiveTokens } from './live_tokens.ts'

/** Later entries are read again at a start: 0.1 s for so many. */
const RUN_RECORDS = 32_768

interface Recorder {
  readonly shard: string
  earlierExpiry: number
  readonly root: () => Uint8Array
}

interface Sealed {
  readonly run: LiveRun
  readonly root: Uint8Array
  readonly earlierExpiry: number
}

interface StoredFile {
  readonly shard: string
  readonly path: string
  readonly untilMs: number
}

interface LiveStateOptions {
  readonly files: StateFiles
  readonly live: LiveByIssuer
  /** Notices for an operator; none stops anything. */
  readonly onNotice?: ((text: string) => void) | undefined
  readonly runRecords?: number | undefined
}

export interface LiveShard {
  readonly shard: string
  readonly tree: TileTree
  /** From the record, or a checkpoint of the ledger. */
  readonly head: Uint8Array
  /** Undefined if the shard takes no more entries. */
  readonly root: (() => Uint8Array) | undefined
}

export class LiveState {
  readonly #options: LiveStateOptions
  readonly #runRecords: number
  readonly #recorders = new Map<string, Recorder>()
  readonly #sealed: Sealed[] = []
  readonly #stored = new Map<string, StoredFile[]>()
  readonly #unused: string[] = []
  #saving: Promise<void> | undefined
  #trouble = ''

  constructor(options: LiveStateOptions) {
    this.#options = options
    this.#runRecords = options.runRecords ?? RUN_RECORDS
  }

  /** Remembers durable entries. @param sinceMs tokens that expired before it are left out */
  note({ shard, first, entries }: ShardAppend, root: () => Uint8Array, sinceMs: number): void {
    const alias = aliasOf(shard)
    const live = this.#options.live.of(alias)
    const known = this.#recorders.get(alias)
    const waiting = this.#sealed.length
    if (known !== undefined && known.shard !== shard) this.#seal(known, live)
    const recorder = known?.shard === shard ? known : { shard, earlierExpiry: 0, root }
    this.#recorders.set(alias, recorder)
    for (const [i, entry] of entries.entries())
      live.add({ shard, index: first + i }, outlineOf(entry), sinceMs)
    if ((live.current?.count ?? 0) >= this.#runRecords) this.#seal(recorder, live)
    // Runs whose write failed are retried with the next one.
    if (this.#sealed.length > waiting) this.#save(sinceMs)
  }

  #seal(recorder: Recorder, live: LiveTokens, root: Uint8Array = recorder.root()): void {
    const run = live.seal()
    if (run === undefined) return
    const { earlierExpiry } = recorder
    this.#sealed.push({ run, root, earlierExpiry })
    recorder.earlierExpiry = Math.max(earlierExpiry, run.latestExpiry)
  }

  /**
   * @param shards of one issuer, oldest first; the last one takes entries
   * @param sinceMs tokens that expired before it are left out
   */
  async recover(alias: string, shards: readonly LiveShard[], sinceMs: number): Promise<void> {
    const { files } = this.#options
    const isRead = new Set(shards.map(({ shard }) => shard))
    for (const name of await files.list(alias))
      if (!isRead.has(`${alias}/${name}`)) this.#unused.push(`${alias}/${name}`)
    for (const shard of shards) {
      await this.#readShard(alias, shard, sinceMs)
    }
    this.#save(sinceMs)
  }

  async #readShard(alias: string, of: LiveShard, sinceMs: number): Promise<void> {
    const { files, live } = this.#options
    const { shard, tree } = of
    const plan = await planReading(files, { shard, tree, sinceMs })
    for (const { path, reason } of plan.refused)
      this.#options.onNotice?.(`${path}, stored for a quick start, is not used: ${reason}`)
    this.#unused.push(...plan.unused)
    const table = live.of(alias)
    table.reserve(
      plan.pieces.reduce((sum, { first, end }) => sum + end - first, 0),
      sinceMs,
    )
    const recorder = { shard, earlierExpiry: plan.earlierExpiry, root: of.root ?? noRoot }
    for (const piece of plan.pieces) {
      await this.#readPiece(piece, { recorder, table, tree, head: of.head, sinceMs })
    }
    if (of.root === undefined && table.current !== undefined)
      this.#seal(recorder, table, await tree.root())
    this.#recorders.set(alias, recorder)
  }

  async #readPiece(piece: Piece, at: Reading): Promise<void> {
    const { recorder, table, tree, sinceMs } = at
    if (!('run' in piece)) {
      await this.#readEntries(piece, at)
      return
    }
    // Entries read before it are not part of it.
    if (table.current?.shard === piece.run.shard)
      this.#seal(recorder, table, await tree.root(piece.first))
    table.adopt(piece.run, sinceMs)
    recorder.earlierExpiry = Math.max(recorder.earlierExpiry, piece.run.latestExpiry)
    this.#noteStored(piece, recorder.earlierExpiry)
  }

  /** Published files may have been changed: their entries must match the record. */
  async #readEntries({ first, end }: Piece, of: Reading): Promise<void> {
    const { recorder, table, tree, head, sinceMs } = of
    const { shard } = recorder
    const checked = new CheckedEntries(tree, first, end)
    let index = first
    for await (const entries of checked.read()) {
      for (const entry of entries) table.add({ shard, index: index++ }, outlineOf(entry), sinceMs)
      if ((table.current?.count ?? 0) < this.#runRecords) continue
      this.#seal(recorder, table, await tree.root(index))
    }
    if (isEqualHash(await checked.root(), head)) return
    const message = `the published entries of ${shard} are not those that were recorded`
    throw new MintmarkError('LEDGER_DAMAGED', message, { shard })
  }

  #noteStored({ run, path }: StoredRun, untilExpiry: number): void {
    const alias = aliasOf(run.shard)
    const stored = this.#stored.get(alias) ?? []
    this.#stored.set(alias, stored)
    stored.push({ shard: run.shard, path, untilMs: expiredMs(untilExpiry) })
  }

  #save(sinceMs: number): void {
    if (this.#sealed.length + this.#unused.length === 0 || this.#saving !== undefined) return
    this.#saving = this.#saveAll(sinceMs).finally(() => {
      this.#saving = undefined
    })
  }

  /** A failure is reported once, and retried with the next run. */
  async #saveAll(sinceMs: number): Promise<void> {
    try {
      for (let next = this.#sealed[0]; next !== undefined; next = this.#sealed[0]) {
        await this.#store(next)
        this.#sealed.shift()
      }
      this.#forget(sinceMs)
      for (let path = this.#unused[0]; path !== undefined; path = this.#unused[0]) {
        await this.#options.files.remove(path)
        this.#unused.shift()
      }
      this.#trouble = ''
    } catch (cause) {
      const trouble = cause instanceof Error ? cause.message : String(cause)
      if (this.#trouble === '')
        this.#options.onNotice?.(`files for a quick start cannot be stored: ${trouble}`)
      this.#trouble = trouble
    }
  }

  async #store({ run, root, earlierExpiry }: Sealed): Promise<void> {
    const path = `${run.shard}/${run.first}-${run.end}`
    await this.#options.files.write(path, run.encode({ root, earlierExpiry }))
    this.#noteStored(
      { run, path, first: run.first, end: run.end },
      Math.max(earlierExpiry, run.latestExpiry),
    )
  }

  #forget(sinceMs: number): void {
    for (const [alias, stored] of this.#stored) {
      const current = this.#recorders.get(alias)?.shard
      while ((stored[0]?.untilMs ?? Number.POSITIVE_INFINITY) < sinceMs) {
        const { shard, path } = stored.shift() ?? { shard: '', path: '' }
        const isLast = stored[0]?.shard !== shard && shard !== current
        this.#unused.push(isLast ? shard : path)
      }
    }
  }

  async settled(): Promise<void> {
    await this.#saving
  }
}

interface Reading {
  readonly recorder: Recorder
  readonly table: LiveTokens
  readonly tree: TileTree
  readonly head: Uint8Array
  readonly sinceMs: number
}

/** The root of a closed shard is read from its tiles. */
const noRoot = (): Uint8Array => new Uint8Array()

const aliasOf = (shard: string) => shard.split('/')[0] ?? ''
