/** A ledger by its folder, whatever its store: the folder itself, or the database that it names. */
import { MintmarkError, writingIn } from '@mintmark/core'
import {
  DESCRIPTION_PATH,
  type Description,
  formatDescription,
  parseDescription,
} from '../notes/description.ts'
import type { SequencerOptions } from '../sequence/recovery.ts'
import { Sequencer } from '../sequence/sequencer.ts'
import {
  assertEmpty,
  diskFiles,
  type Files,
  folderOf,
  readText,
  replaceDurably,
} from '../store/files.ts'
import { FolderStore, folderState } from '../store/folder_store.ts'
import { encodeRecord, newSegmentHeader, SEGMENT_HEADER_BYTES } from '../store/journal_records.ts'
import { PostgresFiles } from '../store/postgres_files.ts'
import { PostgresStore } from '../store/postgres_store.ts'
import type { ReadResource } from '../tree/tile_tree.ts'
import { makeLogKey, readLedgerSigner } from './ledger_key.ts'
import { storeUrlOf } from './postgres_ledger.ts'

export interface LedgerHome {
  readonly description: Description
  readonly read: ReadResource
  readonly open: (options: HomeOptions) => Promise<Sequencer>
  /** Whether the store may become unavailable and come back by itself, as a database does. */
  readonly isRemote: boolean
  readonly close: () => Promise<void>
}

export type HomeOptions = Omit<OpenOptions, 'files'>

/** @throws {MintmarkError} `LEDGER_MISSING`, `LEDGER_INVALID`, `LEDGER_FAILED` (no database) */
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
    const description = await descriptionAt(read, 'there is no ledger in this database')
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

/** Fails as {@link openHome} and {@link Sequencer.open} do. */
export async function openLedger(folder: string, options: HomeOptions): Promise<Sequencer> {
  const home = await openHome(folder)
  try {
    return await home.open(options)
  } finally {
    await home.close()
  }
}

const FIRST_SEGMENT = 'private/journal/0000000001.log'

/** @throws {MintmarkError} `LEDGER_INVALID` (folder not empty), `DISK_FULL`, `OUTPUT_UNWRITABLE` */
export async function createFolderLedger(
  folder: string,
  wanted: Omit<Description, 'key'>,
  files: Files = diskFiles,
): Promise<Description> {
  return await writingIn(folder, async () => {
    await assertEmpty(files, folder)
    const signer = await makeLogKey(folder, wanted.name, files)
    const description: Description = { ...wanted, key: signer.key }
    await files.makeFolder(`${folder}/private/journal`)
    await files.makeFolder(`${folder}/public`)
    await replaceDurably(files, `${folder}/${FIRST_SEGMENT}`, firstSegment())
    // Last: a folder with a description is a ledger.
    const document = formatDescription(description, signer)
    await replaceDurably(files, `${folder}/public/${DESCRIPTION_PATH}`, Buffer.from(document))
    await files.sync(`${folder}/private`)
    await files.sync(folder)
    await files.sync(folderOf(folder))
    return description
  })
}

function firstSegment(): Uint8Array {
  const header = newSegmentHeader()
  const seed = header.subarray(header.length - 32)
  const edges = encodeRecord({ kind: 'edges', edges: new Map() }, seed, SEGMENT_HEADER_BYTES)
  return Buffer.concat([header, edges])
}

/** @throws {MintmarkError} `LEDGER_MISSING`, `LEDGER_INVALID` */
export async function readDescription(
  folder: string,
  files: Files = diskFiles,
): Promise<Description> {
  const read: ReadResource = (path) => files.read(`${folder}/public/${path}`)
  return await descriptionAt(read, `there is no ledger in ${folder}`)
}

async function descriptionAt(read: ReadResource, missing: string): Promise<Description> {
  const source = await readText({ read }, DESCRIPTION_PATH)
  if (source === undefined) throw new MintmarkError('LEDGER_MISSING', missing)
  return parseDescription(source)
}

export interface OpenOptions extends Omit<SequencerOptions, 'store' | 'description' | 'signer'> {
  readonly files?: Files
  readonly segmentBytes?: number
}

/** @throws {MintmarkError} as {@link Sequencer.open}; `DISK_FULL`, `OUTPUT_UNWRITABLE` */
export async function openFolderLedger(folder: string, options: OpenOptions): Promise<Sequencer> {
  const files = options.files ?? diskFiles
  const description = await readDescription(folder, files)
  const signer = await readLedgerSigner(folder, description, files)
  const { segmentBytes, ...rest } = options
  return await writingIn(folder, async () => {
    const store = await FolderStore.open(folder, {
      files,
      ...(segmentBytes !== undefined && { segmentBytes }),
    })
    return await Sequencer.open({ ...rest, store, description, signer })
  })
}
