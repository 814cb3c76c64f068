/**
 * What arithmetic may cost: so that bytes made to look like keys cannot hold a scan up.
 *
 * Cheap tests run always. A costly one (an exponentiation, a search for a prime) asks here first. Each kind has its own
 * allowance, {@link FULL_MS} at once and a tenth of the time that goes by after that, so that one cannot use up what
 * another needs. What is refused is said to be a candidate, never silently left out.
 *
 * @module
 */
import { createHash } from 'node:crypto'

/** Kinds of costly work: RSA, curves, DSA and DH, ML-KEM and ML-DSA, SLH-DSA. */
export type Effort = 'rsa' | 'curve' | 'group' | 'lattice' | 'hash-tree'

const FULL_MS = 3000
const REFILL = 0.1

const leftMs: Record<Effort, number> = {
  rsa: FULL_MS,
  curve: FULL_MS,
  group: FULL_MS,
  lattice: FULL_MS,
  'hash-tree': FULL_MS,
}
const seenMs: Record<Effort, number> = {
  rsa: performance.now(),
  curve: performance.now(),
  group: performance.now(),
  lattice: performance.now(),
  'hash-tree': performance.now(),
}

/**
 * Runs `work` and charges its time, or gives undefined at once where the allowance of this thread is used up.
 */
export function withEffort<T>(effort: Effort, work: () => T): T | undefined {
  const startMs = performance.now()
  leftMs[effort] = Math.min(FULL_MS, leftMs[effort] + (startMs - seenMs[effort]) * REFILL)
  seenMs[effort] = startMs
  if (leftMs[effort] <= 0) return undefined
  const result = work()
  leftMs[effort] -= performance.now() - startMs
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
  effort: Effort,
  numbers: readonly bigint[],
  work: () => boolean,
): boolean | undefined {
  const name = createHash('sha256')
    .update(effort)
    .update(numbers.map((number) => number.toString(16)).join())
    .digest('base64')
  const known = kept.get(name)
  if (known !== undefined) return known
  const answer = withEffort(effort, work)
  if (answer === undefined) return undefined
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(name, answer)
  return answer
}
