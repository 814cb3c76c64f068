/**
 * Opens a crash report of apport: its core, then the text of its other fields. Source:
 * `problem_report.py` of 2.28.
 */
import { MintmarkError } from '@mintmark/core'
import type { ByteSource } from '@mintmark/dump'
import { bufferedSource } from '@mintmark/scan/buffer/buffered_source'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import type { Sink } from '@mintmark/scan/buffer/small_buffer'
import { type Opened, openPacked } from '@mintmark/scan/embedded/open_packed'
import { MAGIC_BYTES, packerOf } from '@mintmark/scan/packing/packers'
import { coreFieldOf } from '@mintmark/scan/packing/report_fields'
import { CheckedSink } from './checked_sink.ts'

export interface OpenedReport {
  readonly coreBytes: number
  /** Other fields: text before `CoreDump` and behind it. */
  readonly textAt: number
  readonly beforeBytes: number
}

interface ReportBuffers {
  readonly packed: CoreBuffer
  readonly opened: CoreBuffer
}

interface ReportBounds {
  readonly maxSizeBytes: number
  readonly check: () => void
}

const MOST_TEXT = 64 << 20
/** Between core and text: nothing of one runs on into the other. */
const GAP_BYTES = 4096
const STEP_BYTES = 1 << 18

/** @throws {MintmarkError} `INPUT_INVALID` if it is damaged, cut or too large; `DISK_FULL` */
export async function openCrashReport(
  source: ByteSource,
  { packed, opened }: ReportBuffers,
  { maxSizeBytes, check }: ReportBounds,
): Promise<OpenedReport> {
  const field = coreFieldOf(source)
  const textBytes = source.size - (field.end - field.from)
  if (textBytes > MOST_TEXT)
    throw invalid(`the report has more than ${MOST_TEXT >> 20} MiB of text beside its core`)
  await decode(part(source, field.valueAt, field.end), new CheckedSink(packed, check))
  const core = new CheckedSink(opened, check)
  await unpack(bufferedSource(packed.input()), core, maxSizeBytes)
  packed.wipe()
  opened.take(Buffer.alloc(GAP_BYTES + (GAP_BYTES - (core.size % GAP_BYTES))))
  const textAt = opened.size
  copy(part(source, 0, field.from), opened)
  copy(part(source, field.end, source.size), opened)
  return { coreBytes: core.size, textAt, beforeBytes: field.from }
}

async function decode(value: ByteSource, packed: Sink): Promise<void> {
  const { end, length } = await openPacked(value, { coding: 'base64', at: 0 }, packed, value.size)
  const rest = Buffer.alloc(Math.min(STEP_BYTES, value.size - length))
  value.read(length, rest)
  if (end !== 'end' || value.size - length > STEP_BYTES || rest.toString('latin1').trim() !== '')
    throw invalid('the core of the report is no base64, or is damaged')
}

/** `apport` packs by gzip; cores that it takes from `systemd-coredump` are packed by zstd. */
async function unpack(packed: ByteSource, core: CheckedSink, most: number): Promise<void> {
  const head = new Uint8Array(MAGIC_BYTES)
  const coding = packerOf(head.subarray(0, packed.read(0, head)))
  if (coding !== 'gzip' && coding !== 'zstd')
    throw invalid('the core of the report is packed neither by gzip nor by zstd')
  const opened = await openPacked(packed, { coding, at: 0 }, core, most)
  if (opened.end === 'too-large') throw invalid(`the core is larger than ${most} bytes`)
  if (opened.end === 'unopened') throw invalid(`the core is packed by ${opened.reason ?? coding}`)
  if (!isWhole(packed, opened) || (coding === 'gzip' && !hasSums(packed, core)))
    throw invalid('the core of the report is cut or damaged')
}

const isWhole = (packed: ByteSource, { end, length }: Opened): boolean =>
  end === 'end' && length === packed.size

/** Whether the checksum and the size at the end of gzip are those of what came out. */
function hasSums(packed: ByteSource, { size, sum }: CheckedSink): boolean {
  const sums = Buffer.alloc(8)
  packed.read(packed.size - sums.length, sums)
  return sums.readUInt32LE(0) === sum && sums.readUInt32LE(4) === size % 2 ** 32
}

function copy(from: ByteSource, to: CoreBuffer): void {
  const step = Buffer.alloc(STEP_BYTES)
  try {
    for (let at = 0; at < from.size; at += step.length)
      to.take(step.subarray(0, from.read(at, step)))
  } finally {
    step.fill(0)
  }
}

const part = (source: ByteSource, from: number, to: number): ByteSource => ({
  size: to - from,
  read: (offset, target) => {
    const length = Math.max(0, Math.min(target.length, to - from - offset))
    return source.read(from + offset, target.subarray(0, length))
  },
})

const invalid = (message: string): MintmarkError => new MintmarkError('INPUT_INVALID', message)
