/** Which of many RSA moduli share a prime with another one. @module */
import { Worker } from 'node:worker_threads'
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import { productTree, sharedWith } from './batch_gcd.ts'
import type { GcdAnswer, GcdOrder } from './gcd_worker.ts'

/** Two moduli with a common factor, by their indexes. */
interface SharedFactor {
  readonly first: number
  readonly second: number
}

/** Below, two threads take longer than one: starting them takes some tenths of a second. */
const LEAST_FOR_THREADS = 4000
/** So many are compared with so many others: some seconds. Of further ones only that they share a factor is known. */
const MOST_SINGLE = 50
const MOST_COMPARED = 1000
/** Comparing two of them alone takes so long a bit: a cost as in `work_budget.ts`. */
const COST_OF_BIT = 300

interface SharedFactors {
  readonly shared: readonly number[]
  readonly pairs: readonly SharedFactor[]
  /** Whether some of `shared` are in no pair because there are too many. */
  readonly isCut: boolean
}

/** @param moduli distinct, each above 1 */
export async function sharedFactors(
  moduli: readonly bigint[],
  budget: WorkBudget = UNLIMITED,
): Promise<SharedFactors> {
  if (moduli.length < 2) return { shared: [], pairs: [], isCut: false }
  const found =
    moduli.length < LEAST_FOR_THREADS
      ? sharedWith(productTree(moduli), 1n)
      : await inTwoThreads(moduli)
  const shared = found.flatMap((factor, i) => (factor === 1n ? [] : [i]))
  return { shared, ...pairsOf(moduli, found, shared, budget) }
}

/** Pairs that share: two moduli with one common prime have the same factor; others are compared. */
function pairsOf(
  moduli: readonly bigint[],
  found: readonly bigint[],
  shared: readonly number[],
  budget: WorkBudget,
): Pick<SharedFactors, 'pairs' | 'isCut'> {
  const groups = Map.groupBy(shared, (at) => found[at] ?? 1n)
  const pairs: SharedFactor[] = []
  for (const [first = 0, ...others] of groups.values())
    for (const second of others) pairs.push({ first, second })
  const single = [...groups.values()].flatMap((group) => (group.length === 1 ? group : []))
  const among = shared.slice(0, MOST_COMPARED)
  for (const at of single.slice(0, MOST_SINGLE)) {
    const modulus = moduli[at] ?? 1n
    const isPartner = (each: number) =>
      budget.within(
        COST_OF_BIT * bitLength(modulus),
        () => fastGcd(modulus, moduli[each] ?? 1n) !== 1n,
      )
    const other = among.find((each) => each !== at && isPartner(each) === true)
    if (other !== undefined) pairs.push({ first: Math.min(at, other), second: Math.max(at, other) })
  }
  const isCut =
    single.length > MOST_SINGLE ||
    (single.length > 0 && shared.length > MOST_COMPARED) ||
    budget.wasRefused
  return { pairs: pairs.toSorted((a, b) => a.first - b.first || a.second - b.second), isCut }
}

async function inTwoThreads(moduli: readonly bigint[]): Promise<bigint[]> {
  const half = Math.ceil(moduli.length / 2)
  const parts = [moduli.slice(0, half), moduli.slice(half)]
  const threads = parts.map(() => new Worker(new URL('./gcd_worker.ts', import.meta.url)))
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
