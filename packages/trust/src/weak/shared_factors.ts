/**
 * Which of many RSA moduli share a prime with another one.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import { productTree, sharedWith } from './batch_gcd.ts'
import type { GcdAnswer, GcdOrder } from './gcd_worker.ts'

/** Two moduli with a common factor, by their places in the list. */
export interface SharedFactor {
  readonly first: number
  readonly second: number
}

/** Below, two threads take longer than one: starting them and handing numbers over takes some tenths of a second. */
const LEAST_FOR_THREADS = 4000
/** Pairs are looked for among so many at most; of further ones only that they share a factor is known. */
const MOST_PAIRED = 2000

export interface SharedFactors {
  /** Places of all moduli that share a factor. */
  readonly shared: readonly number[]
  readonly pairs: readonly SharedFactor[]
  /** Whether some of `shared` are in no pair because there are too many. */
  readonly isCut: boolean
}

/** @param moduli distinct, each above 1 */
export async function sharedFactors(moduli: readonly bigint[]): Promise<SharedFactors> {
  if (moduli.length < 2) return { shared: [], pairs: [], isCut: false }
  const found =
    moduli.length < LEAST_FOR_THREADS
      ? sharedWith(productTree(moduli), 1n)
      : await inTwoThreads(moduli)
  const shared = found.flatMap((factor, i) => (factor === 1n ? [] : [i]))
  const looked = shared.slice(0, MOST_PAIRED)
  const pairs = looked.flatMap((first, at) =>
    looked.slice(at + 1).flatMap((second) => {
      const gcd = fastGcd(moduli[first] ?? 1n, moduli[second] ?? 1n)
      return gcd === 1n ? [] : [{ first, second }]
    }),
  )
  return { shared, pairs, isCut: shared.length > looked.length }
}

async function inTwoThreads(moduli: readonly bigint[]): Promise<bigint[]> {
  const half = Math.ceil(moduli.length / 2)
  const parts = [moduli.slice(0, half), moduli.slice(half)]
  const threads = parts.map(() => new Worker(new URL('./gcd_worker.js', import.meta.url)))
  try {
    const products = await ask(
      threads,
      parts.map((part) => ({ moduli: part })),
    )
    const shared = await ask(
      threads,
      products
        .flat()
        .toReversed()
        .map((others) => ({ others })),
    )
    return shared.flat()
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

/** One order for each thread; their answers. */
async function ask(
  threads: readonly Worker[],
  orders: readonly GcdOrder[],
): Promise<readonly GcdAnswer[]> {
  const answers = threads.map(
    (thread, i) =>
      new Promise<GcdAnswer>((resolve, reject) => {
        thread.once('message', resolve)
        thread.once('error', reject)
        thread.postMessage(orders[i], [])
      }),
  )
  return await Promise.all(answers)
}
