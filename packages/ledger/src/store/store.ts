/**
 * The interface between a sequencer and its store.
 * A store has two parts. The *record* is what {@link LedgerStore.commit} took: it is authoritative, and durable. The
 * *published* files are made of the record and can be made again.
 */
import type { MintmarkError } from '@mintmark/core'
import type { Edge, Resource } from '../tree/growing_tree.ts'

export interface ShardAppend {
  /** Path of the shard, such as `agency/2026-11-25`. */
  readonly shard: string
  /** Index of the first entry. */
  readonly first: number
  readonly entries: readonly Uint8Array[]
}

export type Edges = ReadonlyMap<string, Edge>

export type RecoveredStep =
  /** The edges of the record here: everything before is published, and durable. */
  | { readonly kind: 'edges'; readonly edges: Edges }
  /** Then this was committed. */
  | { readonly kind: 'batch'; readonly appends: readonly ShardAppend[] }

/**
 * Files that make the next start quick, by path. They are no part of the record: all of them can be made again of it, and
 * readers check that they match.
 */
export interface StateFiles {
  read(path: string): Promise<Uint8Array | undefined>
  /** Where {@link read} may return a damaged copy: the original. */
  readAgain?(path: string): Promise<Uint8Array | undefined>
  list(folder: string): Promise<readonly string[]>
  /** After a crash it is the old one or the new one, whole. */
  write(path: string, bytes: Uint8Array): Promise<void>
  remove(path: string): Promise<void>
}

export interface LedgerStore {
  readonly state: StateFiles
  /**
   * The record since it was last durable as published files, in order. A later `edges` overrules what came before it.
   * From here on every other writer's commit fails.
   * @throws {MintmarkError} `LEDGER_DAMAGED` where a part of the record that was acknowledged cannot be read
   */
  recover(): AsyncGenerator<RecoveredStep, void, void>
  /** Ends the recovery, at these edges: all files up to them have been published again. */
  start(edges: Edges): Promise<void>
  /**
   * Adds to the record, all of it or nothing. On return it is durable.
   * @throws {MintmarkError} `DISK_FULL` with nothing added, and the store as it was; `LEDGER_FAILED` where it is not
   *   known what was added: the store must be opened again
   */
  commit(appends: readonly ShardAppend[]): Promise<void>
  /** Number of the part of the record that takes commits. */
  readonly part: number
  /** Whether that part is so long that another one should begin. */
  readonly isGrown: boolean
  /**
   * Begins another part with these edges, never beside a commit. Earlier ones stay until their entries are published, and
   * durable.
   * @param edges of all that was committed
   */
  beginPart(edges: Edges): Promise<void>
  /**
   * Replaces published files, tiles first, then heads; beside commits, and one call after the other. A failure leaves
   * some replaced: publish them again.
   * @param part the one that took commits when the tiles were taken: all that was committed before it is published
   *   with them. Undefined where nothing of the record is: then the heads are durable on return
   */
  publish(
    tiles: readonly Resource[],
    heads: readonly Resource[],
    part: number | undefined,
  ): Promise<void>
  /** Why the store accepts no commits any more; undefined where it does. */
  readonly failure: MintmarkError | undefined
  /** Why published files cannot be made durable: then the record grows until the ledger is opened again. */
  readonly trouble: MintmarkError | undefined
  /** A published file, or undefined. */
  read(path: string): Promise<Uint8Array | undefined>
  list(folder: string): Promise<readonly string[]>
  /** Removes published files: a path with all below it. */
  remove(path: string): Promise<void>
  /** @param edges of what is published; undefined leaves everything as it is, for the next recovery */
  close(edges: Edges | undefined): Promise<void>
}
