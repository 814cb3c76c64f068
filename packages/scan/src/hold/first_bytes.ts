/**
 * The first bytes of a core, read before the rest of the gate is loaded, so that a small one's process waits for no more
 * than Node.
 *
 * Imports only what itself imports nothing.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs'
import { CHUNK_BYTES } from './hold_layout.ts'
import { readSome } from './read_some.ts'

export const STANDARD_INPUT = 0

export class FirstBytes {
  /** Of {@link CHUNK_BYTES} each, all but the last of them full. */
  readonly chunks: SharedArrayBuffer[] = []
  #length = 0
  /** There are no more: what they came from is closed. */
  readonly isAll: boolean
  /** How long the core was read, in milliseconds. */
  readonly readMs: number

  /**
   * Reads up to `roomBytes`, in whole chunks, and closes the file at its end.
   *
   * @param file descriptor of the core
   */
  constructor(file: number, roomBytes: number) {
    const startMs = performance.now()
    this.isAll = this.#readAll(file, roomBytes)
    this.readMs = performance.now() - startMs
  }

  get length(): number {
    return this.#length
  }

  /** @returns whether that was all */
  #readAll(file: number, roomBytes: number): boolean {
    try {
      while (this.#hasRoom(roomBytes)) {
        const count = readSome(file, this.#room())
        this.#length += count
        if (count > 0) continue
        closeInput(file)
        return true
      }
    } catch {
      // Whoever reads on meets the same, and tells it.
    }
    return false
  }

  /** In a chunk that is there, or for one more. */
  #hasRoom(roomBytes: number): boolean {
    return (
      this.#length < this.chunks.length * CHUNK_BYTES || this.#length + CHUNK_BYTES <= roomBytes
    )
  }

  #room(): Uint8Array {
    const at = this.#length % CHUNK_BYTES
    if (this.#length === this.chunks.length * CHUNK_BYTES)
      this.chunks.push(new SharedArrayBuffer(CHUNK_BYTES))
    const chunk = this.chunks.at(-1)
    return chunk === undefined ? new Uint8Array(0) : new Uint8Array(chunk, at)
  }
}

/** Lets the dying process go. No file that is opened later may become standard input. */
export function closeInput(file: number): void {
  closeSync(file)
  if (file === STANDARD_INPUT) openSync('/dev/null', 'r')
}
