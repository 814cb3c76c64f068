/**
 * Reads a core to its end as fast as it comes: the dying process waits for nothing else.
 *
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type { CoreHold } from './core_hold.ts'

/** Why a core was not read to its end. */
export type DrainEnd = 'end' | 'too-large'

/** What a core comes out of: a file descriptor that is closed once, as soon as nothing more is wanted. */
export class Inlet {
  readonly file: number
  #isOpen: boolean = true

  constructor(file: number) {
    this.file = file
  }

  /** Lets the dying process go. More than once does no harm. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.file)
    // No file that is opened later may become standard input.
    if (this.file === 0) openSync('/dev/null', 'r')
  }
}

/** How long to wait where a pipe that does not block has nothing yet. */
const PAUSE_MS = 1

/** While a core goes to a file, there is to be room for it: asked each time that so much of it came. */
const CHECK_BYTES = 64 << 20

/**
 * Puts everything that a file descriptor gives into the hold.
 *
 * @param check throws if no more may go to the file
 * @returns `too-large` once there are more than `maxBytes`; the rest is not read then
 * @throws the system's own error if it cannot be read, or not held
 */
export function drain(
  file: number,
  hold: CoreHold,
  maxBytes: number,
  check: () => void = () => {},
): DrainEnd {
  for (let checked = 0; ; ) {
    // As much as there is: each read less is a wait less of the dying process.
    const count = readSome(file, hold.room())
    if (count === 0) return 'end'
    hold.took(count)
    if (hold.spilledBytes - checked >= CHECK_BYTES) {
      checked = hold.spilledBytes
      check()
    }
    if (hold.size > maxBytes) return 'too-large'
  }
}

function readSome(file: number, target: Buffer): number {
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
