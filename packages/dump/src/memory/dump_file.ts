import { Reader } from '@mintmark/core'
import type { ByteSource } from './segment.ts'

const LINE_BYTES = 1 << 14
const LINES = 64

/** Keeps the last lines read, 1 MiB at most: tables are asked for row by row. */
export class DumpFile {
  readonly #source: ByteSource
  readonly #lines = new Map<number, Uint8Array>()

  constructor(source: ByteSource) {
    this.#source = source
  }

  bytes(offset: number, length: number): Uint8Array {
    const present = Math.min(length, this.#source.size - offset)
    if (!(present > 0)) return new Uint8Array(0)
    const line = Math.floor(offset / LINE_BYTES)
    const start = offset - line * LINE_BYTES
    if (start + present <= LINE_BYTES) return this.#line(line).subarray(start, start + present)
    return this.#read(offset, present)
  }

  reader(offset: number, length: number, isLittleEndian: boolean): Reader {
    return new Reader(this.bytes(offset, length), isLittleEndian)
  }

  #line(index: number): Uint8Array {
    const known = this.#lines.get(index)
    if (known !== undefined) return known
    const offset = index * LINE_BYTES
    const line = this.#read(offset, Math.min(LINE_BYTES, this.#source.size - offset))
    const [oldest] = this.#lines.keys()
    if (oldest !== undefined && this.#lines.size >= LINES) this.#lines.delete(oldest)
    this.#lines.set(index, line)
    return line
  }

  #read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, this.#source.read(offset, bytes))
  }
}
