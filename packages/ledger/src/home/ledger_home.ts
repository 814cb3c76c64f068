/** A ledger by its folder, whatever its store: the folder itself, or the database that the folder names. @module */
import type { Description } from '../notes/description.ts'
import { Sequencer } from '../sequence/sequencer.ts'
import { diskFiles, type Files } from '../store/files.ts'
import { folderState } from '../store/folder_store.ts'
import { PostgresFiles } from '../store/postgres_files.ts'
import { PostgresStore } from '../store/postgres_store.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import { type OpenOptions, openFolderLedger, readDescription } from './folder_ledger.ts'
import { readLedgerSigner } from './ledger_key.ts'
import { readPostgresDescription, storeUrlOf } from './postgres_ledger.ts'

export interface LedgerHome {
  readonly description: Description
  readonly read: ReadResource
  readonly open: (options: HomeOptions) => Promise<Sequencer>
  /** Whether the store may go away and come back by itself, as a database server does. */
  readonly isRemote: boolean
  /** Ends what {@link read} needs. */
  readonly close: () => Promise<void>
}

export type HomeOptions = Omit<OpenOptions, 'files'>

/** @throws {MintmarkError} `LEDGER_MISSING`, `LEDGER_INVALID`, and `LEDGER_FAILED` where a database cannot be reached */
export async function openHome(folder: string, files: Files = diskFiles): Promise<LedgerHome> {
  const url = await storeUrlOf(folder, files)
  return url === undefined
    ? await folderHome(folder, files)
    : await postgresHome(folder, url, files)
}

async function folderHome(folder: string, files: Files): Promise<LedgerHome> {
  return {
    description: await readDescription(folder, files),
    read: (path) => files.read(`${folder}/public/${path}`),
    open: (options) => openFolderLedger(folder, { ...options, files }),
    isRemote: false,
    close: () => Promise.resolve(),
  }
}

async function postgresHome(folder: string, url: string, files: Files): Promise<LedgerHome> {
  const published = new PostgresFiles(url)
  const read: ReadResource = (path) => published.read(path)
  try {
    const description = await readPostgresDescription(read)
    const open = async ({ segmentBytes, ...options }: HomeOptions) => {
      const signer = await readLedgerSigner(folder, description, files)
      const copies = folderState(`${folder}/private/live`, files)
      const store = await PostgresStore.open(url, { recordBytes: segmentBytes, copies })
      return await Sequencer.open({ ...options, store, description, signer })
    }
    return { description, read, open, isRemote: true, close: () => published.close() }
  } catch (cause) {
    await published.close()
    throw cause
  }
}

/** Opens a ledger of a folder to write to; as {@link openHome} and {@link Sequencer.open} fail. */
export async function openLedger(folder: string, options: HomeOptions): Promise<Sequencer> {
  const home = await openHome(folder)
  try {
    return await home.open(options)
  } finally {
    await home.close()
  }
}
