/**
 * Finds candidates outside the engine, where it can hand over its columns through a file.
 *
 * The engine's own sets take 25 to 30 ns a key, most of it for letting them grow. Here the keys of both sides are
 * compared by a kernel that knows beforehand how many there are, while the engine reads the next range.
 *
 * @module
 */
import type { NumbersFile, Session } from '../session.ts'
import {
  CARRIED,
  type CandidateFinder,
  type CandidateStep,
  type CandidateTables,
  madeKeys,
} from './candidates.ts'
import { readingOf } from './few_of_many.ts'
import { KeyThread } from './key_thread.ts'
import { bucketsOf, type Range } from './ranges.ts'

/** Ranges that are read or compared at a time. */
const AT_ONCE = 3

export class KernelCandidates implements CandidateFinder {
  readonly #session: Session
  readonly #numbers: (...queries: readonly string[]) => Promise<NumbersFile>
  readonly #tables: CandidateTables
  readonly #made: Promise<string>
  readonly #ranges: readonly Range[]
  readonly #thread = new KeyThread()
  /** Keys that no issuance of their range has. */
  #missing: Uint8Array[] = []
  #waiting = 0
  #done = 0
  #asked = 0
  /** Missing keys of the ranges that were asked and not taken yet. */
  readonly #ahead: Promise<BigUint64Array>[] = []

  constructor(
    session: Session,
    numbers: (...queries: readonly string[]) => Promise<NumbersFile>,
    tables: CandidateTables,
    kinds: Promise<readonly number[]>,
    ranges: readonly Range[],
  ) {
    this.#session = session
    this.#numbers = numbers
    this.#tables = tables
    this.#made = kinds.then(madeKeys)
    this.#ranges = ranges
    this.#askAhead()
  }

  async next(): Promise<CandidateStep> {
    const missing = await this.#ahead.shift()
    if (missing === undefined) return { done: this.#done, waiting: this.#waiting }
    this.#done++
    this.#askAhead()
    if (missing.length > 0) this.#missing.push(new Uint8Array(missing.buffer))
    this.#waiting += missing.length
    return { done: this.#done, waiting: this.#waiting }
  }

  async settle(range: Range): Promise<void> {
    if (this.#waiting === 0) return
    const { candidate, missing, places } = this.#tables
    await this.#session.insert(missing, ['key'], 'RowBinary', this.#missing)
    const { where, settings } = await readingOf(this.#session, places, {
      table: 'access',
      column: 'key',
      bits: 64,
      hashes: `SELECT key AS hash FROM ${missing}`,
      count: this.#waiting,
      range,
    })
    await this.#session.command(
      `INSERT INTO ${candidate} SELECT ${CARRIED} FROM access ${where}
       SETTINGS ${settings}, preferred_block_size_bytes = 0`,
    )
    await this.#session.command(`TRUNCATE TABLE ${missing}`)
    this.#missing = []
    this.#waiting = 0
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#ahead)
    await this.#thread.close()
  }

  #askAhead(): void {
    while (this.#asked < this.#ranges.length && this.#ahead.length < AT_ONCE) {
      const missing = this.#thread.missing(this.#read(this.#asked++))
      // What fails is told when it is waited for.
      missing.catch(() => {})
      this.#ahead.push(missing)
    }
  }

  async #read(at: number): Promise<NumbersFile> {
    const where = bucketsOf(this.#ranges[at] ?? { first: 1, last: 0 })
    const made = await this.#made
    return await this.#numbers(
      `SELECT ${made === '' ? 'toUInt64(0)' : made} FROM issuance WHERE ${where}`,
      `SELECT key FROM access WHERE ${where}`,
    )
  }
}
