/**
 * A case in a folder: ClickHouse in this process, through chDB.
 *
 * @module
 */
import { mkdirSync } from 'node:fs'
import { isObject, type Json, MintmarkError, parseObject } from '@mintmark/core'
import { Session as Chdb } from 'chdb'
import type { InsertFormat, Params, Session } from './session.ts'

/** ClickHouse's NOT_ENOUGH_SPACE and CANNOT_WRITE_TO_FILE_DESCRIPTOR, the two faces of a full disk. */
const DISK_FULL = new Set([243, 75])

/** Opens, and makes if need be, the engine's data below `folder`. One session a process and folder. */
export function openChdb(folder: string): Session {
  mkdirSync(folder, { recursive: true })
  return new ChdbSession(
    new Chdb(folder, {
      connectionArgs: ['--output_format_json_quote_64bit_integers=1', '--session_timezone=UTC'],
    }),
  )
}

class ChdbSession implements Session {
  readonly kind = 'embedded'
  readonly #db: Chdb
  /** Tail of the queue: chDB runs one statement a connection, and closing amid one aborts the process. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(db: Chdb) {
    this.#db = db
  }

  async command(sql: string, params: Params = {}): Promise<void> {
    await this.#queued(() => this.#db.queryBindAsync(sql, bindable(params)))
  }

  async rows(sql: string, params: Params = {}): Promise<Json[]> {
    const format = { format: 'JSONEachRow' }
    const result = await this.#queued(() => this.#db.queryBindAsync(sql, bindable(params), format))
    return result
      .text()
      .split('\n')
      .flatMap((line) => {
        const row = parseObject(line)
        return row === undefined ? [] : [row]
      })
  }

  async *stream(sql: string, params: Params = {}): AsyncIterable<readonly Json[]> {
    // One active stream a connection: it holds the queue until it is done.
    let release = (): void => {}
    const turn = this.#last
    this.#last = new Promise<void>((resolve) => {
      release = resolve
    })
    await turn
    try {
      for await (const chunk of this.#db.queryStreamBind(sql, bindable(params)))
        yield chunk.rows<Json>()
    } catch (cause) {
      throw engineError(cause)
    } finally {
      release()
    }
  }

  async insert(
    table: string,
    columns: readonly string[],
    format: InsertFormat,
    bytes: Uint8Array,
  ): Promise<void> {
    if (format !== 'TabSeparated') throw new TypeError(`chDB takes no ${format} from memory`)
    await this.#queued(() => this.#db.insert({ table, columns, format, values: bytes }))
  }

  async close(): Promise<void> {
    await this.#last
    this.#db.close()
  }

  #queued<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((cause: unknown) => {
      throw engineError(cause)
    })
    this.#last = result.catch(() => {})
    return result
  }
}

function bindable(params: Params): Record<string, unknown> {
  return { ...params }
}

function engineError(cause: unknown): MintmarkError {
  const number =
    isObject(cause) && typeof cause['clickhouseCode'] === 'number' ? cause['clickhouseCode'] : 0
  const message = cause instanceof Error ? cause.message : String(cause)
  const code = DISK_FULL.has(number) ? 'DISK_FULL' : 'ENGINE_QUERY'
  return new MintmarkError(code, message, { clickhouse: number }, { cause })
}
