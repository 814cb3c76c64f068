/**
 * Follows the shards of one issuer, and keeps the set of its live tokens.
 *
 * Every entry goes through a tree of our own, and counts only once that tree has the root of a checkpoint that the policy
 * accepts. Each shard must begin where the one before it ended. So nothing can be left out, put in or changed on the way.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import {
  acceptCheckpoint,
  assertContains,
  type EntryOutline,
  GrowingTree,
  type Head,
  isEqualHash,
  type LedgerReader,
  type LinkedShard,
  outlineOf,
  type Policy,
  type SeenHead,
  type ShardView,
  TILE_WIDTH,
  walkShards,
} from '@mintmark/ledger'
import { LiveSet } from './live_set.ts'

export interface FeedOptions {
  readonly alias: string
  readonly policy: Policy
  /** Heads of earlier runs, by origin. */
  readonly seen: ReadonlyMap<string, SeenHead>
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
}

export class IssuerFeed {
  readonly #options: FeedOptions
  #set: LiveSet = new LiveSet()
  /** The shard that is being read; undefined before the first. */
  #path: string | undefined
  #tree: GrowingTree = new GrowingTree()
  #head: Head | undefined

  constructor(options: FeedOptions) {
    this.#options = options
  }

  get set(): LiveSet {
    return this.#set
  }

  /** How far the set reaches; undefined while the ledger has no token of this issuer. */
  get head(): Head | undefined {
    return this.#head
  }

