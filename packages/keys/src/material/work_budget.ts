/**
 * Counts the cost of detection: bytes made to look like keys cannot stall a scan, and equal bytes give equal reports on
 * any machine.
 *
 * Costs are estimates in nanoseconds. Work of more than about 100 ns is counted by {@link spend}. Expensive work (an
 * exponentiation, a search for a prime) states its cost first and is refused where the budget has less left. The report
 * says what was refused.
 *
 * One budget a thread at a time. Without a budget nothing is refused.
 *
 * @module
 */
import { createHash } from 'node:crypto'

let done = 0
let most = Number.POSITIVE_INFINITY
let wasRefused = false

/** Counts work that is being done. */
export function spend(cost: number): void {
  done += cost
}

/** What was spent, and whether some work was refused. */
export interface Spent {
  readonly cost: number
  readonly wasRefused: boolean
}

/** Begins a budget of `cost`. */
export function startBudget(cost: number): void {
  done = 0
  most = cost
  wasRefused = false
}

export function endBudget(): Spent {
  const spent = { cost: done, wasRefused }
  startBudget(Number.POSITIVE_INFINITY)
  return spent
}

/** What the budget has left: work without a known end reads no further than that. */
export function budgetLeft(): number {
  return Math.max(0, most - done)
}

/** Runs `work`, or gives undefined at once where its cost is more than the budget has left. */
export function withinBudget<T>(cost: number, work: () => T): T | undefined {
  if (done + cost > most) {
    wasRefused = true
    return undefined
  }
  done += cost
  return work()
}

/** Cached answers: more than a window has different keys. */
const MOST_KEPT = 2000
/** Cost of a cached answer. */
const KEPT_COST = 5000

const kept = new Map<string, boolean>()

/** Forgets the answers that {@link withinBudgetOnce} keeps: with each window, so that it costs the same in any order. */
export function forgetAnswers(): void {
  kept.clear()
}

/**
 * {@link withinBudget} for a question that is asked again for each copy of a key: the answer is kept under a hash of the
 * numbers, never under the numbers.
 */
export function withinBudgetOnce(
  cost: number,
  name: string,
  numbers: readonly bigint[],
  work: () => boolean,
): boolean | undefined {
  spend(KEPT_COST)
  const question = createHash('sha256')
    .update(name)
    .update(numbers.map((number) => number.toString(16)).join())
    .digest('base64')
  const known = kept.get(question)
  if (known !== undefined) return known
  const answer = withinBudget(cost, work)
  if (answer === undefined) return undefined
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(question, answer)
  return answer
}
