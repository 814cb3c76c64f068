/** Reads one member of a zip archive into a buffer: it is unpacked where it is scrubbed, in a process of its own. @module */
import { MintmarkError } from '@mintmark/core'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import type { ReceivedBytes } from '../spool/gate_report.ts'
import { CheckedSink } from './checked_sink.ts'
import { openZip } from './zip_archive.ts'

export interface MemberBounds {
  readonly maxSizeBytes: number
  /** Throws if no more may go to the disk. */
  readonly check: () => void
}

/**
 * @param file the archive
 * @returns undefined if there is more than may be
 * @throws {MintmarkError} `INPUT_INVALID` if the archive is refused, or the member is not there or damaged
 */
export async function readZipMember(
  file: number,
  name: string,
  buffer: CoreBuffer,
  { maxSizeBytes, check }: MemberBounds,
): Promise<ReceivedBytes | undefined> {
  const startMs = performance.now()
  const zip = await openZip(file)
  const member = zip.members.find((each) => each.name === name)
  if (member === undefined || member.refusal !== undefined)
    throw new MintmarkError(
      'INPUT_INVALID',
      `the member of the archive: ${member?.refusal ?? 'none'}`,
    )
  const sink = new CheckedSink(buffer, check)
  for await (const chunk of zip.read(member)) {
    sink.take(chunk)
    chunk.fill(0)
    if (sink.size > maxSizeBytes) return undefined
  }
  const readMs = Math.round(performance.now() - startMs)
  return { bytes: sink.size, heldInFile: buffer.spilledBytes, readMs }
}
