import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { MintmarkError, unreadable as unreadableFile } from '@mintmark/core'
import type { RejectTaker } from './inflate.ts'

const CHUNK_BYTES = 1024 * 1024

/** Bytes that can be read from the beginning, any number of times. */
export interface StoredBytes {
  /** For people: `export.zip!audit.csv`. */
  readonly path: string
  readonly file: string
  readonly sizeBytes: number
  /** Size of the outermost compressed file; the same as `sizeBytes` where there is none. */
  readonly storedBytes: number
  read(onReject: RejectTaker): AsyncIterable<Uint8Array>
  /** A shorter way to the first bytes, where there is one. */
  readonly readHead?: ((count: number) => Promise<Buffer>) | undefined
}

/** A file on disk. Reading throws `INPUT_UNREADABLE`. */
export function diskBytes(file: string, sizeBytes: number): StoredBytes {
  return {
    path: file,
    file,
    sizeBytes,
    storedBytes: sizeBytes,
    read: () => readDisk(file, sizeBytes),
    readHead: (count) => readDiskHead(file, count),
  }
}

async function* readDisk(file: string, sizeBytes: number): AsyncGenerator<Uint8Array, void, void> {
  // One byte more than a small file has, so that its end is met with it; it may still have grown.
  const highWaterMark = Math.min(CHUNK_BYTES, Math.max(4096, sizeBytes + 1))
  const stream: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark })
  try {
    yield* stream
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** Without a stream, which costs more than all else there is to do for a small file. */
async function readDiskHead(file: string, count: number): Promise<Buffer> {
  try {
    const handle = await open(file, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** The first bytes; fewer when there are no more. */
export async function firstBytes(stored: StoredBytes, count: number): Promise<Buffer> {
  if (stored.readHead !== undefined) return await stored.readHead(count)
  let bytes = Buffer.alloc(0)
  for await (const chunk of stored.read(() => {})) {
    bytes = Buffer.concat([bytes, chunk.subarray(0, count - bytes.length)])
    if (bytes.length >= count) break
  }
  return bytes
}

/** As `unreadable` of core; an error that is one already stays. */
export const unreadable = (path: string, cause: unknown): MintmarkError =>
  cause instanceof MintmarkError ? cause : unreadableFile(path, cause)
