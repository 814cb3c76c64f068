/**
 * What a hunt knows of the world beside the case: `service_network` and `quiet_folder`, filled from this program's data.
 *
 * @module
 */
import type { Session } from '../engine/session.ts'
import { quietFolders } from './quiet_folders.ts'
import { serviceNetworks } from './service_networks.ts'

/** Rows of a statement: a server takes bound arrays from the request's address. */
const ROWS_AT_ONCE = 100

const FILL_FOLDERS = `INSERT INTO quiet_folder
  SELECT pair.1, pair.2 FROM (SELECT arrayJoin(arrayZip({kinds:Array(String)}, {keys:Array(String)})) AS pair)`
const FILL_NETWORKS = `INSERT INTO service_network
  SELECT toIPv6(pair.1), toIPv6(pair.2)
  FROM (SELECT arrayJoin(arrayZip({firsts:Array(String)}, {lasts:Array(String)})) AS pair)`

/**
 * Fills both tables anew: a case may have been made by a program that knew others.
 *
 * @throws {MintmarkError} as `Session.command`
 */
export async function fillKnown(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE service_network')
  for (const some of parts(serviceNetworks())) {
    const firsts = some.map(({ first }) => first)
    // oxlint-disable-next-line no-await-in-loop -- a session takes one statement at a time
    await session.command(FILL_NETWORKS, { firsts, lasts: some.map(({ last }) => last) })
  }
  await session.command('TRUNCATE TABLE quiet_folder')
  for (const some of parts(quietFolders())) {
    const kinds = some.map(({ kind }) => kind)
    // oxlint-disable-next-line no-await-in-loop -- a session takes one statement at a time
    await session.command(FILL_FOLDERS, { kinds, keys: some.map(({ key }) => key) })
  }
}

function parts<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / ROWS_AT_ONCE)
  return Array.from({ length: count }, (_, index) =>
    rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE),
  )
}
