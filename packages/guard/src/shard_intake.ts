/**
 * The entries of a shard on their way into a tree of our own, and into a live set.
 *
 * Full bundles go through a kernel, many of them through threads that have one each, while the next are read; what is left
 * goes one by one. Nothing is believed here: whoever calls compares the root of the tree with a head.
 *
 * @module
 */
import { availableParallelism } from 'node:os'
import { MintmarkError } from '@mintmark/core'
import {
  type BatchReading,
  type BundleBatch,
  BundleReader,
  BundleThreads,
  batchOf,
  outlineOf,
  readBatch,
  type ShardView,
  TILE_WIDTH,
} from '@mintmark/ledger'
import type { CompactTree } from './compact_tree.ts'
import type { Intake } from './intake.ts'

const HASH_BYTES = 32
/** Bundles that are read at once, and go to a thread together. */
const BATCH = 16
/** From so many bundles on, threads are worth their start. */
const THREADED_FROM = 160
const MOST_THREADS = 4
/** Batches that a thread has at hand, so that it never waits for the next. */
const AHEAD = 2

export interface Intaking {
  readonly tree: CompactTree
  readonly shard: ShardView
  readonly intake: Intake
}

/** Takes in what the tree lacks of the shard's first `size` entries. */
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
        intake.take(outlineOf(bytes))
      }
    /* oxlint-enable no-await-in-loop */
  }
}

/** Takes in full bundles, `[first, end)`. */
async function takeWhole(first: number, end: number, intaking: Intaking): Promise<void> {
  const { tree } = intaking.shard
  const threads = end - first < THREADED_FROM ? undefined : new BundleThreads(threadCount())
  const read = (batch: BundleBatch) =>
    threads?.read(batch) ?? Promise.resolve(readBatch(own, batch))
  const most = threads === undefined ? 1 : AHEAD * threads.count
  const underWay: { at: number; reading: ReturnType<typeof read> }[] = []
  const takeNext = async () => {
    const next = underWay.shift()
    if (next !== undefined) await put(next.at, await next.reading, intaking)
  }
  try {
    for (let at = first; at < end; at += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, end - at) }, (_, i) => at + i)
      /* oxlint-disable no-await-in-loop -- in their order, and no further ahead than told */
      const bundles = await Promise.all(numbers.map((number) => tree.bundleBytes(number)))
      if (underWay.length >= most) await takeNext()
      const reading = read(batchOf(bundles))
      // Whoever takes it hears of it; one that nobody takes any more is no failure of its own.
      reading.catch(() => undefined)
      underWay.push({ at, reading })
    }
    while (underWay.length > 0) await takeNext()
    /* oxlint-enable no-await-in-loop */
  } finally {
    await threads?.stop()
  }
}

const own = new BundleReader()

const threadCount = () => Math.min(availableParallelism(), MOST_THREADS)

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

/** The kernel says that something is: here is told what. */
async function whatIsWrong(first: number, { path, tree }: ShardView): Promise<unknown> {
  try {
    for (let at = first; at < first + BATCH && (at + 1) * TILE_WIDTH <= tree.size; at++)
      // oxlint-disable-next-line no-await-in-loop -- the first that is wrong is told of
      for (const bytes of await tree.bundle(at)) outlineOf(bytes)
  } catch (cause) {
    return cause
  }
  const message = `${path}: its bundles of entries are not what they should be`
  return new MintmarkError('LEDGER_DAMAGED', message, { shard: path })
}
