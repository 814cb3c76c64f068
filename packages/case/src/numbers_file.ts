import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { fileError } from './chdb_error.ts'
import { numbersIn } from './native_numbers.ts'
import type { NumbersFile } from './session.ts'

/** Bytes that reading the numbers takes: as many as they have themselves, and some more. 0 where there are none. */
export function sizeOfNumbers({ path }: NumbersFile): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0
  } catch (cause) {
    throw fileError(cause)
  }
}

/**
 * Reads the numbers into memory of their size, and removes the file.
 *
 * @returns of each list the pieces of the memory in which its numbers lie, 8 bytes each, little-endian
 * @throws {MintmarkError} `OUTPUT_UNWRITABLE`
 */
export function takeNumbers({ path, lists }: NumbersFile, memory: Uint8Array): Uint8Array[][] {
  if (memory.length === 0) return []
  try {
    const opened = openSync(path, 'r')
    let at = 0
    for (let read = -1; read !== 0 && at < memory.length; at += read)
      read = readSync(opened, memory, at, memory.length - at, at)
    closeSync(opened)
    rmSync(path)
    return numbersIn(memory.subarray(0, at), lists)
  } catch (cause) {
    throw fileError(cause)
  }
}
