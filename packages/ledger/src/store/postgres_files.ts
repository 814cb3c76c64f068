/**
 * Files in tables by path: published files and state files; this machine may hold copies.
 * Paths compare byte by byte: those below a folder are one range, `FOLDER/` to `FOLDER0`.
 */
import type { Resource } from '../tree/growing_tree.ts'
import { openReaders, type SqlReaders, type SqlSession } from './postgres_database.ts'
import type { StateFiles } from './store.ts'

/**
 * All files or none. A full tile removes its partial versions: readers take it instead.
 * $1 epoch · $2 paths · $3 contents · $4 paths of full tiles
 */
const PUBLISH = `
  WITH held AS (SELECT 1 FROM mintmark_ledger WHERE epoch = $1 FOR SHARE),
  removed AS (
    DELETE FROM mintmark_file USING unnest($4::text[]) AS full_tile, held
    WHERE path >= full_tile || '.p/' AND path < full_tile || '.p0'),
  put AS (
    INSERT INTO mintmark_file (path, bytes)
    SELECT each.path, each.bytes FROM unnest($2::text[], $3::bytea[]) AS each (path, bytes), held
    ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes)
  SELECT 1 FROM held`
/**
 * Each name is found from the one before: as many steps as names, whatever is below them.
 * $1 prefix, with its slash
 */
const listIn = (table: string) => `
  WITH RECURSIVE found (path) AS (
    (SELECT path FROM ${table} WHERE path >= $1::text AND starts_with(path, $1) ORDER BY path LIMIT 1)
    UNION ALL
    SELECT (
      SELECT next.path FROM ${table} AS next
      WHERE starts_with(next.path, $1) AND next.path >= $1 || CASE
        WHEN strpos(substr(found.path, length($1) + 1), '/') = 0
        THEN substr(found.path, length($1) + 1) || chr(1)
        ELSE split_part(substr(found.path, length($1) + 1), '/', 1) || '0' END
      ORDER BY next.path LIMIT 1)
    FROM found WHERE found.path IS NOT NULL)
  SELECT DISTINCT split_part(substr(path, length($1) + 1), '/', 1) AS name
  FROM found WHERE path IS NOT NULL`
const bytesIn = (table: string) => `SELECT bytes FROM ${table} WHERE path = $1`
const removeFrom = (table: string) => `
  DELETE FROM ${table} WHERE path = $1::text OR (path >= $1 || '/' AND path < $1 || '0')`

async function namesIn(readers: SqlSession, table: string, folder: string): Promise<string[]> {
  const { rows } = await readers.query(listIn(table), [`${folder}/`])
  return rows.map(({ name }) => String(name)).toSorted((a, b) => (a < b ? -1 : 1))
}

const PUBLISHED = 'mintmark_file'

export class PostgresFiles {
  readonly #readers: SqlReaders

  constructor(url: string) {
    this.#readers = openReaders(url)
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return await this.#readers.bytes(bytesIn(PUBLISHED), path)
  }

  async list(folder: string): Promise<readonly string[]> {
    return await namesIn(this.#readers, PUBLISHED, folder)
  }

  /** @returns false, with nothing written, if the epoch is no longer this one */
  async put(session: SqlSession, epoch: string, files: readonly Resource[]): Promise<boolean> {
    const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]))
    const paths = [...byPath.keys()]
    const full = paths.filter((path) => /\/tile\/[^.]+$/.test(path))
    const { count } = await session.query(PUBLISH, [epoch, paths, [...byPath.values()], full])
    return count > 0
  }

  async remove(session: SqlSession, path: string): Promise<void> {
    await session.query(removeFrom(PUBLISHED), [path])
  }

  close(): Promise<void> {
    return this.#readers.close()
  }
}

const STATE = 'mintmark_live'
/** Earlier versions had no such table: opening the ledger to write makes it. */
export const STATE_TABLE: string = `CREATE TABLE IF NOT EXISTS ${STATE} (path text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL)`
/** $2 the last bytes of the copy */
const HAS_HASH = `
  SELECT 1 FROM ${STATE} WHERE path = $1 AND substr(bytes, octet_length(bytes) - 31) = $2`
const PUT = `
  INSERT INTO ${STATE} (path, bytes) VALUES ($1, $2)
  ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes`
const HASH_BYTES = 32

/**
 * State files, with copies in a folder that spare the server the bytes; none is needed.
 * A copy is used only if its last 32 bytes, its hash, are those of the table's file.
 */
export class PostgresState implements StateFiles {
  readonly #readers: SqlReaders
  readonly #session: () => SqlSession
  readonly #copies: StateFiles | undefined
  #copying: Promise<unknown> = Promise.resolve()

  /**
   * @param session returns the session that is open to write
   * @param copies for this ledger alone
   */
  constructor(url: string, session: () => SqlSession, copies?: StateFiles) {
    this.#readers = openReaders(url)
    this.#session = session
    this.#copies = copies
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const copy = await this.#copies?.read(path).catch(() => undefined)
    if (copy !== undefined) {
      const { count } = await this.#readers.query(HAS_HASH, [path, copy.subarray(-HASH_BYTES)])
      if (count > 0) return copy
    }
    const bytes = await this.#readers.bytes(bytesIn(STATE), path)
    if (bytes !== undefined) this.#copy((copies) => copies.write(path, bytes))
    return bytes
  }

  /** The table's file, whatever the copy says of itself. */
  async readAgain(path: string): Promise<Uint8Array | undefined> {
    this.#copy((copies) => copies.remove(path))
    await this.#copying
    return await this.read(path)
  }

  async list(folder: string): Promise<readonly string[]> {
    const names = await namesIn(this.#readers, STATE, folder)
    const known = new Set(names)
    this.#copy(async (copies) => {
      for (const name of await copies.list(folder)) {
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
    await this.#session().query(removeFrom(STATE), [path])
    this.#copy((copies) => copies.remove(path))
  }

  /** In the background, one at a time. If it fails, the next start reads the table. */
  #copy(work: (copies: StateFiles) => Promise<unknown>): void {
    const copies = this.#copies
    if (copies !== undefined)
      this.#copying = this.#copying.then(() => work(copies)).catch(() => undefined)
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers.close(), this.#copying])
  }
}
