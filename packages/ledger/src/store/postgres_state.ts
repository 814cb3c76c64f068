/**
 * Files that make a start quick, in a table by path.
 *
 * A ledger of an earlier version has no such table: whoever opens it to write makes it.
 *
 * @module
 */
import type { SqlSession } from './postgres_database.ts'
import type { StateFiles } from './store.ts'

export const STATE_TABLE =
  'CREATE TABLE IF NOT EXISTS mintmark_live (path text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL)'

const LIST = `
  SELECT DISTINCT split_part(substr(path, length($1) + 1), '/', 1) AS name FROM mintmark_live
  WHERE path >= $1::text AND starts_with(path, $1)`
const PUT = `
  INSERT INTO mintmark_live (path, bytes) VALUES ($1, $2)
  ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes`
const REMOVE = `
  DELETE FROM mintmark_live WHERE path = $1::text OR (path >= $1 || '/' AND path < $1 || '0')`

/** @param session gives the one that is open */
export function postgresState(session: () => SqlSession): StateFiles {
  return {
    async read(path) {
      const { rows } = await session().query('SELECT bytes FROM mintmark_live WHERE path = $1', [
        path,
      ])
      const bytes = rows[0]?.['bytes']
      return bytes instanceof Uint8Array ? bytes : undefined
    },
    async list(folder) {
      const { rows } = await session().query(LIST, [`${folder}/`])
      return rows.map(({ name }) => String(name)).toSorted((a, b) => (a < b ? -1 : 1))
    },
    async write(path, bytes) {
      await session().query(PUT, [path, bytes])
    },
    async remove(path) {
      await session().query(REMOVE, [path])
    },
  }
}
