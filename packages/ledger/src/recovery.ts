/**
 * From what a store recovers to a ledger that can go on.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { type Head, parseCheckpoint } from './checkpoint.ts'
import { type Description, latestPath, originOf, periodStartMs, shardKey } from './description.ts'
import { decodeEntry, tokenIdBytes } from './entry.ts'
import { assertContains, type SeenHead } from './heads.ts'
import type { LiveTokens } from './live_tokens.ts'
import { type NoteSigner, openNote } from './note.ts'
import type { Shards } from './shards.ts'
import type { LedgerStore, ShardAppend } from './store.ts'
import { TileTree } from './tile_tree.ts'
import { TILE_WIDTH } from './tiles.ts'

export interface RecoveryOptions {
  readonly store: LedgerStore
  readonly description: Description
  readonly signer: NoteSigner
  readonly now: () => number
  readonly seen: readonly SeenHead[]
  readonly onHeads?: (heads: readonly Head[]) => Promise<void>
}

export async function recoverLedger(
  options: RecoveryOptions,
  shards: Shards,
  live: LiveTokens,
): Promise<void> {
  const { store } = options
  for await (const step of store.recover()) {
    if (step.kind === 'edges') shards.reset(step.edges)
    else for (const append of step.appends) applyRecovered(append, shards)
  }
  // Before anything is published over: what this ledger itself has published, it must contain.
  const own = await publishedHeads(options)
  const { tiles, heads } = shards.takeChanged()
  await store.publish(tiles, [], () => shards.edges())
  for (const head of [...own, ...options.seen]) {
    // oxlint-disable-next-line no-await-in-loop -- the first that is missing ends it
    await assertSeen(head, heads, options)
  }
  // The journal lets go of shards that were closed: their last heads have to be out before.
  await options.onHeads?.(heads)
  const files = heads.flatMap((head) => shards.headFiles(head, options.signer))
  await store.publish([], files, () => shards.edges())
  await store.start(shards.edges())
  await readLive(options, shards, live)
}

function applyRecovered(append: ShardAppend, shards: Shards): void {
  const alias = append.shard.split('/')[0] ?? ''
  const newest = shards.newest(alias)
  const size = newest?.path === append.shard ? newest.tree.size : 0
  if (size !== append.first) {
    const message = `the journal goes on at entry ${append.first} of ${append.shard}, which has ${size}`
    throw new MintmarkError('LEDGER_DAMAGED', message, { shard: append.shard, size })
  }
  shards.apply(append)
}

/** Heads of the newest published shards, where they bear the ledger's own signature. */
async function publishedHeads({ store, description }: RecoveryOptions): Promise<Head[]> {
  const heads: Head[] = []
  for (const alias of description.issuers.keys()) {
    // oxlint-disable-next-line no-await-in-loop -- issuers are few
    const latest = await store.read(latestPath(alias))
    if (latest === undefined) continue
    const path = `${alias}/${Buffer.from(latest).toString('utf8').trim()}`
    // oxlint-disable-next-line no-await-in-loop -- issuers are few
    const head = await publishedHead(path, store, description)
    if (head !== undefined) heads.push(head)
  }
  return heads
}

/** The head of a published checkpoint that the ledger signed; undefined where there is none. */
export async function publishedHead(
  path: string,
  store: Pick<LedgerStore, 'read'>,
  description: Description,
): Promise<Head | undefined> {
  const bytes = await store.read(`${path}/checkpoint`)
  const checkpoint = bytes && parseCheckpoint(Buffer.from(bytes).toString('utf8'))
  if (checkpoint === undefined) return undefined
  const origin = originOf(description, path)
  const verified = openNote(checkpoint.note, [shardKey(description, origin)])
  const isOwn = verified !== 'bad-signature' && verified.length === 1
  return isOwn && checkpoint.head.origin === origin ? checkpoint.head : undefined
}

/** @param recovered heads of the shards that the record told of */
async function assertSeen(
  seen: SeenHead,
  recovered: readonly Head[],
  { store, description }: RecoveryOptions,
): Promise<void> {
  const path = seen.origin.slice(description.name.length + 1)
  if (originOf(description, path) !== seen.origin || !/^[^/]+\/[^/]+$/.test(path)) return
  const known = recovered.find(({ origin }) => origin === seen.origin)
  const size = (known ?? (await publishedHead(path, store, description)))?.size
  const tree = new TileTree(size ?? 0, (name) => store.read(`${path}/${name}`))
  const own = size === undefined ? undefined : { size, rootAt: (at: number) => tree.root(at) }
  await assertContains(seen, own)
}

/** Tokens that have not expired, read from all shards that may hold one. */
async function readLive(
  { store, description, now }: RecoveryOptions,
  shards: Shards,
  live: LiveTokens,
): Promise<void> {
  const nowMs = now()
  const window = description.maxLifetimeMs + 2 * description.skewMs
  for (const { alias, path, tree } of shards.all()) {
    /* oxlint-disable no-await-in-loop -- oldest first: a later entry overrules */
    const periods = (await store.list(alias)).filter((name) => !Number.isNaN(periodStartMs(name)))
    for (const [i, period] of periods.entries()) {
      const next = periods[i + 1]
      // A shard takes entries until the next one begins.
      if (next !== undefined && periodStartMs(next) + 2 * description.skewMs < nowMs - window)
        continue
      const shard = `${alias}/${period}`
      const size = shard === path ? tree.size : await sizeOf(shard, store, description)
      await readShard(shard, size, { store, live, nowMs })
    }
    /* oxlint-enable no-await-in-loop */
  }
}

async function sizeOf(
  shard: string,
  store: LedgerStore,
  description: Description,
): Promise<number> {
  return (await publishedHead(shard, store, description))?.size ?? 0
}

async function readShard(
  shard: string,
  size: number,
  { store, live, nowMs }: { store: LedgerStore; live: LiveTokens; nowMs: number },
): Promise<void> {
  const tree = new TileTree(size, (name) => store.read(`${shard}/${name}`))
  for (let first = 0; first < size; first += TILE_WIDTH) {
    // oxlint-disable-next-line no-await-in-loop -- in their order
    const entries = await tree.bundle(first / TILE_WIDTH)
    for (const [i, bytes] of entries.entries()) note(bytes, shard, first + i, { live, nowMs })
  }
}

function note(
  bytes: Uint8Array,
  shard: string,
  index: number,
  { live, nowMs }: { live: LiveTokens; nowMs: number },
): void {
  const entry = decodeEntry(bytes)
  if (entry.kind === 'opening' || entry.expiresMs < nowMs) return
  const id = tokenIdBytes(entry.tokenId)
  if (entry.kind === 'revocation') live.revoke(id)
  else {
    const { inputHash, expiresMs } = entry
    live.add({ id, inputHash, expiresMs, shard, index, nowMs })
  }
}
