/**
 * Starts a thread for a large file before the code of the command line and of the command is loaded, which takes as long
 * as the thread's start.
 *
 * Loads next to nothing itself.
 *
 * @module
 */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { SMALL_BYTES, startEarly } from '@mintmark/scan/engine/early_worker'

/** Of a block as file systems count them. */
const BLOCK_BYTES = 512

/** Where the command line is one of `scan` that names a large file, from now on a thread loads what it needs. */
export function startForScan([command, ...args]: readonly string[]): void {
  if (command !== 'scan' || availableParallelism() < 2) return
  if (!args.some((path) => isLarge(path))) return
  startEarly()
}

/** Whether a file holds so much that a thread is worth its start. Holes hold nothing. */
function isLarge(path: string): boolean {
  try {
    return statSync(path).blocks * BLOCK_BYTES > SMALL_BYTES
  } catch {
    // No path, or the command says what is wrong with it.
    return false
  }
}
