/**
 * Buffers what a scan is given once and reads more than once (a pipe, unpacked data): in memory up
 * to a bound, then in an encrypted, nameless file. Nothing is left behind.
 */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MintmarkError, safeText } from '@mintmark/core'
import { CoreBuffer, fixedShare } from './core_buffer.ts'

/** Bytes of data in memory; with what is on its way to the file less than 128 MiB. */
const MAX_MEMORY_BYTES = 112 << 20

/**
 * Wipes the buffer after `use`.
 * @throws {MintmarkError} `INPUT_UNREADABLE` if there is no temporary folder
 */
export async function withBuffer<T>(
  use: (buffer: CoreBuffer) => Promise<T>,
  memoryBytes: number = MAX_MEMORY_BYTES,
): Promise<T> {
  const folder = temporaryFolder()
  const buffer = new CoreBuffer({ folder, memory: fixedShare(memoryBytes) })
  try {
    return await use(buffer)
  } finally {
    buffer.wipe()
    rmdirSync(folder)
  }
}

function temporaryFolder(): string {
  const folder = tmpdir()
  try {
    return mkdtempSync(path.join(folder, 'mintmark-scan-'))
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const shown = safeText(folder)
    const message = `no temporary file can be made in ${shown}: ${errno} (set TMPDIR to a folder that can be written to)`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}
