/**
 * One read of a pipe that may not block.
 *
 * Imports nothing of ours: it is loaded before anything else is.
 *
 * @module
 */
import { readSync } from 'node:fs'

/** How long to wait where a pipe that does not block has nothing yet. */
const PAUSE_MS = 1

/**
 * Waits until something is there.
 *
 * @returns how many bytes; 0 at the end
 * @throws the system's own error
 */
export function readSome(file: number, target: Uint8Array): number {
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
