/**
 * Holds the little that most packed data unpacks to: a file has thousands of such places, and a hold for a core takes a
 * megabyte and a folder. @module
 */
import type { HeldInput } from './hold_layout.ts'

/** Where unpacked bytes go. */
export interface Sink {
  /** Bytes taken. */
  readonly size: number
  /** The caller may use `bytes` again. */
  take(bytes: Buffer): void
}

/** So many bytes it may hold: less than a chunk of a core's hold. */
export const SMALL_BYTES: number = 256 << 10

/** Takes up to {@link SMALL_BYTES}; what is more is dropped and counted. Wipe it when done. */
export class SmallHold implements Sink {
  readonly #parts: Buffer[] = []
  #held: SharedArrayBuffer | undefined
  size = 0

  take(bytes: Buffer): void {
    this.size += bytes.length
    if (this.size <= SMALL_BYTES) this.#parts.push(Buffer.from(bytes))
  }

  /** What was taken, to be read. It stands until {@link wipe}. */
  input(): HeldInput {
    this.#held = new SharedArrayBuffer(this.size)
    const all = Buffer.from(this.#held)
    let at = 0
    for (const part of this.#parts) at += part.copy(all, at)
    const runs = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT)
    new Float64Array(runs).set([0, 0, this.size])
    const { size } = this
    return { kind: 'held', size, runs, chunks: [this.#held], spill: undefined }
  }

  wipe(): void {
    for (const part of this.#parts) part.fill(0)
    if (this.#held !== undefined) Buffer.from(this.#held).fill(0)
  }
}
