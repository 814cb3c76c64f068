import { closeSync, openSync, statSync } from 'node:fs'
import { fileError } from './chdb_error.ts'
import { type NumberRun, readNumbers } from './native_numbers.ts'
import type { NumbersFile } from './session.ts'

/** Bytes that the numbers of all lists take at most. 0 where there are none. */
export function sizeOfNumbers({ path }: NumbersFile): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0
  } catch (cause) {
    throw fileError(cause)
  }
}

/**
 * Reads the numbers of each list into its own room of the memory, 8 bytes each, little-endian.
 *
 * @param roomBytes of each list: {@link sizeOfNumbers} or more
 * @returns the runs of each list
 * @throws {MintmarkError} `OUTPUT_UNWRITABLE`
 */
export function takeNumbers(
  { path, lists }: NumbersFile,
  memory: Uint8Array,
  roomBytes: number,
): NumberRun[][] {
  if (roomBytes === 0) return Array.from({ length: lists }, () => [])
  try {
    const file = openSync(path, 'r')
    try {
      return readNumbers(file, lists, memory, roomBytes)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw fileError(cause)
  }
}
