/**
 * The first bytes of a core, read before the rest of the gate is loaded, so that a small one's process waits for no more
 * than Node.
 *
 * Imports only what itself imports nothing.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs'
import { crashOf } from './crash.ts'
import { CHUNK_BYTES, FIRST_MOST_BYTES, FIRST_SHARE } from './hold_layout.ts'
import { readSome } from './read_some.ts'
import { standBack } from './stand_back.ts'

const STANDARD_INPUT = 0

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

/** What the receiver is called with, and the first bytes of the core. */
export interface Called {
  /** The folder of the gate's state, then what the kernel tells of the crash, or `--check` alone. */
  readonly told: readonly string[]
  /** Nothing of a process that asked for no core. */
  readonly first: FirstBytes | undefined
}

/** Reads standard input. */
export function readFirst(told: readonly string[]): Called {
  const isCore = told[1] !== '--check' && !crashOf(told.slice(1), 0).wantsNone
  if (!isCore) return { told, first: undefined }
  const room = Math.min(FIRST_MOST_BYTES, process.availableMemory() / FIRST_SHARE)
  const first = new FirstBytes(STANDARD_INPUT, room)
  // Others may crash at the same time: they are read before what is to be done with this one is loaded.
  if (first.isAll) standBack()
  return { told, first }
}

/** Lets the dying process go. No file that is opened later may become standard input. */
export function closeInput(file: number): void {
  closeSync(file)
  if (file === STANDARD_INPUT) openSync('/dev/null', 'r')
}
