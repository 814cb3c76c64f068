/**
 * What arithmetic may cost: so that bytes made to look like keys cannot hold a scan up.
 *
 * Cheap tests run always. A costly one (an exponentiation, a search for a prime) asks here first; the sum of all is
 * at most {@link FULL_MS} at once and a quarter of the time that goes by after that. What is refused is said to be
 * a candidate, never silently left out.
 *
 * @module
 */

import { createHash } from 'node:crypto'

const FULL_MS = 4000
const REFILL = 0.25

let leftMs = FULL_MS
let seenMs = performance.now()

/**
 * Runs `work` and charges its time, or gives undefined at once where the allowance of this thread is used up.
 */
export function withEffort<T>(work: () => T): T | undefined {
  const startMs = performance.now()
  leftMs = Math.min(FULL_MS, leftMs + (startMs - seenMs) * REFILL)
  seenMs = startMs
  if (leftMs <= 0) return undefined
  const result = work()
  leftMs -= performance.now() - startMs
  return result
}

/** Answers that are kept: more than a dump has different keys. */
const MOST_KEPT = 2000

const kept = new Map<string, boolean>()

/**
 * {@link withEffort} for a question that is asked again for each copy of a key: the answer is kept under a hash of the
 * numbers, never under the numbers.
 */
export function withEffortOnce(
  numbers: readonly bigint[],
  work: () => boolean,
): boolean | undefined {
  const name = createHash('sha256')
    .update(numbers.map((number) => number.toString(16)).join())
    .digest('base64')
  const known = kept.get(name)
  if (known !== undefined) return known
  const answer = withEffort(work)
  if (answer === undefined) return undefined
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(name, answer)
  return answer
}
