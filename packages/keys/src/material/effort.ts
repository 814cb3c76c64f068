/**
 * What looking at bytes may cost, counted: so that bytes made to look like keys cannot hold a scan up, and equal bytes
 * give equal reports on any machine.
 *
 * Work is counted in units of about a nanosecond. Whatever takes longer than some hundred of them says so by
 * {@link charge}. What is dear (an exponentiation, a search for a prime) says before what it will take and is refused
 * where that is more than a look has left. What is refused is told, never silently left out.
 *
 * State of one thread: looks do not overlap. Outside of a look nothing is refused.
 *
 * @module
 */
import { createHash } from 'node:crypto'

let done = 0
let most = Number.POSITIVE_INFINITY
let wasRefused = false

/** Counts work that is being done. */
export function charge(units: number): void {
  done += units
}

/** What a look took, and whether something was refused to it. */
export interface Look {
  readonly units: number
  readonly wasRefused: boolean
}

/** Begins a look that may take `units`. */
export function startLook(units: number): void {
  done = 0
  most = units
  wasRefused = false
}

export function endLook(): Look {
  const look = { units: done, wasRefused }
  startLook(Number.POSITIVE_INFINITY)
  return look
}

/** Units that the look has left: what takes as long as there is something to read reads no more. */
export function effortLeft(): number {
  return Math.max(0, most - done)
}

/** Runs `work`, or gives undefined at once where its `units` are more than the look has left. */
export function withEffort<T>(units: number, work: () => T): T | undefined {
  if (done + units > most) {
    wasRefused = true
    return undefined
  }
  done += units
  return work()
}

/** Answers that are kept: more than a window has different keys. */
const MOST_KEPT = 2000
/** Of a question whose answer is kept. */
const KEPT_UNITS = 5000

const kept = new Map<string, boolean>()

/** Forgets the answers that {@link withEffortOnce} keeps: with each window, so that it costs the same in any order. */
export function forgetAnswers(): void {
  kept.clear()
}

/**
 * {@link withEffort} for a question that is asked again for each copy of a key: the answer is kept under a hash of the
 * numbers, never under the numbers.
 */
export function withEffortOnce(
  units: number,
  name: string,
  numbers: readonly bigint[],
  work: () => boolean,
): boolean | undefined {
  charge(KEPT_UNITS)
  const question = createHash('sha256')
    .update(name)
    .update(numbers.map((number) => number.toString(16)).join())
    .digest('base64')
  const known = kept.get(question)
  if (known !== undefined) return known
  const answer = withEffort(units, work)
  if (answer === undefined) return undefined
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(question, answer)
  return answer
}
