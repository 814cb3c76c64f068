/**
 * A ledger in PostgreSQL: record and published files are tables; a commit is one durable statement.
 * Published files do not wait for the disk: the server's log is sequential, so the next commit
 * makes them durable. One writer: an advisory lock, which ends with its session. The *epoch* makes
 * a second one harmless: opening raises it; each statement writes only under its own epoch, and
 * locks the row.
 * Trust: the database is trusted like a journal; published files are checked against signed heads.
 */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import type { Resource } from '../tree/growing_tree.ts'
import { decodeRecord, encodeRecord } from './journal_records.ts'
import { openSession, type SqlSession } from './postgres_database.ts'
import { PostgresFiles, PostgresState, STATE_TABLE } from './postgres_files.ts'
import type { Edges, LedgerStore, RecoveredStep, ShardAppend, StateFiles } from './store.ts'

const RECORD_BYTES = 16 << 20
const RECORDS_AT_ONCE = 64
/** A server needs a moment to notice that a killed process is gone. */
const LOCK_PATIENCE_MS = 2000
const LOCK_WAIT_MS = 50

/** Marks the lock as Mintmark's; the number of the ledger's table makes it this ledger's. */
const LOCK_SPACE = 'x4d4d6c6700000000'
const TAKE_LOCK = `
  SELECT pg_try_advisory_lock('${LOCK_SPACE}'::bit(64)::bigint + 'mintmark_ledger'::regclass::oid::bigint) AS taken`

// Writers share the row: a commit does not wait for a publication. Raising the epoch waits for
// both.
const HELD = 'held AS (SELECT 1 FROM mintmark_ledger WHERE epoch = $1 FOR SHARE)'
const COMMIT = `
  WITH ${HELD} INSERT INTO mintmark_record (number, bytes) SELECT $2::bigint, $3::bytea FROM held`
const FORGET = `
  WITH ${HELD} DELETE FROM mintmark_record USING held WHERE number < $2`

interface PostgresStoreOptions {
  readonly recordBytes?: number | undefined
  /** For copies of {@link LedgerStore.state} on this machine. */
  readonly copies?: StateFiles | undefined
}

export class PostgresStore implements LedgerStore {
  readonly state: PostgresState
  readonly #url: string
  readonly #recordBytes: number
  readonly #writer: SqlSession
  readonly #files: PostgresFiles
  /** Writes published files, without waiting for the disk. */
  #publisher: SqlSession | undefined
  #epoch = '0'
  #seed: Uint8Array = new Uint8Array()
  #next = 1
  /** Of the record since its last beginning, in bytes. */
  #length = 0
  part = 0
  #isBegun: boolean = false
  readonly trouble: undefined
  #failure: MintmarkError | undefined

