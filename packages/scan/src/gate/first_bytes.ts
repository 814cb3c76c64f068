/**
 * The first bytes of a core, read before the rest of the gate is loaded: of a small one all there are, so that its
 * process waits for the start of Node alone.
 *
 * Imports only what itself imports nothing.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs'
import { crashOf } from './crash.ts'
import { CHUNK_BYTES } from './hold_layout.ts'
import { readSome } from './read_some.ts'
import { standBack } from './stand_back.ts'

const STANDARD_INPUT = 0
/** At most so much, and so much of the memory that is left: many may begin at once, and none has counted yet. */
const MOST_BYTES = 64 << 20
const SHARE = 1 / 128

export class FirstBytes {
  /** Of {@link CHUNK_BYTES} each, all but the last of them full. */
  readonly chunks: SharedArrayBuffer[] = []
  #length = 0
  /** There are no more: what they came from is closed. */
  readonly isAll: boolean
  /** How long it took, in milliseconds. */
  readonly readMs: number

  /** Reads up to `roomBytes`, in whole chunks, and closes the file at its end. */
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
      for (let left = roomBytes; left >= CHUNK_BYTES; left -= CHUNK_BYTES) {
        if (this.#readChunk(file) === CHUNK_BYTES) continue
        closeInput(file)
        return true
      }
    } catch {
      // Whoever reads on meets the same, and tells it.
    }
    return false
  }

  /** @returns how many bytes of it came; fewer than there is room for only at the end */
  #readChunk(file: number): number {
    const chunk = new SharedArrayBuffer(CHUNK_BYTES)
    this.chunks.push(chunk)
    const room = Buffer.from(chunk)
    for (let done = 0; done < CHUNK_BYTES; ) {
      const count = readSome(file, room.subarray(done))
      if (count === 0) return done
      done += count
      this.#length += count
    }
    return CHUNK_BYTES
  }
}

/**
 * Reads standard input; nothing of a process that asked for no core.
 *
 * @param args the folder of the gate's state, then what the kernel tells of the crash, or `--check` alone
 */
export function readFirst([, ...told]: readonly string[]): FirstBytes | undefined {
  if (told[0] === '--check' || crashOf(told, 0).wantsNone) return undefined
  const room = Math.min(MOST_BYTES, process.availableMemory() * SHARE)
  const first = new FirstBytes(STANDARD_INPUT, room)
  // Others may crash at the same time: they are read before what is to be done with this one is loaded.
  if (first.isAll) standBack()
  return first
}

/** Lets the dying process go. No file that is opened later may become standard input. */
export function closeInput(file: number): void {
  closeSync(file)
  if (file === STANDARD_INPUT) openSync('/dev/null', 'r')
}
