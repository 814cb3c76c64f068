/** A ledger in PostgreSQL. Its key stays in a folder: the database alone cannot sign. */
import { MintmarkError, writingIn } from '@mintmark/core'
import { DESCRIPTION_PATH, type Description, formatDescription } from '../notes/description.ts'
import {
  assertEmpty,
  diskFiles,
  type Files,
  folderOf,
  readText,
  replacePrivately,
} from '../store/files.ts'
import { encodeRecord, newSeed } from '../store/journal_records.ts'
import { inTransaction, openSession, type SqlSession } from '../store/postgres_database.ts'
import { STATE_TABLE } from '../store/postgres_files.ts'
import { makeLogKey } from './ledger_key.ts'

const STORE_PATH = 'private/store'

const TABLES = [
  `CREATE TABLE mintmark_ledger (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seed bytea NOT NULL,
    epoch bigint NOT NULL,
    writer_host text NOT NULL,
    writer_pid integer NOT NULL)`,
  'CREATE TABLE mintmark_record (number bigint PRIMARY KEY, bytes bytea NOT NULL)',
  'CREATE TABLE mintmark_file (path text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL)',
  STATE_TABLE,
  // Hashes do not compress, and entries hardly.
  'ALTER TABLE mintmark_record ALTER COLUMN bytes SET STORAGE EXTERNAL',
  'ALTER TABLE mintmark_file ALTER COLUMN bytes SET STORAGE EXTERNAL',
  'ALTER TABLE mintmark_live ALTER COLUMN bytes SET STORAGE EXTERNAL',
]

export const isPostgresUrl = (location: string): boolean => /^postgres(?:ql)?:\/\//.test(location)

/** @throws {MintmarkError} `LEDGER_INVALID`: the folder is not empty, or the schema has a ledger */
export async function createPostgresLedger(
  folder: string,
  url: string,
  wanted: Omit<Description, 'key'>,
  files: Files = diskFiles,
): Promise<Description> {
  if (!isPostgresUrl(url))
    throw new MintmarkError('LEDGER_INVALID', 'the store is no postgres:// address', {
      member: 'store',
    })
  await assertEmpty(files, folder)
  const session = await openSession(url)
  try {
    await assertFree(session)
    return await writingIn(folder, async () => {
      const signer = await makeLogKey(folder, wanted.name, files)
      const description: Description = { ...wanted, key: signer.key }
      await makeTables(session, formatDescription(description, signer))
      // Last: a folder that names a store is a ledger.
      await replacePrivately(files, `${folder}/${STORE_PATH}`, Buffer.from(`${url}\n`))
      await files.sync(folder)
      await files.sync(folderOf(folder))
      return description
    })
  } finally {
    await session.close()
  }
}

async function assertFree(session: SqlSession): Promise<void> {
  const { rows } = await session.query(
    `SELECT EXISTS (
       SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'mintmark_ledger') AS taken`,
  )
  if (rows[0]?.['taken'] === false) return
  const message = 'there is a ledger in this schema of the database already'
  throw new MintmarkError('LEDGER_INVALID', message, { member: 'store' })
}

async function makeTables(session: SqlSession, document: string): Promise<void> {
  const seed = newSeed()
  const nothing = encodeRecord({ kind: 'edges', edges: new Map() }, seed, 1)
  await inTransaction(session, async () => {
    for (const table of TABLES) {
      await session.query(table)
    }
    await session.query(
      `INSERT INTO mintmark_ledger (seed, epoch, writer_host, writer_pid) VALUES ($1, 0, '', 0)`,
      [seed],
    )
    await session.query('INSERT INTO mintmark_record (number, bytes) VALUES (1, $1)', [nothing])
    await session.query('INSERT INTO mintmark_file (path, bytes) VALUES ($1, $2)', [
      DESCRIPTION_PATH,
      Buffer.from(document),
    ])
  })
}

export async function storeUrlOf(folder: string, files: Files): Promise<string | undefined> {
  return (await readText(files, `${folder}/${STORE_PATH}`))?.trim()
}
