/**
 * Scans what comes through a pipe: in order, once.
 *
 * A scan looks at most bytes more than once, so what came is held back as the gate holds a core: in memory up to a
 * bound, then in an encrypted file that has no name. Nothing of it is left behind.
 *
 * @module
 */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MintmarkError } from '@mintmark/core'
import { CoreHold } from './gate/core_hold.ts'
import { drain } from './gate/drain.ts'
import type { ScanReport } from './report.ts'
import { type ScanOptions, scanInput } from './scan_file.ts'

/** Bytes of data that are held in memory. */
const MAX_MEMORY_BYTES = 128 << 20

/**
 * Reads a file descriptor to its end, then scans what it gave. The descriptor stays open.
 *
 * Memory: 128 MiB besides that of `scanFile`, whatever the size.
 *
 * @param name what the report calls it
 * @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be read, or not be held back (the disk is full)
 */
export async function scanPipe(
  file: number,
  name: string,
  options: ScanOptions = {},
): Promise<ScanReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-scan-'))
  const hold = new CoreHold({ folder, maxMemoryBytes: MAX_MEMORY_BYTES })
  try {
    readAll(file, name, hold)
    return await scanInput(hold.input(), name, options)
  } finally {
    hold.wipe()
    rmdirSync(folder)
  }
}

function readAll(file: number, name: string, hold: CoreHold): void {
  try {
    drain(file, hold, Number.POSITIVE_INFINITY)
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const message = `${name} cannot be read to its end, or not held back while it comes: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: name, errno }, { cause })
  }
}
