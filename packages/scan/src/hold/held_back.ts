/**
 * Holds back what a scan is given once and looks at more than once: what a pipe gives, and what a packed dump holds.
 *
 * As the gate holds a core: in memory up to a bound, then in an encrypted file that has no name. Nothing of it is left
 * behind. @module
 */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MintmarkError, safeText } from '@mintmark/core'
import { CoreHold, fixedShare } from './core_hold.ts'

/** Bytes of data that are held in memory; with what is on its way to the file less than 128 MiB. */
const MAX_MEMORY_BYTES = 112 << 20

/**
 * Gives `use` a hold, and wipes it afterwards.
 *
 * @param memoryBytes that it may hold in memory
 * @throws {MintmarkError} `INPUT_UNREADABLE` if there is no folder for temporary files
 */
export async function withHold<T>(
  use: (hold: CoreHold) => Promise<T>,
  memoryBytes: number = MAX_MEMORY_BYTES,
): Promise<T> {
  const folder = temporaryFolder()
  const hold = new CoreHold({ folder, memory: fixedShare(memoryBytes) })
  try {
    return await use(hold)
  } finally {
    hold.wipe()
    rmdirSync(folder)
  }
}

function temporaryFolder(): string {
  const place = tmpdir()
  try {
    return mkdtempSync(path.join(place, 'mintmark-scan-'))
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const shown = safeText(place)
    const message = `nothing can be held back in ${shown}: ${errno} (set TMPDIR to a folder that can be written to)`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}
