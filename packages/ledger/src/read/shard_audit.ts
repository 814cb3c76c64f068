/** One shard, entry by entry: the tree is built again and compared with what is published. */
import { MintmarkError } from '@mintmark/core'
import type { LiveTokens } from '../live/live_tokens.ts'
import { attestedBy, type FrontEndKeys } from '../notes/attestation.ts'
import type { SeenHead } from '../notes/checkpoint.ts'
import { decodeEntry, type Entry, type EntryOutline, tokenIdBytes } from '../tree/entry.ts'
import { GrowingTree, type Resource } from '../tree/growing_tree.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import { TILE_WIDTH } from '../tree/tiles.ts'
import { isEqualHash } from '../tree/tree.ts'
import type { ShardView } from './reader.ts'

export type FindingCode =
  /** Checkpoint missing, malformed, not signed, or not accepted by the policy. */
  | 'checkpoint'
  /** The chain of shards is broken, or a shard grew after the next one was opened. */
  | 'chain'
  /** A tile or bundle is missing, or is not what the entries hash to. */
  | 'tiles'
  /** The entries do not hash to the checkpoint. */
  | 'root'
  /** An entry cannot be read, or is not one of this issuer. */
  | 'entry'
  /** A token id was recorded twice while its token lived. */
  | 'token-id'
  /** No front end whose key was given attested the token. */
  | 'attestation'
  /** A seen head is not in the ledger: it is older, or was forked. */
  | 'seen'
  /** Entries are gone that the stated policy keeps. */
  | 'pruned'

type Find = (code: FindingCode, message: string) => void

interface ShardAuditOptions {
  readonly issuer: string
  /** How long a token may be needed after a later one was issued. */
  readonly marginMs: number
  /** Tokens of earlier shards of the issuer; those of this one are added. */
  readonly live: LiveTokens
  readonly seen: readonly SeenHead[]
  readonly read: ReadResource
  readonly frontEnds: FrontEndKeys | undefined
  readonly count: { entries: number; issuances: number; revocations: number }
}

export class ShardAudit {
  readonly #shard: ShardView
  readonly #options: ShardAuditOptions
  readonly #tree = new GrowingTree()

  constructor(shard: ShardView, options: ShardAuditOptions) {
    this.#shard = shard
    this.#options = options
  }

  async run(find: Find): Promise<void> {
    const { head } = this.#shard
    for (const { size } of this.#options.seen)
      if (size > head.size)
        find('seen', `${size} entries were seen, ${head.size} are there: this is an older copy`)
    this.#demandSeen(find)
    for (let bundle = 0; bundle * TILE_WIDTH < head.size; bundle++) {
      if (!(await this.#bundle(bundle, find))) return
    }
    await this.#compare(this.#tree.partials(), find)
    if (!isEqualHash(this.#tree.root(), head.root))
      find('root', 'the entries do not hash to the checkpoint')
  }

  /** @returns whether reading on makes sense */
  async #bundle(bundle: number, find: Find): Promise<boolean> {
    let entries: readonly Uint8Array[]
    try {
      entries = await this.#shard.tree.bundle(bundle)
    } catch (cause) {
      if (!(cause instanceof MintmarkError) || cause.code !== 'LEDGER_DAMAGED') throw cause
      find('tiles', cause.message)
      return false
    }
    for (const [i, bytes] of entries.entries()) {
      this.#tree.append(bytes)
      this.#entry(bytes, bundle * TILE_WIDTH + i, find)
      this.#demandSeen(find)
    }
    await this.#compare(this.#tree.takeFull(), find)
    return true
  }

  async #compare(tiles: readonly Resource[], find: Find): Promise<void> {
    for (const { path, bytes } of tiles) {
      if (path.startsWith('tile/entries/')) continue
      const published = await this.#published(path)
      if (published === undefined) find('tiles', `${path} is not there`)
      else if (!isEqualHash(published.subarray(0, bytes.length), bytes))
        find('tiles', `${path} is not what the entries hash to`)
    }
  }

  /** A partial tile may be gone once the full one is there. */
  async #published(path: string): Promise<Uint8Array | undefined> {
    const { read } = this.#options
    const exact = await read(`${this.#shard.path}/${path}`)
    const full = path.replace(/\.p\/\d+$/, '')
    return exact ?? (full === path ? undefined : await read(`${this.#shard.path}/${full}`))
  }

  #demandSeen(find: Find): void {
    for (const { size, root } of this.#options.seen) {
      if (size !== this.#tree.size || root === undefined) continue
      if (!isEqualHash(this.#tree.root(), root))
        find('seen', `the first ${size} entries are not those that were seen: forked`)
    }
  }

  #entry(bytes: Uint8Array, index: number, find: Find): void {
    this.#options.count.entries++
    let entry: Entry
    try {
      entry = decodeEntry(bytes)
    } catch {
      find('entry', `entry ${index} cannot be read`)
      this.#remember(index, undefined, 0)
      return
    }
    if (entry.issuer !== this.#options.issuer) find('entry', `entry ${index} is of another issuer`)
    if ((entry.kind === 'opening') !== (index === 0))
      find('entry', `entry ${index} is ${entry.kind === 'opening' ? 'an' : 'no'} opening`)
    if (entry.kind === 'issuance') {
      this.#issuance(entry, index, find)
      return
    }
    if (entry.kind === 'revocation') this.#revocation(entry, index, find)
    this.#remember(index, undefined, 0)
  }

  #remember(index: number, outline: EntryOutline | undefined, nowMs: number): void {
    this.#options.live.add({ shard: this.#shard.path, index }, outline, nowMs)
  }

  #issuance(entry: Entry & { kind: 'issuance' }, index: number, find: Find): void {
    this.#options.count.issuances++
    const { issuedAtMs, inputHash, expiresMs } = entry
    const id = tokenIdBytes(entry.tokenId)
    const { live, marginMs, frontEnds } = this.#options
    const known = live.find(id, inputHash, issuedAtMs)
    const asked = frontEnds && attestedBy(entry.attestation, inputHash, frontEnds).state
    if (asked !== undefined && asked !== 'attested') find('attestation', `entry ${index}: ${asked}`)
    if (known !== undefined) find('token-id', `entry ${index} repeats a token id that lives`)
    const outline = { isRevocation: false, id, inputHash, expiresMs }
    this.#remember(index, outline, issuedAtMs - marginMs)
  }

  #revocation(entry: Entry & { kind: 'revocation' }, index: number, find: Find): void {
    this.#options.count.revocations++
    const id = tokenIdBytes(entry.tokenId)
    const known = this.#options.live.find(id, entry.inputHash, 0)
    if (known === undefined || known === 'other')
      find('entry', `entry ${index} revokes a token that was not issued`)
  }
}
