/**
 * A store has two parts. The *record* is what {@link LedgerStore.commit} took: authoritative,
 * durable. The *published* files are made of the record, and can be made again.
 */
import type { MintmarkError } from '@mintmark/core'
import type { Edge, Resource } from '../tree/growing_tree.ts'

export interface ShardAppend {
  readonly shard: string
  readonly first: number
  readonly entries: readonly Uint8Array[]
}

export type Edges = ReadonlyMap<string, Edge>

export type RecoveredStep =
  /** All before these edges is published, and durable. */
  | { readonly kind: 'edges'; readonly edges: Edges }
  | { readonly kind: 'batch'; readonly appends: readonly ShardAppend[] }

/**
 * Files that speed up the next start. They can all be made again of the record, so they are no part
 * of it; readers check that they match.
 */
export interface StateFiles {
  read(path: string): Promise<Uint8Array | undefined>
  /** The original, where {@link read} may return a damaged copy. */
  readAgain?(path: string): Promise<Uint8Array | undefined>
  list(folder: string): Promise<readonly string[]>
  /** After a crash it is the old one or the new one, whole. */
  write(path: string, bytes: Uint8Array): Promise<void>
  remove(path: string): Promise<void>
}

export interface LedgerStore {
  readonly state: StateFiles
  /**
   * The record, in order, since all was durable as published files; a later `edges` overrules the
   * part before it. From here on every other writer's commit fails.
   * @throws {MintmarkError} `LEDGER_DAMAGED` if an acknowledged part cannot be read
   */
  recover(): AsyncGenerator<RecoveredStep, void, void>
  /** Ends the recovery: all files up to these edges have been published again. */
  start(edges: Edges): Promise<void>
  /**
   * Adds all or nothing; durable on return.
   * @throws {MintmarkError} `DISK_FULL`: nothing added, the store as before. `LEDGER_FAILED`:
   * unknown what was added, so open the store again
   */
  commit(appends: readonly ShardAppend[]): Promise<void>
  readonly part: number
  /** Whether that part is so long that another one should begin. */
  readonly isGrown: boolean
  /**
   * Begins another part with the edges of all commits; never beside a commit.
   * Earlier parts stay until their entries are published and durable.
   */
  beginPart(edges: Edges): Promise<void>
  /**
   * Replaces published files, tiles before heads; beside commits, one call at a time. After a
   * failure some are replaced: publish again.
   * @param part took commits when the tiles were taken: all commits before it are in them.
   * Undefined: nothing of the record is in them, and the heads are durable on return
   */
  publish(
    tiles: readonly Resource[],
    heads: readonly Resource[],
    part: number | undefined,
  ): Promise<void>
  /** Undefined while the store accepts commits. */
  readonly failure: MintmarkError | undefined
  /** Published files cannot be made durable: the record grows until the ledger is opened again. */
  readonly trouble: MintmarkError | undefined
  read(path: string): Promise<Uint8Array | undefined>
  list(folder: string): Promise<readonly string[]>
  remove(path: string): Promise<void>
  /** @param edges of what is published; undefined leaves everything to the next recovery */
  close(edges: Edges | undefined): Promise<void>
}