  /**
   * Takes in what was published since.
   *
   * @throws {MintmarkError} `LEDGER_DAMAGED` and `LEDGER_BEHIND`: nothing of what is wrong was taken in.
   *   `INPUT_UNREADABLE`: come again
   */
  async advance(reader: LedgerReader): Promise<void> {
    const newest = await reader.newest(this.#options.alias)
    if (newest === undefined) {
      this.#assertNothingSeen()
      return
    }
    if (this.#path === undefined) await this.#begin(reader)
    else if (newest === this.#path) await this.#extend(reader, await shardAt(reader, newest))
    else await this.#goOn(reader, this.#path)
  }

  /** Reads from the oldest shard on that may hold a token which is still alive. */
  async #begin(reader: LedgerReader): Promise<void> {
    const { maxLifetimeMs, skewMs } = reader.description
    const sinceMs = this.#options.now() - maxLifetimeMs - 2 * skewMs
    const shards: LinkedShard[] = []
    for await (const linked of walkShards(reader, this.#options.alias)) {
      // Entries that are taken away are of tokens that have long expired.
      if (linked.opening === undefined) break
      shards.push(linked)
      if (linked.opening.openedAtMs <= sinceMs) break
    }
    try {
      for (const [i, linked] of shards.toReversed().entries()) {
        // oxlint-disable-next-line no-await-in-loop -- each begins where the one before ended
        await this.#enter(reader, linked, i > 0)
      }
    } catch (cause) {
      // Half of a ledger is none: the next time it is read from the start.
      this.#set = new LiveSet()
      this.#path = undefined
      this.#tree = new GrowingTree()
      throw cause
    }
  }

  /** From the shard that was the newest to the one that is. */
  async #goOn(reader: LedgerReader, from: string): Promise<void> {
    const later: LinkedShard[] = []
    for await (const linked of walkShards(reader, this.#options.alias)) {
      if (linked.shard.path === from) {
        await this.#extend(reader, linked.shard)
        for (const each of later.toReversed()) {
          // oxlint-disable-next-line no-await-in-loop -- each begins where the one before ended
          await this.#enter(reader, each, true)
        }
        return
      }
      later.push(linked)
    }
    throw behind(from, 'is not among the shards of the ledger any more')
  }

  async #enter(
    reader: LedgerReader,
    { shard, opening }: LinkedShard,
    isNext: boolean,
  ): Promise<void> {
    if (isNext) {
      const isWhole =
        opening?.previousOrigin === this.#head?.origin &&
        opening?.previousSize === this.#tree.size &&
        isEqualHash(opening.previousRoot, this.#tree.root())
      if (!isWhole) throw behind(shard.path, 'does not begin where the shard before it ended')
    }
    const seen = this.#options.seen.get(shard.head.origin)
    if (seen !== undefined) {
      const { head, tree } = shard
      await assertContains(seen, { size: head.size, rootAt: (size) => tree.root(size) })
    }
    const edge = this.#tree
    this.#tree = new GrowingTree()
    try {
      await this.#extend(reader, shard)
      this.#path = shard.path
    } catch (cause) {
      this.#tree = edge
      throw cause
    }
  }

  /** Appends the entries of a shard that are not in the tree yet; they count when the root is right. */
  async #extend(reader: LedgerReader, shard: ShardView): Promise<void> {
    const { head } = shard
    const accepted = acceptCheckpoint(shard.checkpoint, this.#options.policy)
    if (typeof accepted === 'string')
      throw damaged(shard.path, `its checkpoint is not accepted: ${accepted}`)
    if (head.size < this.#tree.size)
      throw behind(shard.path, `has ${head.size} entries where ${this.#tree.size} were seen`)
    const grown = new GrowingTree(this.#tree.edge())
    const keepMs = reader.description.skewMs
    const staged = new Staged(this.#set, this.#options.now(), keepMs)
    await appendTo(grown, shard, staged)
    if (!isEqualHash(grown.root(), head.root))
      throw behind(shard.path, 'is not a continuation of what was seen: the ledger was forked')
    staged.commit()
    this.#tree = grown
    this.#head = head
  }

  #assertNothingSeen(): void {
    const [first] = this.#options.seen.values()
    if (this.#path !== undefined || first !== undefined)
      throw behind(this.#options.alias, 'has no shard where there was one')
  }
}

async function appendTo(tree: GrowingTree, shard: ShardView, staged: Staged): Promise<void> {
  while (tree.size < shard.head.size) {
    const bundle = Math.floor(tree.size / TILE_WIDTH)
    // oxlint-disable-next-line no-await-in-loop -- in their order
    const entries = await shard.tree.bundle(bundle)
    for (const bytes of entries.slice(tree.size % TILE_WIDTH)) {
      tree.append(bytes)
      staged.take(outlineOf(bytes))
    }
    tree.takeFull()
  }
}

/** Entries that were read and are not proven yet. Expired ones are left out. */
class Staged {
  readonly #set: LiveSet
  readonly #nowMs: number
  readonly #keepMs: number
  readonly #outlines: EntryOutline[] = []

  constructor(set: LiveSet, nowMs: number, keepMs: number) {
    this.#set = set
    this.#nowMs = nowMs
    this.#keepMs = keepMs
  }

  take(outline: EntryOutline | undefined): void {
    if (outline === undefined || outline.expiresMs + this.#keepMs < this.#nowMs) return
    // A copy: a view would keep the whole bundle.
    const { id, inputHash } = outline
    this.#outlines.push({ ...outline, id: id.slice(), inputHash: inputHash.slice() })
  }

  commit(): void {
    for (const { isRevocation, id, inputHash, expiresMs } of this.#outlines) {
      if (isRevocation) this.#set.revoke(id, inputHash)
      else this.#set.add(id, inputHash, expiresMs + this.#keepMs, this.#nowMs)
    }
  }
}

async function shardAt(reader: LedgerReader, path: string): Promise<ShardView> {
  const shard = await reader.shard(path)
  if (shard === undefined) throw damaged(path, 'it has no checkpoint')
  return shard
}

function damaged(path: string, what: string): MintmarkError {
  return new MintmarkError('LEDGER_DAMAGED', `${path}: ${what}`, { shard: path })
}

function behind(path: string, what: string): MintmarkError {
  return new MintmarkError('LEDGER_BEHIND', `${path} ${what}`, { shard: path })
}
