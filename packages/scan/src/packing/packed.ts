/**
 * Packed files, known by their first bytes and unpacked by system programs: `systemd-coredump` uses
 * zstd, lz4, xz; `jmap` gzip.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { isObject, MintmarkError, safeText } from '@mintmark/core'
import { type FilePath, type FileSource, fileSource, fsPath, pathText } from '@mintmark/dump'
import type { BufferedInput } from '../buffer/buffer_layout.ts'
import type { CoreBuffer } from '../buffer/core_buffer.ts'
import { withBuffer } from '../buffer/temporary_buffer.ts'
import { dumpHead, PROGRAM_PATH } from './dump_head.ts'
import { MAGIC_BYTES, packerOf, programOf } from './packers.ts'

export interface Packing {
  readonly name: string
  /** It contains a dump and can be unpacked here. */
  readonly isDump: boolean
}

/** How the unpacking ended. `cut`: it is damaged or cut. */
export type UnpackEnd = 'end' | 'cut' | 'too-large'

/** Zeros included: as much as the gate takes of one core. */
const MAX_BYTES = 64 * 2 ** 30
/** Packed, and unpacked, of what is unpacked without a process. */
const SMALL_BYTES = 1 << 20
const SMALL_UNPACKED_BYTES = 16 << 20

export function magicOf(source: Pick<FileSource, 'read'>): Uint8Array {
  const bytes = new Uint8Array(MAGIC_BYTES)
  return bytes.subarray(0, source.read(0, bytes))
}

export function packerOfFile(file: FilePath): string | undefined {
  const source = fileSource(file)
  try {
    return packerOf(magicOf(source))
  } finally {
    source.close()
  }
}

/** Undefined if not packed. @throws {MintmarkError} `INPUT_UNREADABLE`, also without its program */
export function packingOf(file: string): Packing | undefined {
  const name = packerOfFile(file)
  if (name === undefined) return undefined
  const program = programOf(name)
  if (program === undefined) return { name, isDump: false }
  const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const { isDump, isPackerMissing } = dumpHead(opened)
    if (isPackerMissing) throw missing(file, program)
    return { name, isDump }
  } finally {
    closeSync(opened)
  }
}

/**
 * Wipes what came out after `use`. Memory: 128 MiB, see `temporary_buffer.ts`. @throws
 * {MintmarkError} `INPUT_UNREADABLE` if it cannot be opened or buffered
 */
export async function withUnpacked<T>(
  file: FilePath,
  name: string,
  use: (input: BufferedInput) => Promise<T>,
): Promise<{ readonly result: T; readonly end: UnpackEnd }> {
  return await withBuffer(async (buffer) => {
    const isDone = name === 'gzip' && gunzipSmall(file, buffer)
    const end = isDone ? 'end' : await unpack(file, programOf(name) ?? name, buffer)
    return { result: await use(buffer.input()), end }
  })
}

/** No process: folders can have thousands. False, nothing buffered, if not small or whole. */
function gunzipSmall(file: FilePath, buffer: CoreBuffer): boolean {
  const source = fileSource(file)
  try {
    if (source.size > SMALL_BYTES) return false
    const packed = new Uint8Array(source.size)
    const unpacked = gunzipWhole(packed.subarray(0, source.read(0, packed)))
    if (unpacked === undefined) return false
    buffer.take(unpacked)
    unpacked.fill(0)
    return true
  } finally {
    source.close()
  }
}

function gunzipWhole(packed: Uint8Array): Buffer | undefined {
  try {
    const how = { info: true, maxOutputLength: SMALL_UNPACKED_BYTES }
    // Its type knows nothing of `info`.
    const answer: unknown = gunzipSync(packed, how)
    if (!isObject(answer) || !isObject(answer['engine'])) return undefined
    const { buffer, engine } = answer
    return Buffer.isBuffer(buffer) && engine['bytesWritten'] === packed.length ? buffer : undefined
  } catch {
    return undefined
  }
}

async function unpack(file: FilePath, program: string, buffer: CoreBuffer): Promise<UnpackEnd> {
  const opened = openSync(fsPath(file), constants.O_RDONLY | constants.O_NONBLOCK)
  const child = spawn(program, ['-dc'], {
    env: { PATH: PROGRAM_PATH },
    stdio: [opened, 'pipe', 'ignore'],
  })
  const code = endOf(child)
  closeSync(opened)
  try {
    if (child.stdout !== null && !(await fill(child.stdout, buffer))) return 'too-large'
    const ended = await code
    if (ended === 'ENOENT') throw missing(file, program)
    return ended === 0 ? 'end' : 'cut'
  } catch (cause) {
    if (cause instanceof MintmarkError) throw cause
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const shown = safeText(pathText(file))
    const message = `${shown} cannot be buffered while it is unpacked: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  } finally {
    child.kill('SIGKILL')
  }
}

/** @returns false once there is more than may be; the rest is not read then */
async function fill(from: Readable, buffer: CoreBuffer): Promise<boolean> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    buffer.take(chunk)
    chunk.fill(0)
    if (buffer.size > MAX_BYTES) return false
  }
  return true
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve('code' in error ? String(error.code) : 'UNKNOWN'))
    child.once('close', (code, signal) => resolve(code ?? String(signal)))
  })
}

function missing(file: FilePath, program: string): MintmarkError {
  const shown = safeText(pathText(file))
  const message = `${shown} is packed by ${program}, which is not there to unpack it`
  return new MintmarkError('INPUT_UNREADABLE', message, { path: shown, program })
}
