import { createFolderLedger, diskFiles, type Files, LedgerReader } from '../src/index.ts'
import { type Wanted, wantedLedger } from './tested_store.ts'

/** Makes a ledger of one issuer, `agency`, with a shard a day. */
export async function newLedgerOn(
  files: Files,
  folder: string,
  more: Partial<Wanted> = {},
): Promise<string> {
  await createFolderLedger(folder, wantedLedger(more), files)
  return folder
}

export function newLedger(folder: string, more: Partial<Wanted> = {}): Promise<string> {
  return newLedgerOn(diskFiles, folder, more)
}

export function readerOf(folder: string): Promise<LedgerReader> {
  return LedgerReader.open((path) => diskFiles.read(`${folder}/public/${path}`))
}
