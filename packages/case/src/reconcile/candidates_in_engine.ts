/**
 * Finds candidates in the engine: of each range it puts the keys of the issuances into a set and drops every access
 * whose key is in it. What is left is read whole in a second pass, by the index where it is little.
 *
 * @module
 */
import { countOf } from '../count_of.ts'
import type { Session } from '../session.ts'
import {
  CARRIED,
  type CandidateFinder,
  type CandidateStep,
  type CandidateTables,
  madeKeys,
} from './candidates.ts'
import { bucketsOf, type Range } from './ranges.ts'

/** Ranges that one statement takes: their sets are built side by side, one a core. */
const SIDE_BY_SIDE = 2
/** So many token ids are looked up by the index of their table; more are found quicker in one pass. */
export const INDEXED_TOKENS = 50_000

export class EngineCandidates implements CandidateFinder {
  readonly #session: Session
  readonly #tables: CandidateTables
  readonly #made: string
  readonly #ranges: readonly Range[]
  readonly #enough: number
  #done = 0
  #nextCount = 0

  /** @param enough so many candidates are worth the exact lane: until then they are seldom counted */
  constructor(
    session: Session,
    tables: CandidateTables,
    kinds: readonly number[],
    ranges: readonly Range[],
    enough: number,
  ) {
    this.#session = session
    this.#tables = tables
    this.#made = madeKeys(kinds)
    this.#ranges = ranges
    this.#enough = enough
  }

  async next(): Promise<CandidateStep> {
    const taken = this.#ranges.slice(this.#done, this.#done + SIDE_BY_SIDE)
    await this.#session.command(this.#missingSql(taken))
    this.#done += taken.length
    if (this.#done < this.#ranges.length && this.#done <= this.#nextCount)
      return { done: this.#done, waiting: 0 }
    const waiting = await countOf(this.#session, this.#tables.missing)
    this.#nextCount = this.#done + this.#rangesAhead(waiting)
    return { done: this.#done, waiting }
  }

  async settle(range: Range): Promise<boolean | undefined> {
    const { missing } = this.#tables
    if ((await countOf(this.#session, missing)) === 0) return undefined
    const candidate = await this.#tables.candidate(false)
    await this.#session.command(
      `INSERT INTO ${candidate}
       SELECT ${CARRIED} FROM access
       PREWHERE ${bucketsOf(range)}
         AND (bucket, token_id) GLOBAL IN (SELECT bucket, token_id FROM ${missing})
         AND key GLOBAL IN (SELECT key FROM ${missing})
       SETTINGS distributed_product_mode = 'local', max_block_size = 8192,
         use_index_for_in_with_subqueries_max_values = ${INDEXED_TOKENS}`,
    )
    await this.#session.command(`TRUNCATE TABLE ${missing}`)
    return false
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /**
   * The filter stays out of PREWHERE: the engine builds the sets of a PREWHERE while it plans, one after another.
   */
  #missingSql(ranges: readonly Range[]): string {
    const selects = ranges.map(
      (range) => `SELECT DISTINCT bucket, token_id, key FROM access
        WHERE ${bucketsOf(range)} AND NOT (${this.#isExplained(range)})`,
    )
    return `INSERT INTO ${this.#tables.missing} ${selects.join(' UNION ALL ')}
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
