/** Buffers small unpacked parts: a file has thousands, and a core's buffer takes a megabyte. */
import type { BufferedInput } from './buffer_layout.ts'

export interface Sink {
  readonly size: number
  /** The caller may use `bytes` again. */
  take(bytes: Buffer): void
}

/** Bytes of a small buffer: less than a chunk of a core's. */
export const SMALL_BYTES: number = 256 << 10

/** Takes up to {@link SMALL_BYTES}; what is more is dropped and counted. Wipe it when done. */
export class SmallBuffer implements Sink {
  readonly #parts: Buffer[] = []
  #stored: SharedArrayBuffer | undefined
  size = 0

  take(bytes: Buffer): void {
    this.size += bytes.length
    if (this.size <= SMALL_BYTES) this.#parts.push(Buffer.from(bytes))
  }

  /** What was taken, to be read. Valid until {@link wipe}. */
  input(): BufferedInput {
    this.#stored = new SharedArrayBuffer(this.size)
    const all = Buffer.from(this.#stored)
    let at = 0
    for (const part of this.#parts) at += part.copy(all, at)
    const runs = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT)
    new Float64Array(runs).set([0, 0, this.size])
    const { size } = this
    return { kind: 'buffered', size, runs, chunks: [this.#stored], spill: undefined }
  }

  wipe(): void {
    for (const part of this.#parts) part.fill(0)
    if (this.#stored !== undefined) Buffer.from(this.#stored).fill(0)
  }
}
