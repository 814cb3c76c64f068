/** Scans a pipe. A scan reads most bytes more than once: `temporary_buffer.ts` buffers it. */
import { MintmarkError, safeText } from '@mintmark/core'
import type { BufferedInput } from './buffer/buffer_layout.ts'
import { bufferedSource } from './buffer/buffered_source.ts'
import type { CoreBuffer } from './buffer/core_buffer.ts'
import { drain, Inlet } from './buffer/drain.ts'
import { withBuffer } from './buffer/temporary_buffer.ts'
import { magicOf } from './packing/packed.ts'
import { howToUnpack, packerOf, programOf } from './packing/packers.ts'
import type { ScanReport } from './report/report.ts'
import { type ScanOptions, scanInput } from './scan_bytes.ts'

/**
 * Reads a file descriptor to its end, then scans it as `name`. The descriptor stays open. 128 MiB
 * more than `scanFile`.
 * @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be read, or buffered (the disk is full),
 * or is packed
 */
export async function scanPipe(
  file: number,
  name: string,
  asked: ScanOptions = {},
): Promise<ScanReport> {
  const options = { opensPacked: true, ...asked }
  return await withBuffer(async (buffer) => {
    readAll(file, name, buffer)
    const input = buffer.input()
    refusePacked(input, name)
    return await scanInput(input, name, options)
  })
}

function readAll(file: number, name: string, buffer: CoreBuffer): void {
  try {
    drain(new Inlet(file), buffer, Number.POSITIVE_INFINITY)
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const message = `${name} cannot be read to its end, or not buffered while it comes: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: name, errno }, { cause })
  }
}

/** A pipe is unpacked by what fills it. */
function refusePacked(input: BufferedInput, name: string): void {
  const packer = packerOf(magicOf(bufferedSource(input)))
  if (packer === undefined) return
  const program = programOf(packer)
  const how = program === undefined ? howToUnpack(packer) : `pipe it through "${program} -dc" first`
  const message = `${safeText(name)} is packed by ${packer}: ${how}`
  throw new MintmarkError('INPUT_UNREADABLE', message, { path: safeText(name), packer })
}
