/** Reads a core to its end as fast as it comes: the dying process waits for nothing else. */
import { closeSync, openSync, readSync } from 'node:fs'
import type { CoreBuffer } from './core_buffer.ts'

const STANDARD_INPUT = 0
const PAUSE_MS = 1
/** The room for a core's file is checked each time that so much of it came. */
const CHECK_BYTES = 64 << 20

export type DrainEnd = 'end' | 'too-large'

/** A core's file descriptor: closed once, as soon as nothing more is wanted. */
export class Inlet {
  readonly file: number
  #isOpen: boolean = true

  constructor(file: number) {
    this.file = file
  }

  /** Lets the dying process go. No file that is opened later may become standard input. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.file)
    if (this.file === STANDARD_INPUT) openSync('/dev/null', 'r')
  }
}

/**
 * Copies all input into the buffer; `check` throws if no more may go to the file.
 * @returns `too-large` beyond `maxBytes`, with the rest unread
 * @throws the system's own error if it cannot be read or buffered
 */
export function drain(
  { file }: Inlet,
  buffer: CoreBuffer,
  maxBytes: number,
  check: () => void = () => {},
): DrainEnd {
  for (let checked = 0; buffer.size <= maxBytes; ) {
    if (buffer.spilledBytes - checked >= CHECK_BYTES) {
      checked = buffer.spilledBytes
      check()
    }
    const count = readSome(file, buffer.room())
    if (count === 0) return 'end'
    buffer.took(count)
  }
  return 'too-large'
}

function readSome(file: number, target: Uint8Array): number {
  for (;;) {
    try {
      return readSync(file, target, 0, target.length, null)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN' && code !== 'EINTR') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}
