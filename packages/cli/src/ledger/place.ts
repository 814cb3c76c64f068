/**
 * Where a ledger is read from: a folder, or a URL under which one is served.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { diskFiles, LedgerReader, type ReadResource } from '@mintmark/ledger'

const TIMEOUT_MS = 30_000
/** A bundle of 256 of the longest entries is below this. */
const MAX_BYTES = 32 << 20

/** Opens the ledger at a folder or an `http(s)://` URL. Only a URL that the user named is ever asked. */
export async function openPlace(place: string): Promise<LedgerReader> {
  const isUrl = /^https?:\/\//.test(place)
  return await LedgerReader.open(isUrl ? served(place) : await inFolder(place))
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

function served(url: string): ReadResource {
  const prefix = url.replace(/\/+$/, '')
  return async (path) => {
    const at = `${prefix}/${path}`
    try {
      const response = await fetch(at, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`status ${response.status}`)
      return await bodyOf(response)
    } catch (cause) {
      throw unreadable(at, cause)
    }
  }
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined
  for await (const part of body ?? []) {
    length += part.length
    if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function unreadable(at: string, cause: unknown): MintmarkError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new MintmarkError('INPUT_UNREADABLE', `${at} cannot be read: ${why}`, {}, { cause })
}
