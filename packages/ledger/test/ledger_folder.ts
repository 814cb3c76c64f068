import {
  createFolderLedger,
  type Description,
  diskFiles,
  type Files,
  LedgerReader,
} from '../src/index.ts'
import { ISSUER } from './tokens.ts'

/** Makes a ledger of one issuer, `agency`, with a shard a day. */
export async function newLedgerOn(
  files: Files,
  folder: string,
  more: Partial<Omit<Description, 'key'>> = {},
): Promise<string> {
  const description = {
    name: 'ledger.example.org',
    period: 'day',
    issuers: new Map([['agency', ISSUER]]),
    maxLifetimeMs: 3_600_000,
    skewMs: 60_000,
    retentionDays: undefined,
    ...more,
  } as const
  await createFolderLedger(folder, description, files)
  return folder
}

export function newLedger(
  folder: string,
  more: Partial<Omit<Description, 'key'>> = {},
): Promise<string> {
  return newLedgerOn(diskFiles, folder, more)
}

export function readerOf(folder: string): Promise<LedgerReader> {
  return LedgerReader.open((path) => diskFiles.read(`${folder}/public/${path}`))
}
