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

/** Kinds of costly work: parts of RSA keys, primes of RSA keys that fit, curves, DSA and DH, ML-KEM and ML-DSA, SLH-DSA. */
export type Effort = 'rsa' | 'prime' | 'curve' | 'group' | 'lattice' | 'hash-tree'

/** What one thread has for one kind. */
const FULL_MS = 3000
const REFILL = 0.1

/** Time to spend: some at once, then a share of the time that goes by. */
export class Allowance {
  readonly #fullMs: number
  readonly #refill: number
  readonly #nowMs: () => number
  #leftMs: number
  #seenMs: number

  constructor(fullMs: number, refill: number, nowMs: () => number = () => performance.now()) {
    this.#fullMs = fullMs
    this.#refill = refill
    this.#nowMs = nowMs
    this.#leftMs = fullMs
    this.#seenMs = nowMs()
  }

  /** Runs `work` and charges its time, or gives undefined at once where nothing is left. */
  run<T>(work: () => T): T | undefined {
    const startMs = this.#nowMs()
    const earnedMs = (startMs - this.#seenMs) * this.#refill
    this.#leftMs = Math.min(this.#fullMs, this.#leftMs + earnedMs)
    this.#seenMs = startMs
    if (this.#leftMs <= 0) return undefined
    const result = work()
    this.#leftMs -= this.#nowMs() - startMs
    return result
  }
}

const allowances: Record<Effort, Allowance> = {
  rsa: new Allowance(FULL_MS, REFILL),
  prime: new Allowance(FULL_MS, REFILL),
  curve: new Allowance(FULL_MS, REFILL),
  group: new Allowance(FULL_MS, REFILL),
  lattice: new Allowance(FULL_MS, REFILL),
  'hash-tree': new Allowance(FULL_MS, REFILL),
}

/** {@link Allowance.run} with what this thread has for this kind of work. */
export function withEffort<T>(effort: Effort, work: () => T): T | undefined {
  return allowances[effort].run(work)
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
