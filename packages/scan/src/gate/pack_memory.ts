/**
 * Memory that is a file and holds the first bytes of a core: its blocks of zeros are taken out in place, so that there is
 * no more than one step of it twice.
 *
 * @module
 */
import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { BLOCK_BYTES, type MemoryFile } from './hold_layout.ts'

const STEP_BYTES = 16 * BLOCK_BYTES
const ZEROS = Buffer.alloc(STEP_BYTES)

/**
 * Moves the blocks that are no zeros together, in their order; what is behind them becomes zeros, and is cut off.
 *
 * @param length of the file, from 0 on; only its last block may be shorter
 * @param note is told of each block in turn: its length, and whether it is kept
 * @returns what is kept of it
 * @throws the system's own error
 */
export function packMemory(
  file: number,
  length: number,
  note: (length: number, isKept: boolean) => void,
): MemoryFile {
  const step = Buffer.alloc(STEP_BYTES)
  let kept = 0
  try {
    for (let at = 0; at < length; at += STEP_BYTES) {
      const bytes = step.subarray(0, Math.min(STEP_BYTES, length - at))
      readAt(file, bytes, at)
      const packed = packStep(bytes, note)
      if (kept < at || packed < bytes.length) writeAt(file, bytes.subarray(0, packed), kept)
      kept += packed
    }
  } finally {
    step.fill(0)
  }
  wipeMemory(file, kept)
  return { file, length: kept }
}

/** Bytes behind `from` become zeros, and their pages are given back. More than once does no harm. */
export function wipeMemory(file: number, from: number): void {
  const { size } = fstatSync(file)
  for (let at = from; at < size; at += STEP_BYTES)
    writeAt(file, ZEROS.subarray(0, Math.min(STEP_BYTES, size - at)), at)
  ftruncateSync(file, from)
}

/** @returns how many of the bytes are kept; they are moved to the front */
function packStep(bytes: Buffer, note: (length: number, isKept: boolean) => void): number {
  let kept = 0
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES)
    const isKept = !block.equals(ZEROS.subarray(0, block.length))
    if (isKept && kept < at) bytes.copyWithin(kept, at, at + block.length)
    if (isKept) kept += block.length
    note(block.length, isKept)
  }
  return kept
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
