import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib'
import { MintmarkError, unreadable as unreadableFile } from '@mintmark/core'
import { FREE_EXPANSION_BYTES, MAX_EXPANSION } from '../model/limits.ts'
import type { Reject } from '../model/records.ts'

/** Takes what is wrong with a container; what could be read of it is given all the same. */
export type RejectTaker = (reject: Reject) => void

/** Small pieces go into the inflater, so that what one expands to stays small as well. */
const PIECE_BYTES = 16 * 1024
const OUTPUT_BYTES = 256 * 1024
const DAMAGED = 'compressed-data-damaged'

/**
 * The content of a gzip stream, of several members if need be, or of raw deflate, as far as it is whole.
 * @param wholeBytes of the input, that are known to be whole: zlib loses the output of the call that fails, so that what
 *   follows them goes in byte by byte
 * @param givenBytes of the output, that were given before
 */
export async function* inflate(
  read: (onReject: RejectTaker) => AsyncIterable<Uint8Array>,
  format: 'gzip' | 'deflate',
  storedBytes: number,
  onReject: RejectTaker,
  wholeBytes: number = Number.POSITIVE_INFINITY,
  givenBytes = 0,
): AsyncGenerator<Uint8Array, void, void> {
  const inflater = new Inflater(format)
  let fedBytes = 0
  let skip = givenBytes
  const fresh = (made: readonly Uint8Array[]) =>
    made.flatMap((bytes) => {
      const rest = bytes.subarray(skip)
      skip = Math.max(0, skip - bytes.length)
      return rest.length > 0 ? [rest] : []
    })
  try {
    for await (const piece of piecesOf(read(onReject))) {
      const step = fedBytes < wholeBytes ? piece.length : 1
      for (let at = 0; at < piece.length && inflater.failure === undefined; at += step)
        // oxlint-disable-next-line no-await-in-loop -- one goes in after the other
        yield* fresh(await inflater.write(piece.subarray(at, at + step)))
      if (isBomb(storedBytes, inflater.outputBytes)) {
        onReject(expandsBeyondLimit(`over ${MAX_EXPANSION} times its size`))
        return
      }
      if (inflater.failure !== undefined) break
      fedBytes += piece.length
    }
    yield* fresh(await inflater.end())
    const { failure, outputBytes } = inflater
    const again = () => read(() => {})
    if (failure?.reason === DAMAGED && wholeBytes === Number.POSITIVE_INFINITY)
      yield* inflate(again, format, storedBytes, () => {}, fedBytes, outputBytes)
    // Also where what was read again is whole: the file has changed meanwhile.
    if (failure !== undefined) onReject(failure)
  } finally {
    inflater.close()
  }
}

async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES)
      yield chunk.subarray(at, at + PIECE_BYTES)
}

export const refuse = (reason: string, detail = ''): Reject => ({ kind: 'file', reason, detail })

export const expandsBeyondLimit = (detail: string): Reject => refuse('expands-beyond-limit', detail)

export const isBomb = (storedBytes: number, outputBytes: number): boolean =>
  outputBytes > FREE_EXPANSION_BYTES && outputBytes > storedBytes * MAX_EXPANSION

/** A zlib stream whose output before an error is not lost, as it is in one that is piped. */
class Inflater {
  failure: Reject | undefined
  outputBytes = 0
  readonly #stream: Gunzip | InflateRaw
  #output: Uint8Array[] = []
  /** The last member has ended: zlib takes no more, and answers no more. */
  #isEnded: boolean = false
  #wake: () => void = () => {}

  constructor(format: 'gzip' | 'deflate') {
    const options = { chunkSize: OUTPUT_BYTES }
    this.#stream = format === 'gzip' ? createGunzip(options) : createInflateRaw(options)
    this.#stream.on('data', (bytes: Uint8Array) => {
      this.#output.push(bytes)
      this.outputBytes += bytes.length
    })
    this.#stream.on('error', (error: Error & { code?: string }) => {
      const isCut = error.code === 'Z_BUF_ERROR'
      this.failure ??= refuse(isCut ? 'compressed-data-ends-early' : DAMAGED)
      this.#wake()
    })
    this.#stream.on('end', () => {
      this.#isEnded = true
      this.#wake()
    })
  }

  async write(bytes: Uint8Array): Promise<readonly Uint8Array[]> {
    const taken = this.#stream.bytesWritten
    if (!this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#stream.write(bytes, () => resolve())
      })
    }
    // Zeros pad a file to the size of a block.
    const rest = this.#isEnded ? bytes.subarray(this.#stream.bytesWritten - taken) : []
    if (rest.some((byte) => byte !== 0)) this.failure ??= refuse(DAMAGED)
    return this.#take()
  }

  async end(): Promise<readonly Uint8Array[]> {
    if (this.failure === undefined && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#stream.end()
      })
    }
    return this.#take()
  }

  close(): void {
    this.#stream.destroy()
  }

  #take(): readonly Uint8Array[] {
    const output = this.#output
    this.#output = []
    return output
  }
}

const CHUNK_BYTES = 1024 * 1024

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
  /** From a position on, where that costs nothing. */
  readonly readFrom?: ((offset: number) => AsyncIterable<Uint8Array>) | undefined
}

export interface Member {
  readonly bytes: StoredBytes
  readonly refused: Reject | undefined
}

export const MAX_NAME_CHARACTERS = 1024

export const memberBytes = (
  { path, file }: StoredBytes,
  name: string,
  content: Pick<StoredBytes, 'sizeBytes' | 'storedBytes' | 'read'>,
): StoredBytes => ({ path: `${path}!${name}`, file, ...content })

/** A file on disk. Reading throws `INPUT_UNREADABLE`. */
export const diskBytes = (file: string, sizeBytes: number): StoredBytes => ({
  path: file,
  file,
  sizeBytes,
  storedBytes: sizeBytes,
  read: () => readDisk(file, sizeBytes),
  readHead: (count) => readDiskHead(file, count),
  readFrom: (offset) => readDisk(file, sizeBytes, offset),
})

async function* readDisk(
  file: string,
  sizeBytes: number,
  start = 0,
): AsyncGenerator<Uint8Array, void, void> {
  // One byte more than a small file has, so that its end is met with it; it may still have grown.
  const highWaterMark = Math.min(CHUNK_BYTES, Math.max(4096, sizeBytes + 1))
  const stream: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark, start })
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

export async function firstBytes(stored: StoredBytes, count: number): Promise<Buffer> {
  if (stored.readHead !== undefined) return await stored.readHead(count)
  let bytes = Buffer.alloc(0)
  for await (const chunk of stored.read(() => {})) {
    bytes = Buffer.concat([bytes, chunk.subarray(0, count - bytes.length)])
    if (bytes.length >= count) break
  }
  return bytes
}

export const unreadable = (path: string, cause: unknown): MintmarkError =>
  cause instanceof MintmarkError ? cause : unreadableFile(path, cause)
