/**
 * Finds candidates outside the engine, where it can hand over its columns through a file.
 *
 * The engine's own sets take 25 to 30 ns a key. Here a kernel goes over the keys of both sides, which come in the same
 * order, while the engine reads the next range. So the places of what it misses are known, too.
 *
 * @module
 */
import { countOf } from '../count_of.ts'
import { HASH_BITS, NOTHING_MADE } from '../match_key.ts'
import { TAGS } from '../native_numbers.ts'
import type { NumbersFile, Session } from '../session.ts'
import {
  CARRIED,
  type CandidateFinder,
  type CandidateStep,
  type CandidateTables,
  FEW_ROWS,
  madeKeys,
} from './candidates.ts'
import { type FewRows, type Reading, readingAt, readingOf } from './few_of_many.ts'
import type { MissingKeys } from './key_difference.ts'
import { KeyThread } from './key_thread.ts'
import { bucketsOf, type Range } from './ranges.ts'

/** Most of a bucket's number: half of all buckets, if a range has more, stand beside the other half. */
const TAG = `bitAnd(bucket, ${TAGS - 1})`
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
  /** How many rows have them, and where these are, as long as they are few and the table is one part. */
  #rows = 0
  #places: BigUint64Array[] = []
  #isOnePart: boolean = true
  /** Rows of the ranges before. */
  #passed = 0
  #done = 0
  #asked = 0
  /** Missing keys of the ranges that were asked and not taken yet. */
  readonly #ahead: Promise<MissingKeys>[] = []

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
    this.#take(missing)
    return { done: this.#done, waiting: this.#waiting }
  }

  #take({ keys, places, used, isOnePart }: MissingKeys): void {
    if (keys.length > 0) this.#missing.push(new Uint8Array(keys.buffer))
    this.#waiting += keys.length
    const from = this.#passed
    this.#passed += used
    this.#isOnePart &&= isOnePart
    this.#rows += places.length
    if (this.#isOnePart && this.#rows <= FEW_ROWS)
      this.#places.push(BigUint64Array.from(places, (place) => BigInt(from + place)))
  }

  async settle(range: Range): Promise<boolean | undefined> {
    if (this.#waiting === 0) return undefined
    const { missing } = this.#tables
    await this.#session.insert(missing, ['key'], 'RowBinary', this.#missing)
    const rows: FewRows = {
      table: 'access',
      column: 'key',
      bits: HASH_BITS,
      hashes: `SELECT key AS hash FROM ${missing}`,
      count: this.#waiting,
      range,
    }
    const isFew = this.#rows <= FEW_ROWS
    const candidate = await this.#tables.candidate(isFew)
    if (!isFew || !this.#isOnePart || !(await this.#readAtPlaces(candidate, rows)))
      await this.#read(candidate, await readingOf(this.#session, this.#tables.places, rows))
    await this.#session.command(`TRUNCATE TABLE ${missing}`)
    this.#missing = []
    this.#places = []
    this.#waiting = 0
    this.#rows = 0
    return isFew
  }

  /**
   * Reads the rows where the kernel met them; `false`, and none is read, where that are not all of them: the table has
   * other rows between, or was not read in order.
   */
  async #readAtPlaces(candidate: string, rows: FewRows): Promise<boolean> {
    const { places } = this.#tables
    await this.#session.command(`TRUNCATE TABLE ${places}`)
    const bytes = this.#places.map((some) => new Uint8Array(some.buffer))
    await this.#session.insert(places, ['place'], 'RowBinary', bytes)
    await this.#read(candidate, readingAt(places, rows))
    if ((await countOf(this.#session, candidate)) === this.#rows) return true
    this.#isOnePart = false
    await this.#session.command(`TRUNCATE TABLE ${candidate}`)
    return false
  }

  #read(candidate: string, { where, settings }: Reading): Promise<void> {
    return this.#session.command(
      `INSERT INTO ${candidate} SELECT ${CARRIED} FROM access ${where}
       SETTINGS ${settings}, preferred_block_size_bytes = 0`,
    )
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#ahead)
    await this.#thread.close()
  }

  #askAhead(): void {
    while (this.#asked < this.#ranges.length && this.#ahead.length < AT_ONCE) {
      const missing = this.#thread.missing(this.#keys(this.#asked++))
      // What fails is told when it is waited for.
      missing.catch(() => {})
      this.#ahead.push(missing)
    }
  }

  async #keys(at: number): Promise<NumbersFile> {
    const where = bucketsOf(this.#ranges[at] ?? { first: 1, last: 0 })
    const made = await this.#made
    return await this.#numbers(
      `SELECT ${made === '' ? `toUInt64(${NOTHING_MADE})` : made} AS number, ${TAG} AS tag FROM issuance WHERE ${where}`,
      `SELECT key AS number, ${TAG} AS tag FROM access WHERE ${where}`,
    )
  }
}
