/** Opens a ledger to read: a folder, a URL that serves one, or a database. @module */
import { MintmarkError } from '@mintmark/core'
import { openHome } from '../home/ledger_home.ts'
import { isPostgresUrl } from '../home/postgres_ledger.ts'
import { LedgerReader } from '../read/reader.ts'
import { diskFiles } from '../store/files.ts'
import { PostgresFiles } from '../store/postgres_files.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import { ledgerClient } from './ledger_client.ts'

export async function openReader(location: string): Promise<LedgerReader> {
  const read = await readAt(location)
  try {
    return await LedgerReader.open(read)
  } catch (error) {
    // An address may hold a password, and is not shown.
    if (!isMissing(error) || location.includes('://')) throw error
    throw new MintmarkError('LEDGER_MISSING', `no ledger.json at ${location}: it is no ledger`)
  }
}

async function readAt(location: string): Promise<ReadResource> {
  if (/^https?:\/\//.test(location)) return ledgerClient(location)
  if (!isPostgresUrl(location)) return await inFolder(location)
  const published = new PostgresFiles(location)
  return (path) => published.read(path)
}

const isMissing = (error: unknown): boolean =>
  error instanceof MintmarkError && error.code === 'LEDGER_MISSING'

async function inFolder(folder: string): Promise<ReadResource> {
  if (await diskFiles.isThere(`${folder}/private/store`)) return (await openHome(folder)).read
  const isWhole = await diskFiles.isThere(`${folder}/public/ledger.json`)
  const root = isWhole ? `${folder}/public` : folder
  return async (path) => {
    try {
      return await diskFiles.read(`${root}/${path}`)
    } catch (cause) {
      throw unreadable(`${root}/${path}`, cause)
    }
  }
}

function unreadable(at: string, cause: unknown): MintmarkError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new MintmarkError('INPUT_UNREADABLE', `${at} cannot be read: ${why}`, {}, { cause })
}
