/**
 * Finds candidates in the engine: of each range it puts the keys of the issuances into a set and drops every access
 * whose key is in it.
 *
 * @module
 */
import { countOf } from '../count_of.ts'
import type { Session } from '../session.ts'
import { type CandidateFinder, type CandidateStep, madeKeys } from './candidates.ts'
import { bucketsOf, type Range } from './ranges.ts'

/** Ranges that one statement takes: their sets are built side by side, one a core. */
const SIDE_BY_SIDE = 2

export class EngineCandidates implements CandidateFinder {
  readonly #session: Session
  readonly #candidate: string
  readonly #made: string
  readonly #ranges: readonly Range[]
  readonly #enough: number
  #done = 0
  #nextCount = 0

  /** @param enough so many candidates are worth the exact lane: until then they are seldom counted */
  constructor(
    session: Session,
    candidate: string,
    kinds: readonly number[],
    ranges: readonly Range[],
    enough: number,
  ) {
    this.#session = session
    this.#candidate = candidate
    this.#made = madeKeys(kinds)
    this.#ranges = ranges
    this.#enough = enough
  }

  async next(): Promise<CandidateStep> {
    const taken = this.#ranges.slice(this.#done, this.#done + SIDE_BY_SIDE)
    await this.#session.command(this.#candidatesSql(taken))
    this.#done += taken.length
    if (this.#done < this.#ranges.length && this.#done <= this.#nextCount)
      return { done: this.#done, waiting: 0 }
    const waiting = await countOf(this.#session, this.#candidate)
    this.#nextCount = this.#done + this.#rangesAhead(waiting)
    return { done: this.#done, waiting }
  }

  settle(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /**
   * The filter stays out of PREWHERE: the engine builds the sets of a PREWHERE while it plans, one after another.
   */
  #candidatesSql(ranges: readonly Range[]): string {
    const selects = ranges.map(
      (range) => `SELECT DISTINCT bucket, token_id, key FROM access
        WHERE ${bucketsOf(range)} AND NOT (${this.#isExplained(range)})`,
    )
    return `INSERT INTO ${this.#candidate} ${selects.join(' UNION ALL ')}
      SETTINGS distributed_product_mode = 'local', use_index_for_in_with_subqueries = 0,
        optimize_move_to_prewhere = 0`
  }

  #isExplained(range: Range): string {
    return this.#made === ''
      ? '0'
      : `key != 0 AND key IN (SELECT ${this.#made} FROM issuance WHERE ${bucketsOf(range)})`
  }

  /** After how many more ranges the candidates may be enough, going by those so far. */
  #rangesAhead(waiting: number): number {
    const perRange = Math.max(1, waiting / this.#done)
    return Math.max(1, Math.min(8, Math.floor((this.#enough - waiting) / perRange / 2)))
  }
}