  private constructor(url: string, writer: SqlSession, options: PostgresStoreOptions) {
    this.#url = url
    this.#writer = writer
    this.#files = new PostgresFiles(url)
    this.#recordBytes = options.recordBytes ?? RECORD_BYTES
    this.state = new PostgresState(url, () => this.#publisher ?? this.#writer, options.copies)
  }

  static async open(url: string, options: PostgresStoreOptions = {}): Promise<PostgresStore> {
    const writer = await openSession(url)
    try {
      await assertThere(writer)
      await assertDurable(writer)
      await lock(writer)
    } catch (cause) {
      await writer.close()
      throw cause
    }
    return new PostgresStore(url, writer, options)
  }

  async *recover(): AsyncGenerator<RecoveredStep, void, void> {
    const { rows } = await this.#writer.query(
      `UPDATE mintmark_ledger SET epoch = epoch + 1, writer_host = $1, writer_pid = $2
       RETURNING epoch::text, seed`,
      [hostname(), process.pid],
    )
    this.#epoch = String(rows[0]?.['epoch'])
    this.#seed = bytesOf(rows[0]?.['seed'])
    this.#publisher = await this.#openPublisher()
    await this.#publisher.query(STATE_TABLE)
    let last: number | undefined
    for await (const { number, bytes } of this.#records()) {
      const record = decodeRecord(bytes, this.#seed, number)
      // The record begins with edges, and has no hole.
      const isNext = last === undefined ? record?.kind === 'edges' : number === last + 1
      if (record === undefined || !isNext) throw damaged(last === undefined ? number : last + 1)
      last = number
      yield record
    }
    if (last === undefined) throw damaged(1)
    this.#next = last + 1
  }

  async *#records(): AsyncGenerator<{ number: number; bytes: Uint8Array }, void, void> {
    let after = 0
    for (;;) {
      const { rows } = await this.#writer.query(
        // Not AS number: the rows would be ordered by that text.
        `SELECT number::text AS decimal, bytes FROM mintmark_record WHERE number > $1
         ORDER BY number LIMIT ${RECORDS_AT_ONCE}`,
        [after],
      )
      for (const row of rows) {
        after = Number(row['decimal'])
        yield { number: after, bytes: bytesOf(row['bytes']) }
      }
      if (rows.length < RECORDS_AT_ONCE) return
    }
  }

  async start(edges: Edges): Promise<void> {
    await this.beginPart(edges)
    await this.#forget()
  }

  get failure(): MintmarkError | undefined {
    return this.#failure
  }

  get isGrown(): boolean {
    return this.#length >= this.#recordBytes && !this.#isBegun
  }

  async beginPart(edges: Edges): Promise<void> {
    const part = this.#next
    await this.#add({ kind: 'edges', edges })
    this.part = part
    this.#length = 0
    this.#isBegun = true
  }

  /** Published files come before this in the server's log. */
  async #forget(): Promise<void> {
    await this.#published((session) => session.query(FORGET, [this.#epoch, this.part]))
    this.#isBegun = false
  }

  async commit(appends: readonly ShardAppend[]): Promise<void> {
    await this.#add({ kind: 'batch', appends })
  }

  async #add(record: RecoveredStep): Promise<void> {
    this.#assertWhole()
    const bytes = encodeRecord(record, this.#seed, this.#next)
    await this.#guarded(async () => {
      const { count } = await this.#writer.query(COMMIT, [this.#epoch, this.#next, bytes])
      if (count === 0) throw takenOver()
    })
    this.#next++
    this.#length += bytes.length
  }

  async publish(
    tiles: readonly Resource[],
    heads: readonly Resource[],
    part: number | undefined,
  ): Promise<void> {
    this.#assertWhole()
    const put = async (session: SqlSession) => {
      const isHeld = await this.#files.put(session, this.#epoch, [...tiles, ...heads])
      if (!isHeld) throw takenOver()
    }
    if (part === undefined) await this.#guarded(() => put(this.#writer))
    else await this.#published(put)
    if (this.#isBegun && part === this.part) await this.#forget()
  }

  /** Replaces a failed session. That stops no commit unless the committing session failed, too. */
  async #published(work: (session: SqlSession) => Promise<unknown>): Promise<void> {
    try {
      this.#publisher ??= await this.#openPublisher()
      await work(this.#publisher)
    } catch (cause) {
      if (!(cause instanceof MintmarkError) || cause.code === 'DISK_FULL') throw cause
      await this.#publisher?.close()
      this.#publisher = undefined
      await this.#guarded(() => this.#writer.query('SELECT 1'))
      if (cause.code === 'LEDGER_BUSY') this.#failure ??= cause
      throw cause
    }
  }

  async #openPublisher(): Promise<SqlSession> {
    const session = await openSession(this.#url)
    await session.query('SET synchronous_commit = off')
    return session
  }

  /** After any failure but a full disk, the content of the database is unknown. */
  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (!(cause instanceof MintmarkError)) throw cause
      if (cause.code !== 'DISK_FULL') this.#failure ??= cause
      throw cause
    }
  }

  #assertWhole(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.read(path)
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#files.list(folder)
  }

  async remove(path: string): Promise<void> {
    await this.#published((session) => this.#files.remove(session, path))
  }

  async close(edges: Edges | undefined): Promise<void> {
    try {
      if (edges !== undefined && this.#failure === undefined) await this.start(edges)
    } finally {
      this.#failure ??= new MintmarkError('LEDGER_FAILED', 'the ledger is closed')
      await Promise.all([this.#publisher?.close(), this.#files.close(), this.state.close()])
      // Last: its lock keeps others out.
      await this.#writer.close()
    }
  }
}

async function assertThere(session: SqlSession): Promise<void> {
  const { rows } = await session.query("SELECT to_regclass('mintmark_ledger') IS NOT NULL AS there")
  if (rows[0]?.['there'] !== true)
    throw new MintmarkError('LEDGER_MISSING', 'there is no ledger in this database')
}

/** A server that acknowledges what is not on its disk cannot store a ledger. */
async function assertDurable(session: SqlSession): Promise<void> {
  const { rows } = await session.query(
    "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS waits",
  )
  const { fsync, waits } = rows[0] ?? {}
  if (fsync !== 'on') {
    const message = 'the database has fsync off: it acknowledges what a crash takes away'
    throw new MintmarkError('LEDGER_INVALID', message, { member: 'fsync' })
  }
  if (waits === 'off') await session.query('SET synchronous_commit = on')
}

async function lock(session: SqlSession): Promise<void> {
  for (const untilMs = performance.now() + LOCK_PATIENCE_MS; ; ) {
    const { rows } = await session.query(TAKE_LOCK)
    if (rows[0]?.['taken'] === true) return
    if (performance.now() > untilMs) break
    await sleep(LOCK_WAIT_MS)
  }
  const { rows } = await session.query('SELECT writer_host, writer_pid FROM mintmark_ledger')
  const [host, pid] = [String(rows[0]?.['writer_host']), Number(rows[0]?.['writer_pid'])]
  const message = `the ledger is in use by process ${pid} on ${host}`
  throw new MintmarkError('LEDGER_BUSY', message, { pid, host })
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}

function takenOver(): MintmarkError {
  return new MintmarkError('LEDGER_BUSY', 'another process has taken over the ledger')
}

function damaged(number: number): MintmarkError {
  const message = `record ${number} of the ledger's database is not there, or is not what was written`
  return new MintmarkError('LEDGER_DAMAGED', message, { record: number })
}
