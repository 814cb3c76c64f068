/** A case on a ClickHouse server, or on the shards of a cluster, over HTTP. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client'
import { errnoOf, type Json, MintmarkError } from '@mintmark/core'
import { engineError } from './engine_error.ts'
import type { ServerLocation } from './location.ts'
import { normalisedQuery } from './read_only.ts'
import { INSERT_ID, type Params, type Session } from './session.ts'

const REQUEST_LIMIT_MS = 24 * 3_600_000
const SETTINGS = {
  output_format_json_quote_64bit_integers: 1,
  session_timezone: 'UTC',
  // Duplicates are merged away when a case is sealed: a file's row count stays exact until then.
  optimize_on_insert: 0,
  mutations_sync: '2',
  // An insert into a Distributed table has reached its shards when it returns.
  distributed_foreground_insert: 1,
  // An error amid a statement is an error of the statement, not of a half-sent answer.
  wait_end_of_query: 0,
} as const

const IN_STREAM = /error in the stream|in JSON at position|is not valid JSON/u

/** UNKNOWN_DATABASE. */
const NO_DATABASE = 81
/** AUTHENTICATION_FAILED, WRONG_PASSWORD, REQUIRED_PASSWORD, UNKNOWN_USER. */
const REFUSED = new Set([516, 193, 194, 192])

/** `create` makes the database where it is missing. @throws {MintmarkError} `ENGINE_UNAVAILABLE`, `CASE_MISSING` */
export async function openServer(location: ServerLocation, create: boolean): Promise<Session> {
  if (create) await Promise.all(location.nodes.map((node) => makeDatabase(location, node)))
  const session = new ServerSession(location)
  try {
    await session.everywhere('SELECT 1')
  } catch (cause) {
    await session.close()
    const missing = cause instanceof MintmarkError && cause.facts['clickhouse'] === NO_DATABASE
    if (!missing) throw cause
    throw new MintmarkError('CASE_MISSING', `there is no case at ${location.shown}`, {}, { cause })
  }
  return session
}

async function makeDatabase(location: ServerLocation, node: string): Promise<void> {
  const client = connect(location, node, 'default')
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${location.database}` })
  } catch (cause) {
    throw serverError(cause, node)
  } finally {
    await client.close()
  }
}

interface Node {
  readonly address: string
  readonly client: ClickHouseClient
}

class ServerSession implements Session {
  readonly kind = 'server'
  readonly #location: ServerLocation
  readonly #nodes: readonly Node[]
  readonly #first: Node

  constructor(location: ServerLocation) {
    this.#location = location
    this.#nodes = location.nodes.map((address) => ({
      address,
      client: connect(location, address, location.database),
    }))
    const [first] = this.#nodes
    if (first === undefined) throw new TypeError('a server location has at least one node')
    this.#first = first
  }

  command(sql: string, params: Params = {}): Promise<void> {
    return send(this.#first, sql, params)
  }

  async rows(sql: string, params: Params = {}): Promise<Json[]> {
    const found: Json[] = []
    for await (const chunk of this.stream(sql, params)) found.push(...chunk)
    return found
  }

  stream(sql: string, params: Params = {}): AsyncIterable<readonly Json[]> {
    return this.#streamed(sql, params, false)
  }

  async *ask(sql: string): AsyncIterable<readonly Json[]> {
    yield* this.#streamed(await normalisedQuery(this, sql), {}, true)
  }

  async insert(...[table, columns, format, bytes]: Parameters<Session['insert']>): Promise<void> {
    const query = `INSERT INTO ${table} (${columns.join(', ')}) FORMAT ${format}`
    try {
      const parts = bytes instanceof Uint8Array ? [bytes] : bytes
      const result = await this.#first.client.exec({
        query,
        values: Readable.from(parts, { objectMode: false }),
        query_id: `${INSERT_ID}${randomUUID()}`,
        clickhouse_settings: { wait_end_of_query: 1 },
      })
      await drained(result.stream)
    } catch (cause) {
      throw serverError(cause, this.#first.address)
    }
  }

  localTable(name: string): string {
    return this.#location.cluster === '' ? name : `${name}_local`
  }

  async everywhere(sql: string, params: Params = {}): Promise<void> {
    await Promise.all(this.#nodes.map((node) => send(node, sql, params)))
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map(({ client }) => client.close()))
  }

  async *#streamed(
    sql: string,
    params: Params,
    isReadOnly: boolean,
  ): AsyncIterable<readonly Json[]> {
    try {
      const result = await this.#first.client.query({
        query: sql,
        query_params: { ...params },
        format: 'JSONEachRow',
        ...(isReadOnly ? { clickhouse_settings: { readonly: '1' } } : {}),
      })
      for await (const chunk of result.stream<Json>()) yield chunk.map((row) => row.json())
    } catch (cause) {
      throw serverError(cause, this.#first.address)
    }
  }
}

function connect(location: ServerLocation, node: string, database: string): ClickHouseClient {
  return createClient({
    url: node,
    username: location.username,
    password: location.password,
    database,
    application: 'mintmark',
    request_timeout: REQUEST_LIMIT_MS,
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: SETTINGS,
  })
}

async function send({ client, address }: Node, sql: string, params: Params): Promise<void> {
  try {
    await client.command({
      query: sql,
      query_params: { ...params },
      clickhouse_settings: { wait_end_of_query: 1 },
    })
  } catch (cause) {
    throw serverError(cause, address)
  }
}

async function drained(stream: Readable): Promise<void> {
  for await (const _ of stream) {
    // An insert answers nothing; the socket is free once that has been read.
  }
}

/** An error of the server, or of the way to it. The client's own cause may hold the address with its password: it is left out. */
function serverError(cause: unknown, address: string): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  if (cause instanceof ClickHouseError) {
    const number = Number(cause.code)
    if (REFUSED.has(number))
      return new MintmarkError('ENGINE_UNAVAILABLE', `${address} refused the user or password`, {
        clickhouse: number,
      })
    return engineError(cause, number)
  }
  const errno = errnoOf(cause)
  // The client's words for a server error that the network cut in two (seen with 1.23).
  const isCutError = cause instanceof Error && errno === '' && IN_STREAM.test(cause.message)
  if (isCutError) return engineError(cause, 0)
  const message = `${address} does not answer as a ClickHouse server${errno === '' ? '' : `: ${errno}`}`
  return new MintmarkError('ENGINE_UNAVAILABLE', message, { address, errno })
}
