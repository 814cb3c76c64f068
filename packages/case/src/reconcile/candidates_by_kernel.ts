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
import { isOneOf, LAZY } from './few_of_many.ts'
import { KeyThread } from './key_thread.ts'
import { bucketsOf, type Range } from './ranges.ts'

/** Above this, too many rows share their first bits with a missing key for these to be asked first. */
const FEW_KEYS = 4000

export class KernelCandidates implements CandidateFinder {
  readonly #session: Session
  readonly #numbers: (...queries: readonly string[]) => Promise<NumbersFile>
  readonly #tables: CandidateTables
  readonly #made: string
  readonly #ranges: readonly Range[]
  readonly #thread = new KeyThread()
  /** Keys that no issuance of their range has. */
  #missing: Uint8Array[] = []
  #waiting = 0
  #done = 0
  #ahead: Promise<NumbersFile> | undefined

  constructor(
    session: Session,
    numbers: (...queries: readonly string[]) => Promise<NumbersFile>,
    tables: CandidateTables,
    kinds: readonly number[],
    ranges: readonly Range[],
  ) {
    this.#session = session
    this.#numbers = numbers
    this.#tables = tables
    this.#made = madeKeys(kinds)
    this.#ranges = ranges
  }

  async next(): Promise<CandidateStep> {
    const keys = await (this.#ahead ?? this.#read(this.#done))
    this.#done++
    this.#ahead = this.#done < this.#ranges.length ? this.#read(this.#done) : undefined
    // What fails is told when it is waited for.
    this.#ahead?.catch(() => {})
    const missing = await this.#thread.missing(keys)
    if (missing.length > 0) this.#missing.push(new Uint8Array(missing.buffer))
    this.#waiting += missing.length
    return { done: this.#done, waiting: this.#waiting }
  }

  async settle(range: Range): Promise<void> {
    if (this.#waiting === 0) return
    const { candidate, missing } = this.#tables
    await this.#session.insert(missing, ['key'], 'RowBinary', this.#missing)
    const hashes = `SELECT key AS hash FROM ${missing}`
    const isMissing =
      this.#waiting < FEW_KEYS ? isOneOf('key', hashes, 48) : `key GLOBAL IN (${hashes})`
    await this.#session.command(
      `INSERT INTO ${candidate} SELECT ${CARRIED} FROM access
       PREWHERE ${bucketsOf(range)} AND ${isMissing}
       SETTINGS ${LAZY}, preferred_block_size_bytes = 0`,
    )
    await this.#session.command(`TRUNCATE TABLE ${missing}`)
    this.#missing = []
    this.#waiting = 0
  }

  async close(): Promise<void> {
    await this.#ahead?.catch(() => {})
    await this.#thread.close()
  }

  #read(at: number): Promise<NumbersFile> {
    const where = bucketsOf(this.#ranges[at] ?? { first: 1, last: 0 })
    const made = this.#made === '' ? 'toUInt64(0)' : this.#made
    return this.#numbers(
      `SELECT ${made} FROM issuance WHERE ${where}`,
      `SELECT key FROM access WHERE ${where}`,
    )
  }
}
