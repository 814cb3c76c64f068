/**
 * Follows one issuer's shards, and has the set of its live tokens. Entries count once their tree
 * has the root of an accepted checkpoint. Each shard must begin where the one before it ended, so
 * nothing can be omitted, added or changed.
 */
import { MintmarkError } from '@mintmark/core'
import {
  acceptCheckpoint,
  type Description,
  type Head,
  isEqualHash,
  isRecordedLater,
  LEAST_SKEW_MS,
  type LedgerReader,
  type LinkedShard,
  type Opening,
  type Policy,
  parseCheckpoint,
  periodStartMs,
  type SeenHead,
  type ShardView,
  walkShards,
} from '@mintmark/ledger'
import { CompactTree } from './compact_tree.ts'
import { Intake, type Intaking, takeUpTo } from './intake.ts'
import { LiveSet } from './live_set.ts'
import type { Publication } from './publication.ts'

interface FeedOptions {
  readonly alias: string
  /** By the description, which may be an older one: openings have to name it. */
  readonly issuer: string
  /** As configured: an older description cannot make it shorter. */
  readonly maxLifetimeMs: number
  readonly policy: Policy
  readonly seen: ReadonlyMap<string, SeenHead>
  readonly now: () => number
}

/** Memory of a token past its expiry: a forger may present an expired one. */
export const REMEMBERED_MS = 3_600_000

export class IssuerFeed {
  readonly #options: FeedOptions
  /** The set is complete since the oldest shard that was read was opened; 0 before that. */
  #sinceMs = 0
  #set: LiveSet = new LiveSet()
  #path: string | undefined
  #tree: CompactTree = new CompactTree()
  #head: Head | undefined
  #lastIssuedMs = 0

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

  get path(): string | undefined {
    return this.#path
  }

  get issuer(): string {
    return this.#options.issuer
  }

  /** Whether a token of these times expired before what was read of the ledger. */
  isBefore(issuedAtMs: number, expiresMs: number): boolean {
    return issuedAtMs < this.#sinceMs && expiresMs <= this.#options.now()
  }

