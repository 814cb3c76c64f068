/**
 * Reads the entries of a shard into a tree and a live set; full bundles through a kernel in
 * threads.
 * Trust: entries count only once the caller has compared the tree's root with a head.
 */

import { availableParallelism } from 'node:os'
import { setImmediate as eventLoopRound } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import {
  type BatchReading,
  type BundleBatch,
  BundleReader,
  BundleThreads,
  batchOf,
  type EntryOutline,
  issuedAtOf,
  OUTLINE_WORDS,
  outlineOf,
  readBatch,
  readBundle,
  type ShardView,
  TILE_WIDTH,
} from '@mintmark/ledger'
import type { CompactTree } from './compact_tree.ts'
import type { LiveSet } from './live_set.ts'

interface IntakeOptions {
  readonly set: LiveSet
  /** The set is not in use yet: entries may go into it at once. */
  readonly isHidden: boolean
  readonly nowMs: number
  readonly keepMs: number
}

/** One entry, or many as the words that the kernel writes. */
type Taken = EntryOutline | Uint32Array

export class Intake {
  readonly #options: IntakeOptions
  readonly #taken: Taken[] = []
  lastIssuedMs: number = 0

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Leaves out expired ones, and openings, which have no outline. */
  take(entry: Uint8Array): void {
    const outline = outlineOf(entry)
    this.note(entry)
    if (outline === undefined || this.#isOver(outline.expiresMs)) return
    // A copy: a view would keep the whole bundle.
    const { id, inputHash } = outline
    this.#add({ ...outline, id: id.slice(), inputHash: inputHash.slice() })
  }

  /** @param outlines `OUTLINE_WORDS` each; the caller must not use them again */
  takeAll(outlines: Uint32Array): void {
    this.#add(outlines)
  }

  note(entry: Uint8Array): void {
    this.lastIssuedMs = issuedAtOf(entry) ?? this.lastIssuedMs
  }

  commit(): void {
    for (const taken of this.#taken.splice(0)) this.#put(taken)
  }

  #add(taken: Taken): void {
    if (this.#options.isHidden) this.#put(taken)
    else this.#taken.push(taken)
  }

  #isOver(expiresMs: number): boolean {
    const { nowMs, keepMs } = this.#options
    return expiresMs + keepMs < nowMs
  }

  #put(taken: Taken): void {
    if (taken instanceof Uint32Array) this.#putAll(taken)
    else this.#putOne(taken)
  }

  #putOne({ isRevocation, id, inputHash, expiresMs }: EntryOutline): void {
    const { set, nowMs, keepMs } = this.#options
    if (isRevocation) set.revoke(id, inputHash)
    else set.add(id, inputHash, expiresMs + keepMs, nowMs)
  }

  #putAll(outlines: Uint32Array): void {
    const { set, nowMs, keepMs } = this.#options
    const times = new Float64Array(outlines.buffer, outlines.byteOffset, outlines.length / 2)
    for (let at = 0; at < outlines.length; at += OUTLINE_WORDS) {
      const expiresMs = times[(at + EXPIRY_WORD) / 2] ?? 0
      if (this.#isOver(expiresMs)) continue
      if (outlines[at] === 1) set.revokeAt(outlines, at + ID_WORD)
      else set.addAt(outlines, at + ID_WORD, expiresMs + keepMs, nowMs)
    }
  }
}

/** Offsets in an outline: the id with the hash behind it; the expiry. */
const ID_WORD = 2
const EXPIRY_WORD = 14

const HASH_BYTES = 32
const BATCH = 16
/** With fewer bundles, threads are not worth their start. */
const THREADED_FROM = 160
const MOST_THREADS = 4
/** Batches queued at a thread, so that it never waits for the next. */
const AHEAD = 2
/** Batches that were read and wait for one before them. */
const MOST_EARLY = 8

export interface Intaking {
  readonly tree: CompactTree
  readonly shard: ShardView
  readonly intake: Intake
}

