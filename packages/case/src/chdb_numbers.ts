/**
 * Numbers out of chDB, by connections of their own, so that other statements go on meanwhile.
 *
 * They come through a file: what a query answers is copied twice more, page by page (2 ns a byte; a file takes half).
 *
 * @module
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { numberOf } from './chdb_error.ts'
import { engineError } from './engine_error.ts'
import { TAGS } from './native_numbers.ts'
import type { NumbersFile } from './session.ts'

/** What is asked of a connection of chDB. */
interface Connection {
  queryAsync(sql: string): Promise<unknown>
  close(): void
}

interface Lane {
  readonly db: Connection
  last: Promise<unknown>
}

/** So many statements at a time, of one thread each: more threads would mix the order of the rows. */
const LANES = 2

/** One statement at a time for each connection. */
export class ChdbNumbers {
  readonly #lanes: readonly Lane[]
  readonly #staging: string
  #files = 0

  constructor(connect: () => Connection, staging: string) {
    this.#lanes = Array.from({ length: LANES }, () => ({
      db: connect(),
      last: Promise.resolve(),
    }))
    this.#staging = staging
  }

  /** See `Session.numbers`. */
  async of(queries: readonly string[]): Promise<NumbersFile> {
    const path = join(this.#staging, `${this.#files}.numbers`)
    const lane = this.#lanes[this.#files++ % LANES]
    if (lane === undefined) throw new RangeError('there is no connection')
    const parts = queries.map((sql, at) => `SELECT bitOr(tag, ${at * TAGS}), number FROM (${sql})`)
    // Not bound: chDB runs statements with parameters one after another, whatever their connection.
    const target = `file(unhex('${Buffer.from(path).toString('hex')}'), 'Native')`
    const written = lane.last.then(() =>
      lane.db.queryAsync(
        `INSERT INTO FUNCTION ${target} ${parts.join(' UNION ALL ')}
         SETTINGS min_insert_block_size_rows = 0, min_insert_block_size_bytes = 0, max_threads = 1`,
      ),
    )
    lane.last = written.catch(() => {})
    try {
      await written
    } catch (cause) {
      rmSync(path, { force: true })
      throw engineError(cause, numberOf(cause))
    }
    return { path, lists: queries.length }
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ last }) => last))
    for (const { db } of this.#lanes) db.close()
  }
}
