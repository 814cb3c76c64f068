/**
 * Streams of a PDF on their way out of the thread that reads it: small ones together, as a message for each of twenty
 * thousand takes longer than what is in them.
 *
 * @module
 */
import type { StreamsTold } from './pdf_messages.ts'

/** Told together; a larger stream by itself. */
const BATCH_BYTES = 1 << 20

export class StreamBatch {
  readonly #tell: (streams: StreamsTold, moved: readonly ArrayBuffer[]) => void
  #parts: StreamsTold['parts'][number][] = []
  readonly #room = new Uint8Array(BATCH_BYTES)
  #used = 0

  /** @param tell gets streams in the order in which they were added */
  constructor(tell: (streams: StreamsTold, moved: readonly ArrayBuffer[]) => void) {
    this.#tell = tell
  }

  /** @param offset of the stream in the file */
  add(offset: number, bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#room.length) this.flush()
    const part = { stream: offset, length: bytes.length }
    if (bytes.length > this.#room.length) {
      this.#give([part], Uint8Array.from(bytes))
      return
    }
    this.#room.set(bytes, this.#used)
    this.#used += bytes.length
    this.#parts.push(part)
  }

  /** What was added is told. */
  flush(): void {
    if (this.#parts.length === 0) return
    const told = this.#room.slice(0, this.#used)
    this.#room.fill(0, 0, this.#used)
    this.#give(this.#parts, told)
    this.#parts = []
    this.#used = 0
  }

  #give(parts: StreamsTold['parts'], bytes: Uint8Array<ArrayBuffer>): void {
    this.#tell({ kind: 'streams', parts, bytes }, [bytes.buffer])
  }
}
