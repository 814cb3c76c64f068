/**
 * Published files of a ledger in a table, by path.
 *
 * Paths compare byte by byte, so all paths below a folder are one range of the table's index: from `FOLDER/` up to
 * `FOLDER0`, as `0` follows `/`.
 *
 * @module
 */
import type { Resource } from '../tree/growing_tree.ts'
import { openReaders, type SqlSession } from './postgres_database.ts'

/**
 * All files or none. A full tile removes its partial versions: readers take the full one instead.
 * $1 epoch · $2 paths · $3 contents · $4 paths of full tiles
 */
const PUT = `
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
 * Names in a folder, each found from the one before: as many steps as there are names, however many files are below them.
 * $1 prefix, with its slash
 */
const LIST = `
  WITH RECURSIVE found (path) AS (
    (SELECT path FROM mintmark_file WHERE path >= $1::text AND starts_with(path, $1) ORDER BY path LIMIT 1)
    UNION ALL
    SELECT (
      SELECT next.path FROM mintmark_file AS next
      WHERE starts_with(next.path, $1) AND next.path >= $1 || CASE
        WHEN strpos(substr(found.path, length($1) + 1), '/') = 0
        THEN substr(found.path, length($1) + 1) || chr(1)
        ELSE split_part(substr(found.path, length($1) + 1), '/', 1) || '0' END
      ORDER BY next.path LIMIT 1)
    FROM found WHERE found.path IS NOT NULL)
  SELECT DISTINCT split_part(substr(path, length($1) + 1), '/', 1) AS name
  FROM found WHERE path IS NOT NULL`

export class PostgresFiles {
  readonly #readers: SqlSession

  constructor(url: string) {
    this.#readers = openReaders(url)
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.#readers.query('SELECT bytes FROM mintmark_file WHERE path = $1', [
      path,
    ])
    const bytes = rows[0]?.['bytes']
    return bytes instanceof Uint8Array ? bytes : undefined
  }

  async list(folder: string): Promise<readonly string[]> {
    const { rows } = await this.#readers.query(LIST, [`${folder}/`])
    return rows.map(({ name }) => String(name)).toSorted((a, b) => (a < b ? -1 : 1))
  }

  /** @returns whether the epoch is still this one; nothing is written if it is not */
  async put(session: SqlSession, epoch: string, files: readonly Resource[]): Promise<boolean> {
    const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]))
    const paths = [...byPath.keys()]
    const full = paths.filter((path) => /\/tile\/[^.]+$/.test(path))
    const { count } = await session.query(PUT, [epoch, paths, [...byPath.values()], full])
    return count > 0
  }

  async remove(session: SqlSession, path: string): Promise<void> {
    await session.query(
      `DELETE FROM mintmark_file
       WHERE path = $1::text OR (path >= $1 || '/' AND path < $1 || '0')`,
      [path],
    )
  }

  close(): Promise<void> {
    return this.#readers.close()
  }
}
