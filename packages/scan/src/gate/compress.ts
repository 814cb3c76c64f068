/**
 * Writes a scrubbed core, compressed, to a file that is open.
 *
 * Node 20 has gzip and no zstd; the `zstd` program, where there is one, takes a third of the time and is told the
 * bytes through a pipe. Both check what they wrote when it is read: gzip by CRC-32, zstd by XXH64.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { createWriteStream, fstatSync, fsyncSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { MintmarkError } from '@mintmark/core'
import type { Range } from '@mintmark/dump'
import { eraseIn } from '../scan_input.ts'
import { heldSource } from './held_input.ts'
import type { HeldInput } from './hold_layout.ts'

/** The path of a `zstd` program, or gzip. */
export type Compressor =
  | { readonly kind: 'gzip' }
  | { readonly kind: 'zstd'; readonly program: string }

export const SUFFIX: Readonly<Record<Compressor['kind'], string>> = { gzip: 'gz', zstd: 'zst' }

export interface Written {
  /** SHA-256 of the core as it was read for this, hex. */
  readonly rawSha256: string
  /** SHA-256 of the core as it is once it is opened, hex. */
  readonly sha256: string
  /** SHA-256 of all that was held, as it was read for this, hex. */
  readonly heldSha256: string
  /** Of the compressed file. */
  readonly bytes: number
}

const PIECE_BYTES = 1 << 20
const CHECK_BYTES = 64 * PIECE_BYTES

export interface Outlet {
  /** A file descriptor; it stays open. */
  readonly file: number
  readonly compressor: Compressor
  /** Asked now and then whether there may be more; it throws if not. */
  readonly check: () => void
}

/**
 * Writes a held core with `erased` as zeros, and waits until it is on the disk.
 *
 * @throws the system's own error (`ENOSPC`: the disk is full), or `OUTPUT_UNWRITABLE` if the program fails
 */
export async function writeCompressed(
  input: HeldInput,
  erased: readonly Range[],
  { file, compressor, check }: Outlet,
): Promise<Written> {
  const sums = { raw: createHash('sha256'), scrubbed: createHash('sha256') }
  const pieces = erasedPieces(input, input.size, { erased, check, sums })
  if (compressor.kind === 'gzip') await throughGzip(pieces, file)
  else await throughProgram(pieces, file, compressor.program)
  fsyncSync(file)
  const [rawSha256, sha256] = [sums.raw.digest('hex'), sums.scrubbed.digest('hex')]
  return { rawSha256, sha256, heldSha256: rawSha256, bytes: fstatSync(file).size }
}

export interface Erasing {
  readonly erased: readonly Range[]
  readonly check: Outlet['check']
  /** Of what is read, and of what it becomes. */
  readonly sums: { readonly raw: Hash; readonly scrubbed: Hash }
}

/** The first bytes of a held core with `erased` as zeros; each piece is to be used before the next. */
export function* erasedPieces(
  input: HeldInput,
  to: number,
  { erased, check, sums }: Erasing,
): Generator<Buffer, void> {
  for (const { offset, bytes } of piecesOf(input, to)) {
    if (offset % CHECK_BYTES === 0) check()
    sums.raw.update(bytes)
    eraseIn(bytes, offset, erased)
    sums.scrubbed.update(bytes)
    yield bytes
  }
}

/** SHA-256 of a held core, hex. */
export function sha256OfHeld(input: HeldInput): string {
  const hash = createHash('sha256')
  for (const { bytes } of piecesOf(input)) hash.update(bytes)
  return hash.digest('hex')
}

/** One piece after another, all in one buffer: what is done with a piece must be done before the next. */
function* piecesOf(
  input: HeldInput,
  to: number = input.size,
): Generator<{ offset: number; bytes: Buffer }, void> {
  const source = heldSource(input)
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

/** @param encode what comes out of gzip is written as that has it */
export async function throughGzip(
  pieces: Iterable<Buffer>,
  file: number,
  encode: (packed: AsyncIterable<Buffer>) => AsyncIterable<Buffer> = (packed) => packed,
): Promise<void> {
  const gzip = createGzip({ level: 1 })
  const written = pipeline(gzip, encode, createWriteStream('', { fd: file, autoClose: false }))
  const fed = feed(pieces, gzip)
  // What the disk says comes first: it is why the rest broke.
  fed.catch(() => {})
  await written
  await fed
}

/** Hands a piece over once the one before has been taken. */
async function feed(pieces: Iterable<Buffer>, sink: Writable): Promise<void> {
  try {
    for (const piece of pieces) {
      // oxlint-disable-next-line no-await-in-loop -- there is one buffer
      await new Promise<void>((resolve, reject) => {
        sink.write(piece, (error) => (error ? reject(error) : resolve()))
      })
    }
    sink.end()
  } catch (error) {
    sink.destroy(error instanceof Error ? error : undefined)
    throw error
  }
}

async function throughProgram(
  pieces: Iterable<Buffer>,
  file: number,
  program: string,
): Promise<void> {
  const child = spawn(program, ['-q', '-1', '-c', '--check'], {
    env: {},
    stdio: ['pipe', file, 'ignore'],
  })
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', () => resolve('not started'))
    child.once('close', (code, signal) => resolve(code ?? String(signal)))
  })
  try {
    if (child.stdin === null) throw unwritable(`${program} has no input`, 'EPIPE')
    child.stdin.on('error', () => {})
    const fed = feed(pieces, child.stdin)
    // How it ended tells more than that its pipe broke.
    fed.catch(() => {})
    const code = await ended
    if (code !== 0)
      throw unwritable(`${program} ended with ${code}: is the disk full?`, String(code))
    await fed
  } finally {
    child.kill('SIGKILL')
  }
}

function unwritable(message: string, errno: string): MintmarkError {
  return new MintmarkError('OUTPUT_UNWRITABLE', message, { errno })
}