export async function takeUpTo(size: number, intaking: Intaking): Promise<void> {
  const { tree, shard, intake } = intaking
  while (tree.size < size) {
    const bundle = Math.floor(tree.size / TILE_WIDTH)
    const isAtStart = tree.size % TILE_WIDTH === 0
    const whole = isAtStart ? Math.floor(size / TILE_WIDTH) - bundle : 0
    /* oxlint-disable no-await-in-loop -- entries follow one another */
    if (whole > 0) await takeWhole(bundle, bundle + whole, intaking)
    else
      for (const bytes of (await shard.tree.bundle(bundle)).slice(
        tree.size % TILE_WIDTH,
        size - bundle * TILE_WIDTH,
      )) {
        tree.append(bytes)
        intake.take(bytes)
      }
    /* oxlint-enable no-await-in-loop */
  }
}

interface Pending {
  readonly at: number
  readonly reading: Promise<BatchReading | undefined>
  readonly buffer: SharedArrayBuffer
  isDone: boolean
}

async function takeWhole(first: number, end: number, intaking: Intaking): Promise<void> {
  const { tree } = intaking.shard
  let last: Uint8Array = new Uint8Array()
  const threads = end - first < THREADED_FROM ? undefined : new BundleThreads(threadCount())
  const pending: Pending[] = []
  const spare: SharedArrayBuffer[] = []
  const takeNext = async () => {
    const next = pending.shift()
    if (next === undefined) return
    await put(next.at, await next.reading, intaking)
    spare.push(next.buffer)
  }
  try {
    for (let at = first; at < end; at += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, end - at) }, (_, i) => at + i)
      /* oxlint-disable no-await-in-loop -- in their order, and not too far ahead */
      const bundles = await Promise.all(numbers.map((number) => tree.bundleBytes(number)))
      last = bundles.at(-1) ?? last
      const batch = batchOf(bundles, spare.pop())
      pending.push(started(at, batch, threads))
      // Results of threads arrive in the next turn of the event loop.
      await eventLoopRound()
      while (pending[0]?.isDone === true || pending.length > MOST_EARLY) await takeNext()
    }
    while (pending.length > 0) await takeNext()
    for (const entry of readBundle(last) ?? []) intaking.intake.note(entry)
    /* oxlint-enable no-await-in-loop */
  } finally {
    await threads?.stop()
  }
}

function started(at: number, batch: BundleBatch, threads: BundleThreads | undefined): Pending {
  const isFree = threads?.isFree(AHEAD) === true
  const reading = isFree ? threads.read(batch) : Promise.resolve(readBatch(own, batch))
  const under: Pending = { at, reading, buffer: batch.bytes.buffer, isDone: !isFree }
  // The reader of the result gets a failure; without a reader it does not matter.
  const done = () => {
    under.isDone = true
  }
  void reading.finally(done).catch(() => undefined)
  return under
}

const own = new BundleReader()

/** One core is for the rest. */
const threadCount = () => Math.max(1, Math.min(availableParallelism() - 1, MOST_THREADS))

async function put(
  at: number,
  reading: BatchReading | undefined,
  { tree, shard, intake }: Intaking,
): Promise<void> {
  if (reading === undefined) throw await whatIsWrong(at, shard)
  for (let from = 0; from < reading.roots.length; from += HASH_BYTES)
    tree.appendPerfect(reading.roots.subarray(from, from + HASH_BYTES), TILE_WIDTH)
  intake.takeAll(reading.outlines)
}

/** The kernel only detects that something is wrong. This finds what. */
async function whatIsWrong(first: number, { path, tree }: ShardView): Promise<unknown> {
  try {
    for (let at = first; at < first + BATCH && (at + 1) * TILE_WIDTH <= tree.size; at++)
      // oxlint-disable-next-line no-await-in-loop -- the first wrong one is reported
      for (const bytes of await tree.bundle(at)) outlineOf(bytes)
  } catch (cause) {
    return cause
  }
  const message = `${path}: its bundles of entries are not what they should be`
  return new MintmarkError('LEDGER_DAMAGED', message, { shard: path })
}
