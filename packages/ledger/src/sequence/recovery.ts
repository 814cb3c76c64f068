/** Recovers a ledger from its store: it must contain all that it ever published. */
import { MintmarkError } from '@mintmark/core'
import type { LiveShard, LiveState } from '../live/live_state.ts'
import {
  assertContains,
  type Head,
  parseCheckpoint,
  type SeenHead,
  signHead,
} from '../notes/checkpoint.ts'
import {
  DESCRIPTION_PATH,
  type Description,
  formatDescription,
  isSignedDescription,
  originOf,
  type Period,
  periodAt,
  periodStartMs,
  shardKey,
  shardPath,
} from '../notes/description.ts'
import { openNote } from '../notes/note.ts'
import { readText } from '../store/files.ts'
import type { ShardAppend } from '../store/store.ts'
import { decodeEntry, type Entry } from '../tree/entry.ts'
import { TileTree } from '../tree/tile_tree.ts'
import { TILE_WIDTH } from '../tree/tiles.ts'
import { EMPTY_ROOT } from '../tree/tree.ts'
import { type ClockOptions, LedgerClock } from './ledger_clock.ts'
import { periodsOf, prunedPath, pruneLedger } from './pruning.ts'
import { type PublisherOptions, unwitnessedPath } from './publisher.ts'
import type { Shards } from './shards.ts'

type Heads = ReturnType<Shards['takeChanged']>['heads']

/** `onHeads` is awaited before the heads are published. */
export interface SequencerOptions extends PublisherOptions, ClockOptions {
  readonly description: Description
  /** The ledger must contain them, or it does not start. */
  readonly seen?: readonly SeenHead[] | undefined
  readonly publishIntervalMs?: number | undefined
  /** Records of an issuer after which a run is stored for the next start. */
  readonly runRecords?: number | undefined
  /** Notices for an operator; none stops anything. */
  readonly onNotice?: ((text: string) => void) | undefined
}

interface Recovery {
  readonly unwitnessed: ReadonlyMap<string, string>
  readonly clock: LedgerClock
}

export async function recoverLedger(
  options: SequencerOptions,
  shards: Shards,
  state: LiveState,
): Promise<Recovery> {
  const { store, description } = options
  for await (const step of store.recover()) {
    if (step.kind === 'edges') shards.reset(step.edges)
    else for (const append of step.appends) applyRecovered(append, shards)
  }
  const { tiles, heads } = shards.takeChanged()
  // Read before anything is replaced: the ledger must contain all that it has published.
  const own = await publishedHeads(options)
  await store.publish(tiles, [], store.part)
  for (const head of [...own, ...(options.seen ?? [])]) {
    await assertSeen(head, { heads, shards, options })
  }
  await assertNewest(heads, options, shards)
  await publishHeads(heads, options, shards)
  await store.start(shards.edges())
  const newestMs = await newestTimeMs(options, shards)
  const clock = new LedgerClock(options, { skewMs: description.skewMs, newestMs })
  await pruneLedger(store, description, clock.sureMs)
  // Whatever the clock says, a token that lived at the newest entry still lives.
  await readLive(options, {
    shards,
    state,
    nowMs: Math.min(clock.sureMs, newestMs ?? clock.sureMs),
  })
  return { unwitnessed: await unwitnessedHeads(options), clock }
}

/** By times that were checked at admission; undefined if there is none. */
async function newestTimeMs(
  { store }: SequencerOptions,
  shards: Shards,
): Promise<number | undefined> {
  let newestMs: number | undefined
  for (const { path, tree } of shards.all()) {
    const published = new TileTree(tree.size, (name) => store.read(`${path}/${name}`))
    const timeMs = await lastTimeMs(published)
    if (timeMs !== undefined) newestMs = Math.max(newestMs ?? timeMs, timeMs)
  }
  return newestMs
}

/** Times of revocations are not checked: uses the last bundle with another entry. */
async function lastTimeMs(tree: TileTree): Promise<number | undefined> {
  for (let index = Math.ceil(tree.size / TILE_WIDTH) - 1; index >= 0; index--) {
    const times = (await tree.bundle(index)).map((bytes) => timeMsOf(decodeEntry(bytes)))
    const latestMs = Math.max(...times)
    if (latestMs > 0) return latestMs
  }
  return undefined
}

