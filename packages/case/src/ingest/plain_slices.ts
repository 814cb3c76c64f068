/**
 * Slices of an uncompressed file of JSON lines, cut as by `readSlices`, in memory that is reused: new memory for every
 * slice costs more than reading the file does (measured).
 *
 * @module
 */
import type { Hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { unreadable } from '@mintmark/core'
import { countLines, readSlices } from '@mintmark/logs'

const LF = 0x0a
const CR = 0x0d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

export interface PlainSlice {
  /** Begins at the beginning of its memory, and may end before its end. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly startLine: number
  readonly isLast: boolean
}

/** Memory of slices: taken, handed to a worker, and given back when the worker is done with it. */
export class SliceMemory {
  readonly #sliceBytes: number
  readonly #free: ArrayBuffer[] = []

  constructor(sliceBytes: number) {
    this.#sliceBytes = sliceBytes
  }

  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(this.#sliceBytes)
  }

  give(memory: ArrayBuffer): void {
    if (memory.byteLength === this.#sliceBytes) this.#free.push(memory)
  }
}

/**
 * Reads a file in slices of whole lines; `hash` takes every byte.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function* plainSlices(
  file: string,
  memory: SliceMemory,
  hash: Hash,
  onBytes: (bytes: number) => void,
): AsyncGenerator<PlainSlice, void, void> {
  const handle = await reading(file, () => open(file, 'r'))
  try {
    let buffer = Buffer.from(memory.take())
    let filled = 0
    let startLine = 1
    for (;;) {
      const read = await readInto(handle, file, buffer, filled)
      hash.update(buffer.subarray(filled, filled + read))
      onBytes(read)
      filled += read
      if (read === 0) {
        yield { bytes: new Uint8Array(buffer.buffer, 0, filled), startLine, isLast: true }
        return
      }
      if (filled < buffer.length) continue
      const cut = lastCut(buffer)
      if (cut === -1) {
        // A line as long as a slice, or no more lines: the rest is cut by the reader that can grow.
        yield* grownSlices(rest(handle, file, buffer, hash, onBytes), startLine)
        return
      }
      const next = Buffer.from(memory.take())
      filled = buffer.copy(next, 0, cut)
      const bytes = new Uint8Array(buffer.buffer, 0, cut)
      const lines = countLines(bytes)
      yield { bytes, startLine, isLast: false }
      startLine += lines
      buffer = next
    }
  } finally {
    await handle.close()
  }
}

/** The last position between a line that ends an object and one that begins one; -1 if there is none. */
function lastCut(bytes: Buffer): number {
  for (
    let at = bytes.lastIndexOf(LF, bytes.length - 2);
    at > 0;
    at = bytes.lastIndexOf(LF, at - 1)
  ) {
    const before = bytes[at - 1] === CR ? bytes[at - 2] : bytes[at - 1]
    if (before === CLOSE_OBJECT && bytes[at + 1] === OPEN_OBJECT) return at + 1
  }
  return -1
}

async function* grownSlices(
  chunks: AsyncIterable<Uint8Array>,
  firstLine: number,
): AsyncGenerator<PlainSlice, void, void> {
  for await (const { bytes, startLine, isLast } of readSlices(chunks))
    yield { bytes, startLine: startLine + firstLine - 1, isLast }
}

async function* rest(
  handle: FileHandle,
  file: string,
  head: Buffer,
  hash: Hash,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  yield head
  for (;;) {
    const read = await readInto(handle, file, head, 0)
    if (read === 0) return
    const bytes = head.subarray(0, read)
    hash.update(bytes)
    onBytes(read)
    yield bytes
  }
}

async function readInto(
  handle: FileHandle,
  file: string,
  buffer: Buffer,
  offset: number,
): Promise<number> {
  const read = () => handle.read(buffer, offset, buffer.length - offset, null)
  return (await reading(file, read)).bytesRead
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
async function reading<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/** A whole file on disk. Throws `INPUT_UNREADABLE`. */
export const plainBytes = (file: string): Promise<Buffer> => reading(file, () => readFileSync(file))

/** The beginning of a file on disk. Throws `INPUT_UNREADABLE`. */
export async function plainHead(file: string, mostBytes: number): Promise<Buffer> {
  const handle = await reading(file, () => open(file, 'r'))
  try {
    const head = Buffer.alloc(mostBytes)
    let filled = 0
    for (;;) {
      const read = await readInto(handle, file, head, filled)
      filled += read
      if (read === 0 || filled === mostBytes) return head.subarray(0, filled)
    }
  } finally {
    await handle.close()
  }
}
