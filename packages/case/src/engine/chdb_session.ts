/** A case in a folder: ClickHouse in this process, through chDB. */
import { rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Json, MintmarkError, makeFolder, parseObject } from '@mintmark/core'
import { Session as Chdb, type ChdbResult } from 'chdb'
import { engineError, fileError, numberOf } from './engine_error.ts'
import { forOneNode } from './one_node.ts'
import { normalisedQuery } from './read_only.ts'
import type { Params, Session } from './session.ts'

const SETTINGS: readonly string[] = [
  '--output_format_json_quote_64bit_integers=1',
  '--session_timezone=UTC',
  // Duplicates are merged away when a case is sealed: a file's row count stays exact until then.
  '--optimize_on_insert=0',
  '--mutations_sync=2',
  // Compiling a statement takes longer than running it: half of the time of a small case (measured).
  '--compile_expressions=0',
  '--compile_aggregate_expressions=0',
  '--compile_sort_description=0',
]
const AS_JSON = { format: 'JSONEachRow' }

/** One `folder` a process; `staging` is emptied. @throws {MintmarkError} `CASE_BUSY`, `DISK_FULL` */
export function openChdb(folder: string, staging: string = join(folder, 'staging')): Session {
  try {
    makeFolder(folder)
    rmSync(staging, { recursive: true, force: true })
    makeFolder(staging)
  } catch (cause) {
    throw fileError(cause)
  }
  return new ChdbSession(folder, staging)
}

class ChdbSession implements Session {
  readonly kind = 'embedded'
  readonly #db: Chdb
  readonly #folder: string
  readonly #staging: string
  #reader: Chdb | undefined
  #staged = 0
  /** Tail of the queue: chDB runs one statement a connection, and closing amid one aborts the process. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string, staging: string) {
    this.#folder = folder
    this.#staging = staging
    this.#db = connect(folder, staging)
  }

  async command(sql: string, params: Params = {}): Promise<void> {
    await this.#queued(() => this.#db.queryBindAsync(forOneNode(sql), { ...params }))
  }

  async rows(sql: string, params: Params = {}): Promise<Json[]> {
    return jsonRows(
      await this.#queued(() => this.#db.queryBindAsync(forOneNode(sql), { ...params }, AS_JSON)),
    )
  }

  stream(sql: string, params: Params = {}): AsyncIterable<readonly Json[]> {
    return this.#streamed(() => this.#db.queryStreamBind(forOneNode(sql), { ...params }))
  }

  async *ask(sql: string): AsyncIterable<readonly Json[]> {
    const query = await normalisedQuery(this, sql)
    this.#reader ??= connect(this.#folder, this.#staging, ['--readonly=1'])
    const reader = this.#reader
    if (/^[(\s]*(?:SELECT|WITH)\b/u.test(query)) {
      yield* this.#streamed(() => reader.queryStream(query))
      return
    }
    yield jsonRows(await this.#queued(() => reader.queryAsync(query, AS_JSON)))
  }

  async insert(...[table, columns, format, bytes]: Parameters<Session['insert']>): Promise<void> {
    // Through a file: chDB takes no binary format from memory, and counting lines is slow
    // (measured).
    const path = join(this.#staging, `${this.#staged++}.${format}`)
    try {
      await writeFile(path, bytes instanceof Uint8Array ? bytes : Readable.from(bytes))
      const names = columns.join(', ')
      const structure = format === 'Native' ? 'auto' : await this.#structure(table, columns)
      await this.command(
        `INSERT INTO ${table} (${names}) SELECT ${names} FROM file({path:String}, '${format}', {structure:String})`,
        { path, structure },
      )
    } catch (cause) {
      throw fileError(cause)
    } finally {
      rmSync(path, { force: true })
    }
  }

  localTable(name: string): string {
    return name
  }

  everywhere(sql: string, params: Params = {}): Promise<void> {
    return this.command(sql, params)
  }

  async close(): Promise<void> {
    await this.#last
    this.#reader?.close()
    this.#db.close()
  }

  async *#streamed(start: () => ReturnType<Chdb['queryStream']>): AsyncIterable<readonly Json[]> {
    const previous = this.#last
    const done = Promise.withResolvers<void>()
    this.#last = done.promise
    await previous
    try {
      for await (const chunk of start()) yield chunk.rows<Json>()
    } catch (cause) {
      throw engineError(cause, numberOf(cause))
    } finally {
      done.resolve()
    }
  }

  async #structure(table: string, columns: readonly string[]): Promise<string> {
    const described = await this.rows(`DESCRIBE TABLE ${table}`)
    const types = new Map(described.map((row) => [row['name'], row['type']]))
    return columns.map((name) => `${name} ${String(types.get(name))}`).join(', ')
  }

  #queued<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((cause: unknown) => {
      throw engineError(cause, numberOf(cause))
    })
    this.#last = result.catch(() => {})
    return result
  }
}

function jsonRows(result: ChdbResult): Json[] {
  return result
    .text()
    .split('\n')
    .flatMap((line) => {
      const row = parseObject(line)
      return row === undefined ? [] : [row]
    })
}

function connect(folder: string, staging: string, settings: readonly string[] = []): Chdb {
  try {
    return new Chdb(folder, { connectionArgs: [...SETTINGS, ...settings] })
  } catch (cause) {
    requireRoom(staging)
    const message = 'the engine cannot open the case; another process may have it'
    throw new MintmarkError('CASE_BUSY', message, {}, { cause })
  }
}

function requireRoom(staging: string): void {
  const path = join(staging, 'room')
  try {
    writeFileSync(path, Buffer.alloc(64 * 1024))
    rmSync(path, { force: true })
  } catch (cause) {
    throw fileError(cause)
  }
}