  /** Whether a signed head has a later token: then late publication explains none. */
  covers(issuedAtMs: number, skewMs: number): boolean {
    return isRecordedLater(this.#lastIssuedMs, issuedAtMs, skewMs)
  }

  /**
   * Uses nothing of a damaged part.
   * @throws {MintmarkError} `LEDGER_DAMAGED`, `LEDGER_BEHIND`; `INPUT_UNREADABLE`: try again
   */
  async advance(reader: LedgerReader): Promise<void> {
    const newest = await reader.newest(this.#options.alias)
    if (newest === undefined) this.#assertNothingSeen()
    else if (this.#path === undefined) await this.#begin(reader)
    else if (newest === this.#path)
      await this.#extend(await shardAt(reader, newest), this.#intake(reader, this.#set, false))
    else await this.#goOn(reader, this.#path)
  }

  /**
   * Reads nothing. `known`: nothing is new. `gap`: invalid or no continuation, so read the ledger.
   */
  push(publication: Publication, { skewMs }: Description): 'taken' | 'known' | 'gap' {
    const { shard, first, entries, checkpoint: text } = publication
    const checkpoint = shard === this.#path ? parseCheckpoint(text) : undefined
    if (checkpoint === undefined || checkpoint.head.origin !== this.#head?.origin) return 'gap'
    const { head } = checkpoint
    const { size } = this.#tree
    if (head.size <= size) return 'known'
    if (first > size || first + entries.length !== head.size) return 'gap'
    if (typeof acceptCheckpoint(checkpoint, this.#options.policy) === 'string') return 'gap'
    const keepMs = skewMs + REMEMBERED_MS
    const nowMs = this.#options.now()
    const intake = new Intake({ set: this.#set, isHidden: false, nowMs, keepMs })
    const grown = this.#tree.copy()
    if (!isTaken(entries.slice(size - first), grown, intake)) return 'gap'
    if (!isEqualHash(grown.root(), head.root)) return 'gap'
    this.#use(intake, grown, head)
    return 'taken'
  }

  /** From the oldest shard that may have a live token. */
  async #begin(reader: LedgerReader): Promise<void> {
    const skewMs = Math.max(reader.description.skewMs, LEAST_SKEW_MS)
    const maxLifetimeMs = Math.max(reader.description.maxLifetimeMs, this.#options.maxLifetimeMs)
    const liveMs = this.#options.now() - maxLifetimeMs - 2 * skewMs
    const sinceMs = liveMs - REMEMBERED_MS
    const shards: LinkedShard[] = []
    for await (const linked of walkShards(reader, this.#options.alias)) {
      this.#assertNoneLater(linked.shard.head.origin, shards.length)
      if (linked.opening === undefined) {
        assertMayBePruned(linked.shard.path, shards.at(-1)?.shard.path, liveMs)
        break
      }
      this.#assertOwn(linked)
      shards.push(linked)
      if (linked.opening.openedAtMs <= sinceMs) break
    }
    // Half of a ledger is none: the set is shown when all of it is verified.
    const hidden = new LiveSet(shards.reduce((sum, { shard }) => sum + shard.head.size, 0))
    try {
      for (const [i, linked] of shards.toReversed().entries()) {
        const intake = this.#intake(reader, hidden, true)
        // oxlint-disable-next-line no-await-in-loop -- each begins where the one before ended
        await this.#enter(linked, intake, i > 0)
      }
      hidden.settle(this.#options.now())
      this.#set = hidden
      this.#sinceMs = sinceOf(shards.at(-1)?.opening, skewMs)
    } catch (cause) {
      this.#path = undefined
      this.#tree = new CompactTree()
      this.#head = undefined
      this.#lastIssuedMs = 0
      throw cause
    }
  }

  #intake(reader: LedgerReader, set: LiveSet, isHidden: boolean): Intake {
    const { skewMs } = reader.description
    return new Intake({ set, isHidden, nowMs: this.#options.now(), keepMs: skewMs + REMEMBERED_MS })
  }

  async #goOn(reader: LedgerReader, from: string): Promise<void> {
    const later: LinkedShard[] = []
    for await (const linked of walkShards(reader, this.#options.alias)) {
      if (linked.shard.path === from) {
        await this.#extend(linked.shard, this.#intake(reader, this.#set, false))
        for (const each of later.toReversed()) {
          // oxlint-disable-next-line no-await-in-loop -- each begins where the one before ended
          await this.#enter(each, this.#intake(reader, this.#set, false), true)
        }
        return
      }
      this.#assertOwn(linked)
      later.push(linked)
    }
    throw behind(from, 'is not among the shards of the ledger any more')
  }

  async #enter({ shard, opening }: LinkedShard, intake: Intake, isNext: boolean): Promise<void> {
    if (isNext) {
      const isWhole =
        opening?.previousOrigin === this.#head?.origin &&
        opening?.previousSize === this.#tree.size &&
        isEqualHash(opening.previousRoot, this.#tree.root())
      if (!isWhole) throw behind(shard.path, 'does not begin where the shard before it ended')
    }
    const edge = this.#tree
    this.#tree = new CompactTree()
    try {
      await this.#extend(shard, intake)
      this.#path = shard.path
    } catch (cause) {
      this.#tree = edge
      throw cause
    }
  }

  /** Appends entries that are not in the tree yet; they count when the root is right. */
  async #extend(shard: ShardView, intake: Intake): Promise<void> {
    const { head } = shard
    const accepted = acceptCheckpoint(shard.checkpoint, this.#options.policy)
    if (typeof accepted === 'string')
      throw damaged(shard.path, `its checkpoint is not accepted: ${accepted}`)
    const seen = this.#options.seen.get(head.origin)
    const known = Math.max(this.#tree.size, seen?.size ?? 0)
    if (head.size < known)
      throw behind(shard.path, `has ${head.size} entries where ${known} were seen`)
    const grown = this.#tree.copy()
    await appendTo({ tree: grown, shard, intake }, seen)
    if (!isEqualHash(grown.root(), head.root)) throw forked(shard.path)
    this.#use(intake, grown, head)
  }

  #use(intake: Intake, tree: CompactTree, head: Head): void {
    intake.commit()
    this.#tree = tree
    this.#head = head
    this.#lastIssuedMs = intake.lastIssuedMs || this.#lastIssuedMs
  }

  /** The newest shard comes first; a later one that was seen is missing. */
  #assertNoneLater(origin: string, at: number): void {
    const later = [...this.#options.seen.keys()].find((seen) => seen > origin)
    if (at === 0 && later !== undefined) throw behind(later, 'was seen, and is not there')
  }

  /** The description may be an older one. */
  #assertOwn({ shard, opening }: LinkedShard): void {
    if (opening !== undefined && opening.issuer !== this.#options.issuer)
      throw damaged(shard.path, 'its opening names another issuer than ledger.json')
  }

  #assertNothingSeen(): void {
    const [first] = this.#options.seen.values()
    if (this.#path !== undefined || first !== undefined)
      throw behind(this.#options.alias, 'has no shard where there was one')
  }
}

/** An entry may be recorded before the token's own time, by the clocks' skew. */
function sinceOf(opening: Opening | undefined, skewMs: number): number {
  if (opening === undefined) return Number.POSITIVE_INFINITY
  return opening.previousOrigin === '' ? 0 : opening.openedAtMs + 2 * skewMs
}

/** The file `pruned` is unsigned: no ledger removes its newest entries, or those of live tokens. */
function assertMayBePruned(path: string, nextPath: string | undefined, liveMs: number): void {
  const nextMs = periodStartMs(nextPath?.split('/')[1] ?? '')
  if (nextMs >= liveMs || Number.isNaN(nextMs))
    throw damaged(path, 'its entries are not there, and their tokens may be alive')
}

function isTaken(entries: readonly Uint8Array[], tree: CompactTree, intake: Intake): boolean {
  try {
    for (const bytes of entries) {
      tree.append(bytes)
      intake.take(bytes)
    }
    return true
  } catch (cause) {
    if (cause instanceof MintmarkError) return false
    throw cause
  }
}

/** On the way, the tree must pass through what was seen of the shard. */
async function appendTo(intaking: Intaking, seen: SeenHead | undefined): Promise<void> {
  const { tree, shard } = intaking
  if (seen !== undefined && seen.size > tree.size) {
    await takeUpTo(seen.size, intaking)
    if (seen.root !== undefined && !isEqualHash(tree.root(), seen.root)) throw forked(shard.path)
  }
  await takeUpTo(shard.head.size, intaking)
}

async function shardAt(reader: LedgerReader, path: string): Promise<ShardView> {
  const shard = await reader.shard(path)
  if (shard === undefined) throw damaged(path, 'it has no checkpoint')
  return shard
}

function damaged(path: string, what: string): MintmarkError {
  return new MintmarkError('LEDGER_DAMAGED', `${path}: ${what}`, { shard: path })
}

function forked(path: string): MintmarkError {
  return behind(path, 'is not a continuation of what was seen: the ledger was forked')
}

function behind(path: string, what: string): MintmarkError {
  return new MintmarkError('LEDGER_BEHIND', `${path} ${what}`, { shard: path })
}
