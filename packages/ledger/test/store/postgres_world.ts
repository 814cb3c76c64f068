/** A PostgreSQL server for the tests of this file, and ledgers in schemas of their own. */
import { type PostgresServer, postgresMissing, startPostgres as start } from '@mintmark/testkit'
import { createPostgresLedger } from '../../src/index.ts'
import type { Wanted } from '../tested_store.ts'

export const skip: string | false = postgresMissing()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)

let made = 0

/** Undefined where there is none. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  return skip === false ? await start() : undefined
}

/** Makes a ledger with its keys in the folder. @returns the address of its database */
export async function createIn(
  server: PostgresServer,
  folder: string,
  wanted: Wanted,
): Promise<string> {
  const url = server.schema(`ledger_${made++}`)
  await createPostgresLedger(folder, url, wanted)
  return url
}
