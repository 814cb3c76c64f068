/** What of the input is scrubbed, and how it is written: a core, or a crash report that has one. */
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import { bufferedSource } from '@mintmark/scan/buffer/buffered_source'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import { HEAD_BYTES } from '@mintmark/scan/packing/dump_head'
import { isCrashReport } from '@mintmark/scan/packing/report_fields'
import { refuseFullDisk } from '../spool/free_space.ts'
import { SUFFIX, writeCompressed } from './compress.ts'
import type { Arrival, Content, Gate } from './gate.ts'

/** @param newBuffer a buffer that the caller wipes. @throws {MintmarkError} `INPUT_INVALID` */
export async function contentOf(
  gate: Gate,
  { source }: Arrival,
  { buffer, newBuffer }: { readonly buffer: CoreBuffer; readonly newBuffer: () => CoreBuffer },
): Promise<Content> {
  const input = buffer.input()
  if (source === undefined || !isReport(input)) return coreContent(gate, buffer)
  const { openedReport } = await import('./report_content.ts')
  return await openedReport(gate, input, newBuffer)
}

function isReport(input: BufferedInput): boolean {
  const head = Buffer.alloc(Math.min(HEAD_BYTES, input.size))
  bufferedSource(input).read(0, head)
  const isOne = isCrashReport(head)
  head.fill(0)
  return isOne
}

function coreContent(gate: Gate, buffer: CoreBuffer): Content {
  const { compression } = gate
  const input = buffer.input()
  return {
    input,
    coreBytes: input.size,
    spilledBytes: buffer.spilledBytes,
    suffix: SUFFIX[compression],
    compression,
    ready: (erased) =>
      Promise.resolve((file) =>
        writeCompressed(input, erased, {
          file,
          compression,
          check: () => refuseFullDisk(gate.spool, gate.limits.keepFreeBytes),
        }),
      ),
  }
}
