/** Writes a scrubbed core compressed: zstd in half of gzip's time. CRC-32 or XXH64 shows damage. */
import { createHash, type Hash } from 'node:crypto'
import { fstatSync, fsyncSync, write } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createGzip, createZstdCompress } from 'node:zlib'
import type { Range } from '@mintmark/dump'
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import { bufferedSource } from '@mintmark/scan/buffer/buffered_source'
import { eraseIn } from '@mintmark/scan/memory/scan_input'

export const SUFFIX = { gzip: 'gz', zstd: 'zst' } as const

export type Compression = keyof typeof SUFFIX

const FAST_ZSTD = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 }
const PACKING = {
  gzip: () => createGzip({ level: 1 }),
  zstd: () => createZstdCompress({ params: FAST_ZSTD }),
}

export interface Written {
  /** SHA-256 of the core as it was read for this, hex. */
  readonly rawSha256: string
  /** SHA-256 of the core once unpacked, hex. */
  readonly sha256: string
  /** SHA-256 of all that was buffered, as read for this, hex. */
  readonly bufferedSha256: string
  readonly bytes: number
}

const writeSome = promisify(write)
const PIECE_BYTES = 1 << 20
const CHECK_BYTES = 64 * PIECE_BYTES

export interface Outlet {
  readonly file: number
  readonly compression: Compression
  /** Asked now and then; throws if no more may be written. */
  readonly check: () => void
  readonly encode?: (packed: AsyncIterable<Buffer>) => AsyncIterable<Buffer>
}

/** Writes a buffered core with `erased` as zeros, durably. @throws the system's error (`ENOSPC`) */
export async function writeCompressed(
  input: BufferedInput,
  erased: readonly Range[],
  outlet: Outlet,
): Promise<Written> {
  const sums = await writeErased(input, input.size, erased, outlet)
  fsyncSync(outlet.file)
  const [rawSha256, sha256] = [sums.raw.digest('hex'), sums.scrubbed.digest('hex')]
  return { rawSha256, sha256, bufferedSha256: rawSha256, bytes: fstatSync(outlet.file).size }
}

/** Writes the first bytes, packed, with `erased` as zeros; gives sums before and after. */
export async function writeErased(
  input: BufferedInput,
  to: number,
  erased: readonly Range[],
  { file, compression, check, encode = (packed) => packed }: Outlet,
): Promise<{ readonly raw: Hash; readonly scrubbed: Hash }> {
  const sums = { raw: createHash('sha256'), scrubbed: createHash('sha256') }
  function* pieces(): Generator<Buffer, void> {
    for (const { offset, bytes } of piecesOf(input, to)) {
      if (offset % CHECK_BYTES === 0) check()
      sums.raw.update(bytes)
      eraseIn(bytes, offset, erased)
      sums.scrubbed.update(bytes)
      // Streams read ahead: each gets a copy.
      yield Buffer.from(bytes)
    }
  }
  await pipeline(pieces, PACKING[compression](), encode, (packed: AsyncIterable<Buffer>) =>
    writeAll(packed, file),
  )
  return sums
}

export function sha256OfBuffered(input: BufferedInput): string {
  const hash = createHash('sha256')
  for (const { bytes } of piecesOf(input)) hash.update(bytes)
  return hash.digest('hex')
}

/** All pieces use one buffer: finish with one before the next. */
function* piecesOf(
  input: BufferedInput,
  to: number = input.size,
): Generator<{ offset: number; bytes: Buffer }, void> {
  const source = bufferedSource(input)
  const piece = Buffer.alloc(PIECE_BYTES)
  try {
    for (let offset = 0; offset < to; offset += PIECE_BYTES) {
      const wanted = piece.subarray(0, Math.min(PIECE_BYTES, to - offset))
      yield { offset, bytes: wanted.subarray(0, source.read(offset, wanted)) }
    }
  } finally {
    piece.fill(0)
  }
}

/** No stream of Node's: destroyed late, it might close a file descriptor that was reused. */
async function writeAll(chunks: AsyncIterable<Buffer>, file: number): Promise<void> {
  for await (const chunk of chunks)
    for (let done = 0; done < chunk.length; ) {
      // oxlint-disable-next-line no-await-in-loop -- one write after the other
      const { bytesWritten } = await writeSome(file, chunk, done)
      done += bytesWritten
    }
}