function timeMsOf(entry: Entry): number {
  if (entry.kind === 'revocation') return 0
  return entry.kind === 'issuance' ? entry.issuedAtMs : entry.openedAtMs
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

/** The record drops closed shards, so their last heads are published before. */
async function publishHeads(
  heads: Heads,
  { store, signer, description, onHeads, witnesses }: SequencerOptions,
  shards: Shards,
): Promise<void> {
  await onHeads?.(heads)
  const files = heads.flatMap((head) => {
    const { path } = head.shard
    const text = signHead(head, signer)
    if (witnesses?.isNeeded !== true) return shards.headFiles(path, text)
    return [{ path: unwitnessedPath(path), bytes: Buffer.from(text) }]
  })
  // Unsigned if it is of an earlier version, or was edited.
  const known = await readText(store, DESCRIPTION_PATH)
  if (known === undefined || !isSignedDescription(known, [signer.key]))
    files.push({
      path: DESCRIPTION_PATH,
      bytes: Buffer.from(formatDescription(description, signer)),
    })
  await store.publish([], files, store.part)
}

/** Periods before now to ask about, for each issuer: covers a usual break. */
const PERIODS_ASKED = 32

/** Asks the witnesses whether they know more of the newest shards, or later ones. */
async function assertNewest(
  heads: Heads,
  { witnesses, description, signer, now }: SequencerOptions,
  shards: Shards,
): Promise<void> {
  if (witnesses?.isNeeded !== true) return
  const asked: Promise<void>[] = heads.map((head) => witnesses.assertNewest(signHead(head, signer)))
  for (const alias of description.issuers.keys()) {
    const newest = shards.newest(alias)?.period ?? ''
    for (const [i, period] of periodsAfter(newest, now(), description.period).entries()) {
      const origin = originOf(description, shardPath(alias, period))
      const none = { origin, size: 0, root: EMPTY_ROOT }
      const isOpenNow = i === 0
      asked.push(
        isOpenNow
          ? witnesses.assertNewest(signHead(none, signer))
          : witnesses.assertUnknown(origin),
      )
    }
  }
  await Promise.all(asked)
}

function periodsAfter(after: string, nowMs: number, kind: Period): string[] {
  const periods: string[] = []
  let at = periodAt(nowMs, kind)
  while (at > after && periods.length < PERIODS_ASKED) {
    periods.push(at)
    at = periodAt(periodStartMs(at) - 1, kind)
  }
  return periods
}

type Published = Pick<SequencerOptions, 'store' | 'description'>

async function publishedHeads(published: Published): Promise<Head[]> {
  const newest = async (alias: string) => {
    for (const period of (await periodsOf(alias, published.store)).toReversed()) {
      const head = await publishedHead(shardPath(alias, period), published)
      if (head !== undefined) return [head]
    }
    return []
  }
  return (await Promise.all([...published.description.issuers.keys()].map(newest))).flat()
}

/** The higher of a shard's two checkpoints; undefined if the ledger signed none. */
async function publishedHead(path: string, published: Published): Promise<Head | undefined> {
  const known = await headAt(`${path}/checkpoint`, path, published)
  const waiting = await headAt(unwitnessedPath(path), path, published)
  return (waiting?.size ?? 0) > (known?.size ?? 0) ? waiting : known
}

async function headAt(
  file: string,
  path: string,
  { store, description }: Published,
): Promise<Head | undefined> {
  const checkpoint = parseCheckpoint((await readText(store, file)) ?? '')
  if (checkpoint === undefined) return undefined
  const origin = originOf(description, path)
  const verified = openNote(checkpoint.note, [shardKey(description, origin)])
  const isOwn = verified !== 'bad-signature' && verified.length === 1
  return isOwn && checkpoint.head.origin === origin ? checkpoint.head : undefined
}

async function unwitnessedHeads(options: SequencerOptions): Promise<ReadonlyMap<string, string>> {
  const waiting = new Map<string, string>()
  const { store, description, witnesses } = options
  if (witnesses?.isNeeded !== true) return waiting
  for (const alias of description.issuers.keys()) {
    for (const period of await periodsOf(alias, store)) {
      const path = shardPath(alias, period)
      const text = await readText(store, unwitnessedPath(path))
      const known = await headAt(`${path}/checkpoint`, path, options)
      const head = await headAt(unwitnessedPath(path), path, options)
      if (text !== undefined && (head?.size ?? 0) > (known?.size ?? 0)) waiting.set(path, text)
    }
  }
  return waiting
}

interface Recorded {
  readonly heads: Heads
  readonly shards: Shards
  readonly options: SequencerOptions
}

/**
 * For a shard that takes entries, or may later, only the record counts: published files cannot
 * replace a record that lost it. The record drops closed shards: these are as published.
 */
async function assertSeen(seen: SeenHead, { heads, shards, options }: Recorded): Promise<void> {
  const { store, description } = options
  const path = seen.origin.slice(description.name.length + 1)
  const [alias = '', period = ''] = path.split('/')
  if (originOf(description, path) !== seen.origin || shardPath(alias, period) !== path) return
  const isClosed = period < (shards.newest(alias)?.period ?? '')
  const recorded: Head | undefined = heads.find(({ origin }) => origin === seen.origin)
  const head = recorded ?? (isClosed ? await publishedHead(path, options) : undefined)
  if (head === undefined) return await assertContains(seen, undefined)
  const tree = new TileTree(head.size, (name) => store.read(`${path}/${name}`))
  const isPruned = isClosed && (await store.read(prunedPath(path))) !== undefined
  const rootAt = async (size: number) => (size === head.size ? head.root : await tree.root(size))
  // The head of a pruned shard can only be compared at its own size.
  const known = isPruned && seen.size < head.size ? { ...seen, root: undefined } : seen
  return await assertContains(known, { size: head.size, rootAt })
}

async function readLive(
  options: SequencerOptions,
  {
    shards,
    state,
    nowMs,
  }: { readonly shards: Shards; readonly state: LiveState; readonly nowMs: number },
): Promise<void> {
  const { store, description } = options
  for (const { alias, path, tree } of shards.all()) {
    const live: LiveShard[] = []
    for (const period of await livePeriods(alias, nowMs, options)) {
      const shard = shardPath(alias, period)
      const isOpen = shard === path
      const closed = isOpen ? undefined : await publishedHead(shard, options)
      const size = isOpen ? tree.size : (closed?.size ?? 0)
      const head = isOpen ? tree.root() : (closed?.root ?? EMPTY_ROOT)
      const published = new TileTree(size, (name) => store.read(`${shard}/${name}`))
      live.push({ shard, tree: published, head, root: isOpen ? () => tree.root() : undefined })
    }
    await state.recover(alias, live, nowMs - 2 * description.skewMs)
  }
}

/** A shard takes entries until the next period begins. */
async function livePeriods(
  alias: string,
  nowMs: number,
  { store, description }: SequencerOptions,
): Promise<string[]> {
  const { maxLifetimeMs, skewMs } = description
  const periods = await periodsOf(alias, store)
  return periods.filter((_, i) => {
    const next = periods[i + 1]
    return next === undefined || periodStartMs(next) >= nowMs - maxLifetimeMs - 4 * skewMs
  })
}
