/**
 * State files in a table by path, and copies of them in a folder of this machine.
 *
 * A copy is used only if its last 32 bytes, its hash, are those of the table's file. The copies spare the server the bytes;
 * none is needed.
 *
 * A ledger of an earlier version has no such table: opening it to write makes one.
 *
 * @module
 */
import { openReaders, type SqlSession } from './postgres_database.ts'
import type { StateFiles } from './store.ts'

export const STATE_TABLE =
  'CREATE TABLE IF NOT EXISTS mintmark_live (path text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL)'

const LIST = `
  SELECT DISTINCT split_part(substr(path, length($1) + 1), '/', 1) AS name FROM mintmark_live
  WHERE path >= $1::text AND starts_with(path, $1)`
/** $2 the last bytes of the copy. Null: the copy has the same. */
const READ = `
  SELECT CASE WHEN substr(bytes, octet_length(bytes) - 31) = $2 THEN NULL ELSE bytes END AS bytes
  FROM mintmark_live WHERE path = $1`
const PUT = `
  INSERT INTO mintmark_live (path, bytes) VALUES ($1, $2)
  ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes`
const REMOVE = `
  DELETE FROM mintmark_live WHERE path = $1::text OR (path >= $1 || '/' AND path < $1 || '0')`

const HASH_BYTES = 32
const NO_COPY = new Uint8Array()

export class PostgresState implements StateFiles {
  readonly #readers: SqlSession
  readonly #session: () => SqlSession
  readonly #copies: StateFiles | undefined
  #copying: Promise<unknown> = Promise.resolve()

  /**
   * @param session gives the one that is open to write
   * @param copies in a folder of this machine, of this ledger alone
   */
  constructor(url: string, session: () => SqlSession, copies?: StateFiles) {
    this.#readers = openReaders(url)
    this.#session = session
    this.#copies = copies
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const copy = await this.#copies?.read(path).catch(() => undefined)
    const hash = copy?.subarray(-HASH_BYTES) ?? NO_COPY
    const { rows } = await this.#readers.query(READ, [path, hash])
    const bytes = rows[0]?.['bytes']
    if (bytes === null) return copy
    if (!(bytes instanceof Uint8Array)) return undefined
    this.#copy((copies) => copies.write(path, bytes))
    return bytes
  }

  /** The table's file, whatever the copy says of itself. */
  async readAgain(path: string): Promise<Uint8Array | undefined> {
    this.#copy((copies) => copies.remove(path))
    await this.#copying
    return await this.read(path)
  }

  async list(folder: string): Promise<readonly string[]> {
    const { rows } = await this.#readers.query(LIST, [`${folder}/`])
    const names = rows.map(({ name }) => String(name)).toSorted((a, b) => (a < b ? -1 : 1))
    const known = new Set(names)
    this.#copy(async (copies) => {
      for (const name of await copies.list(folder)) {
        // oxlint-disable-next-line no-await-in-loop -- a few at a start
        if (!known.has(name)) await copies.remove(`${folder}/${name}`)
      }
    })
    return names
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#session().query(PUT, [path, bytes])
    this.#copy((copies) => copies.write(path, bytes))
  }

  async remove(path: string): Promise<void> {
    await this.#session().query(REMOVE, [path])
    this.#copy((copies) => copies.remove(path))
  }

  /** In the background, one after the other. Where it fails, the next start reads the table. */
  #copy(work: (copies: StateFiles) => Promise<unknown>): void {
    const copies = this.#copies
    if (copies !== undefined)
      this.#copying = this.#copying.then(() => work(copies)).catch(() => undefined)
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.close(), this.#copying])
  }
}
