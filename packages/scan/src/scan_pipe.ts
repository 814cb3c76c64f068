/**
 * Scans what comes through a pipe: in order, once.
 *
 * A scan looks at most bytes more than once, so what came is held back: `held_back.ts`. @module
 */
import { MintmarkError, safeText } from '@mintmark/core'
import type { CoreHold } from './hold/core_hold.ts'
import { drain, Inlet } from './hold/drain.ts'
import { withHold } from './hold/held_back.ts'
import { heldSource } from './hold/held_input.ts'
import type { HeldInput } from './hold/hold_layout.ts'
import { magicOf } from './packing/packed.ts'
import { howToUnpack, packerOf, programOf } from './packing/packers.ts'
import type { ScanReport } from './report/report.ts'
import { type ScanOptions, scanInput } from './scan_bytes.ts'

/**
 * Reads a file descriptor to its end, then scans what it gave. The descriptor stays open.
 *
 * Memory: 128 MiB besides that of `scanFile`, whatever the size.
 *
 * @param name what the report calls it
 * @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be read, or not be held back (the disk is full), or is packed
 */
export async function scanPipe(
  file: number,
  name: string,
  asked: ScanOptions = {},
): Promise<ScanReport> {
  const options = { opensPacked: true, ...asked }
  return await withHold(async (hold) => {
    readAll(file, name, hold)
    const input = hold.input()
    refusePacked(input, name)
    return await scanInput(input, name, options)
  })
}

function readAll(file: number, name: string, hold: CoreHold): void {
  try {
    drain(new Inlet(file), hold, Number.POSITIVE_INFINITY)
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const message = `${name} cannot be read to its end, or not held back while it comes: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: name, errno }, { cause })
  }
}

/** A pipe is unpacked by what fills it. */
function refusePacked(input: HeldInput, name: string): void {
  const packer = packerOf(magicOf(heldSource(input)))
  if (packer === undefined) return
  const program = programOf(packer)
  const how = program === undefined ? howToUnpack(packer) : `pipe it through "${program} -dc" first`
  const message = `${safeText(name)} is packed by ${packer}: ${how}`
  throw new MintmarkError('INPUT_UNREADABLE', message, { path: safeText(name), packer })
}
