/**
 * Memory that is a file (a memfd) and holds the first bytes of a core where they were read to. Blocks of zeros may be
 * holes there, which take no room and are to stay so.
 *
 * @module
 */
import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { BLOCK_BYTES } from './hold_layout.ts'

const STEP_BYTES = 16 * BLOCK_BYTES
const ZEROS = Buffer.alloc(BLOCK_BYTES)
const STAT_BLOCK_BYTES = 512

/**
 * Reads all blocks between two places of the file.
 *
 * @param note is told of each block in turn: where it is, its length, and whether it holds more than zeros
 * @throws the system's own error
 */
export function eachBlock(
  file: number,
  [from, to]: readonly [number, number],
  note: (at: number, length: number, isData: boolean) => void,
): void {
  const step = Buffer.alloc(STEP_BYTES)
  try {
    for (let at = from; at < to; at += STEP_BYTES) {
      const bytes = step.subarray(0, Math.min(STEP_BYTES, to - at))
      readAt(file, bytes, at)
      for (let done = 0; done < bytes.length; done += BLOCK_BYTES) {
        const block = bytes.subarray(done, done + BLOCK_BYTES)
        note(at + done, block.length, !block.equals(ZEROS.subarray(0, block.length)))
      }
    }
  } finally {
    step.fill(0)
  }
}

/** Bytes of memory that the file takes. */
export const memoryBytes = (file: number): number => fstatSync(file).blocks * STAT_BLOCK_BYTES

/** Bytes behind `from` become zeros, and their pages are given back. More than once does no harm. */
export function wipeMemory(file: number, from: number): void {
  eachBlock(file, [from, fstatSync(file).size], (at, length, isData) => {
    if (isData) writeAt(file, ZEROS.subarray(0, length), at)
  })
  ftruncateSync(file, from)
}

function readAt(file: number, target: Buffer, at: number): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, at + done)
    if (count === 0) throw Object.assign(new Error('memory ended early'), { code: 'CUT' })
    done += count
  }
}

function writeAt(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done)
}
