/**
 * Sessions of a PostgreSQL server: the one file that imports its client.
 * Errors name an SQLSTATE or connection code: never a value of a statement or an address's
 * password.
 * Source: PostgreSQL documentation, "PostgreSQL Error Codes" (appendix A).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, MintmarkError } from '@mintmark/core'
import { Client, type ClientConfig, Pool, Query } from 'pg'

type SqlValue = string | number | Uint8Array | readonly string[] | readonly Uint8Array[]

interface SqlAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly count: number
}

export interface SqlSession {
  /** @throws {MintmarkError} `LEDGER_FAILED` or `DISK_FULL`, as {@link failureOf} maps them */
  query(text: string, values?: readonly SqlValue[]): Promise<SqlAnswer>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
/** A server that is silent for so long counts as unavailable. */
const QUERY_TIMEOUT_MS = 30_000
const READERS = 4
const READER_IDLE_MS = 5000
const END_PATIENCE_MS = 2000

/**
 * A server that lost its client frees what the client held within some 25 seconds.
 * Without effect on a socket of the same machine, which needs none.
 */
const NOTICE_LOST_CLIENT = `
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`

const configOf = (url: string): ClientConfig => ({
  connectionString: url,
  application_name: 'mintmark',
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  query_timeout: QUERY_TIMEOUT_MS,
  keepAlive: true,
})

/** @throws {MintmarkError} `LEDGER_FAILED` if the server is unreachable or denies access */
export async function openSession(url: string): Promise<SqlSession> {
  const client = new Client(configOf(url))
  // The next statement fails with it.
  client.on('error', () => undefined)
  const query: SqlSession['query'] = (text, values = []) =>
    asLedgerError(async () => answerOf(await client.query(text, [...values])))
  try {
    await asLedgerError(() => client.connect())
    await asLedgerError(() => client.query(NOTICE_LOST_CLIENT))
  } catch (cause) {
    await ended(client)
    throw cause
  }
  return { query, close: () => ended(client) }
}

async function ended(client: Client): Promise<void> {
  const waited = sleep(END_PATIENCE_MS, undefined, { ref: false })
  await Promise.race([client.end().catch(() => undefined), waited])
}

export interface SqlReaders extends SqlSession {
  /**
   * Bytes, in a quarter of the time of {@link query}; undefined without a row.
   * @param select one column and at most one row, with $1 for the text `value`
   */
  bytes(select: string, value: string): Promise<Uint8Array | undefined>
}

/** A pool of sessions for reading. It keeps no process alive. */
export function openReaders(url: string): SqlReaders {
  const pool = new Pool({
    ...configOf(url),
    max: READERS,
    idleTimeoutMillis: READER_IDLE_MS,
    allowExitOnIdle: true,
  })
  pool.on('error', () => undefined)
  return {
    query: (text, values = []) =>
      asLedgerError(async () => answerOf(await pool.query(text, [...values]))),
    bytes: (select, value) => asLedgerError(() => copied(pool, copyOf(select, value))),
    close: () => pool.end(),
  }
}

/** COPY's binary format: bytes before the rows, bytes before a value, and the end. */
const COPY_HEAD_BYTES = 19
const ROW_HEAD_BYTES = 6
const VALUE_AT = COPY_HEAD_BYTES + ROW_HEAD_BYTES
/** Before a copy, so that its value begins at a multiple of four. */
const PADDING = 3

/** The client gets bytes in rows as hexadecimal text; COPY sends them as they are. */
class CopyQuery extends Query {
  readonly #parts: Buffer[] = []

  handleCopyData({ chunk }: { readonly chunk: Uint8Array }): void {
    // The client reuses its buffer.
    const part = Buffer.allocUnsafeSlow(PADDING + chunk.length).subarray(PADDING)
    part.set(chunk)
    this.#parts.push(part)
  }

  /** Servers send the row with the head, and the end by itself. */
  get value(): Uint8Array | undefined {
    const [first] = this.#parts
    const isWhole = first !== undefined && first.length > VALUE_AT && first.length >= endOf(first)
    const bytes = isWhole ? first : Buffer.concat(this.#parts)
    const hasRow = bytes.readInt16BE(COPY_HEAD_BYTES) === 1
    return hasRow ? bytes.subarray(VALUE_AT, endOf(bytes)) : undefined
  }
}

const endOf = (copy: Buffer) => VALUE_AT + copy.readInt32BE(VALUE_AT - 4)

/** COPY takes no parameters; in hexadecimal digits a value can be nothing but text. */
function copyOf(select: string, value: string): string {
  const text = `convert_from(decode('${Buffer.from(value).toString('hex')}', 'hex'), 'UTF8')`
  return `COPY (${select.replace('$1', text)}) TO STDOUT (FORMAT binary)`
}

async function copied(pool: Pool, copy: string): Promise<Uint8Array | undefined> {
  const query = new CopyQuery(copy)
  // A promise, whatever its type says.
  const done: unknown = pool.query(query)
  await done
  return query.value
}

export async function inTransaction(session: SqlSession, work: () => Promise<void>): Promise<void> {
  await session.query('BEGIN')
  try {
    await work()
  } catch (cause) {
    await session.query('ROLLBACK').catch(() => undefined)
    throw cause
  }
  await session.query('COMMIT')
}

function answerOf({ rows, rowCount }: { rows: unknown[]; rowCount: number | null }): SqlAnswer {
  return { rows: rows.filter((row) => isObject(row)), count: rowCount ?? 0 }
}

async function asLedgerError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw failureOf(cause)
  }
}

/** The server undoes a statement for which it had no room. */
const DISK_FULL = '53100'

function failureOf(cause: unknown): MintmarkError {
  const code = isObject(cause) && typeof cause['code'] === 'string' ? cause['code'] : ''
  if (code === DISK_FULL)
    return new MintmarkError('DISK_FULL', 'the disk of the database has no room', {}, { cause })
  const said = cause instanceof Error ? cause.message : ''
  const message = `the database of the ledger failed: ${said || code}`
  return new MintmarkError('LEDGER_FAILED', message, { sqlstate: code }, { cause })
}
