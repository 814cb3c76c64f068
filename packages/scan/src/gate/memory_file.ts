/**
 * Takes bytes out of memory that is a file (a memfd), and gives its pages back.
 *
 * Imports only what itself imports nothing: it is loaded before anything else is.
 *
 * @module
 */
import { closeSync, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { CHUNK_BYTES } from './hold_layout.ts'

const WIPE_BYTES = 1 << 20

/**
 * Moves all bytes of the file into new chunks of {@link CHUNK_BYTES}, of which the last may have fewer, and closes it.
 * From its end on, so that there is never more than one chunk twice; what was moved becomes zeros.
 *
 * @param chunks receives them, in their order
 * @returns how many bytes
 * @throws the system's own error
 */
export function takeMemoryFile(file: number, chunks: SharedArrayBuffer[]): number {
  try {
    const { size } = fstatSync(file)
    const count = Math.ceil(size / CHUNK_BYTES)
    for (let at = (count - 1) * CHUNK_BYTES; at >= 0; at -= CHUNK_BYTES) {
      const chunk = new SharedArrayBuffer(CHUNK_BYTES)
      chunks.unshift(chunk)
      const bytes = new Uint8Array(chunk, 0, Math.min(CHUNK_BYTES, size - at))
      everyByte(bytes.length, (done) => readSync(file, bytes, done, bytes.length - done, at + done))
      wipe(file, at, bytes.length)
      ftruncateSync(file, at)
    }
    return size
  } finally {
    closeSync(file)
  }
}

function wipe(file: number, at: number, length: number): void {
  const zeros = new Uint8Array(Math.min(WIPE_BYTES, length))
  everyByte(length, (done) =>
    writeSync(file, zeros, 0, Math.min(zeros.length, length - done), at + done),
  )
}

/** @param move moves some bytes behind those that are done, and returns how many */
function everyByte(length: number, move: (done: number) => number): void {
  for (let done = 0; done < length; ) {
    const count = move(done)
    if (count === 0) throw Object.assign(new Error('memory ended early'), { code: 'CUT' })
    done += count
  }
}
