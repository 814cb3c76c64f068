/**
 * Starts a thread for a large file before the code of the command is loaded, which takes as long as the thread's start.
 *
 * @module
 */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { SMALL_BYTES, startEarly } from '@mintmark/scan/early'
import { compileLess } from './compiling.ts'
import type { Handler } from './program.ts'

/** Of a block as file systems count them. */
const BLOCK_BYTES = 512

/** The command `scan`. */
export const earlyScan: Handler = async (args, options, io) => {
  // Before there is a thread that compiles.
  compileLess()
  if (availableParallelism() > 1 && args.some((path) => isLarge(path))) startEarly()
  const { scan } = await import('./commands/scan.ts')
  return await scan(args, options, io)
}

/** Whether a file holds so much that a thread is worth its start. Holes hold nothing. */
function isLarge(path: string): boolean {
  try {
    return statSync(path).blocks * BLOCK_BYTES > SMALL_BYTES
  } catch {
    // The command says what is wrong with it.
    return false
  }
}
