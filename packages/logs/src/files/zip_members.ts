/**
 * Members of zip archives, each as bytes of its own. yauzl reads the directory and finds the data;
 * inflating is done here, so that what a damaged member still gives is given. It is loaded once
 * there is an archive.
 */
import { crc32 } from 'node:zlib'
import { errnoOf, MintmarkError } from '@mintmark/core'
import type { Entry, ZipFile } from 'yauzl'
import { MAX_EXPANSION, MAX_NESTED_ZIP_BYTES } from '../model/limits.ts'
import type { Reject } from '../model/records.ts'
import {
  expandsBeyondLimit,
  inflate,
  isBomb,
  MAX_NAME_CHARACTERS,
  type Member,
  memberBytes,
  type RejectTaker,
  refuse,
  type StoredBytes,
  unreadable,
} from './stored_bytes.ts'

/** Names are raw bytes: nothing is written under them, so no name is refused. */
const OPTIONS = { decodeStrings: false, lazyEntries: true, validateEntrySizes: false } as const
const DEFLATE = 8
const STORED = 0

/**
 * Members in the order of the archive's directory, folders left out. An archive that cannot be
 * opened, or whose directory is damaged, gives a refused member with the archive's own path.
 */
export async function* zipMembers(
  archive: StoredBytes,
  inMemory: ArchiveInMemory | undefined,
): AsyncGenerator<Member, void, void> {
  const openZip = () => inMemory?.open(archive) ?? openOnDisk(archive)
  let declaredBytes = 0
  try {
    const zip = await openZip()
    if (zip === undefined) {
      yield { bytes: archive, refused: refuse('nested-zip-too-large') }
      return
    }
    for await (const entry of zip.eachEntry()) {
      const name = entryName(entry)
      if (name.endsWith('/')) continue
      declaredBytes += entry.uncompressedSize
      const tooMuch = expandsBeyondLimit(`archive declares over ${MAX_EXPANSION} times its size`)
      const isTooMuch = isBomb(archive.storedBytes, declaredBytes)
      const storedBytes = Math.min(archive.storedBytes, entry.compressedSize)
      const bytes = memberBytes(archive, name, {
        sizeBytes: entry.uncompressedSize,
        storedBytes,
        read: (onReject) => readMember(archive.path, openZip, entry, storedBytes, onReject),
      })
      yield { bytes, refused: isTooMuch ? tooMuch : refusalOf(entry) }
    }
  } catch (error) {
    if (error instanceof MintmarkError || !isZipError(error)) throw unreadable(archive.path, error)
    yield { bytes: archive, refused: refuse('zip-unreadable', 'directory') }
  }
}

async function openOnDisk(archive: StoredBytes): Promise<ZipFile> {
  const { openPromise } = await import('yauzl')
  return await openPromise(archive.file, OPTIONS)
}

/** The archive that was last read from within another container, in memory. One at a time. */
export class ArchiveInMemory {
  #loaded: { readonly archive: StoredBytes; readonly bytes: Buffer } | undefined

  /** Undefined when the archive is too large to be held. */
  async open(archive: StoredBytes): Promise<ZipFile | undefined> {
    const { fromBufferPromise } = await import('yauzl')
    if (this.#loaded?.archive !== archive) {
      this.#loaded = undefined
      const chunks: Uint8Array[] = []
      let total = 0
      for await (const chunk of archive.read(() => {})) {
        total += chunk.length
        if (total > MAX_NESTED_ZIP_BYTES) return undefined
        chunks.push(chunk)
      }
      this.#loaded = { archive, bytes: Buffer.concat(chunks) }
    }
    return await fromBufferPromise(this.#loaded.bytes, OPTIONS)
  }
}

/** yauzl's own errors have no code; the system's have. */
const isZipError = (error: unknown): boolean => error instanceof Error && errnoOf(error) === ''

function entryName(entry: Entry): string {
  // With `decodeStrings` off it is the raw bytes, whatever the declared type says.
  return Buffer.from(entry.fileName).toString('utf8').slice(0, MAX_NAME_CHARACTERS)
}

function refusalOf(entry: Entry): Reject | undefined {
  if (entry.isEncrypted()) return refuse('encrypted', 'zip member')
  const { compressionMethod: method } = entry
  if (method === DEFLATE || method === STORED) return undefined
  return refuse('unsupported-compression', `zip method ${method}`)
}

async function* readMember(
  path: string,
  openZip: () => Promise<ZipFile | undefined>,
  entry: Entry,
  storedBytes: number,
  onReject: RejectTaker,
): AsyncGenerator<Uint8Array, void, void> {
  const damaged = refuse('zip-damaged', 'member')
  let zip: ZipFile | undefined
  try {
    const opened = await openZip()
    zip = opened
    if (opened === undefined) return
    const raw = async function* (): AsyncGenerator<Uint8Array> {
      yield* await opened.openReadStreamPromise(entry, { decodeFileData: false })
    }
    const isDeflated = entry.compressionMethod === DEFLATE
    const chunks = isDeflated ? inflate(raw, 'deflate', storedBytes, onReject) : raw()
    yield* checked(chunks, entry, () => onReject(damaged))
  } catch (error) {
    if (error instanceof MintmarkError || !isZipError(error)) throw unreadable(path, error)
    onReject(damaged)
  } finally {
    zip?.close()
  }
}

/** Gives no more than the archive's directory declares, and compares the checksum. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  entry: Entry,
  onDamage: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  let left = entry.uncompressedSize
  let checksum = 0
  for await (const chunk of chunks) {
    const bytes = chunk.subarray(0, left)
    left -= bytes.length
    checksum = crc32(bytes, checksum)
    yield bytes
    if (bytes.length < chunk.length) {
      onDamage()
      return
    }
  }
  if (left > 0 || checksum !== entry.crc32) onDamage()
}
