/**
 * Where a ledger is read from: a folder, or a URL under which one is served.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { servedLedger } from '@mintmark/guard'
import { diskFiles, LedgerReader, type ReadResource } from '@mintmark/ledger'

/** Opens the ledger at a folder or an `http(s)://` URL. Only a URL that the user named is ever asked. */
export async function openPlace(place: string): Promise<LedgerReader> {
  const isUrl = /^https?:\/\//.test(place)
  return await LedgerReader.open(isUrl ? servedLedger(place) : await inFolder(place))
}

async function inFolder(folder: string): Promise<ReadResource> {
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
