/** A scrubbed crash report: the same fields, with the scrubbed core packed and encoded again. */
import { fstatSync, fsyncSync, writeFileSync } from 'node:fs'
import { MintmarkError } from '@mintmark/core'
import type { ByteSource, Range } from '@mintmark/dump'
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import { bufferedSource } from '@mintmark/scan/buffer/buffered_source'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import type { Sink } from '@mintmark/scan/buffer/small_buffer'
import { type Opened, openPacked } from '@mintmark/scan/embedded/open_packed'
import { MAGIC_BYTES, packerOf } from '@mintmark/scan/packing/packers'
import { CORE_FIELD, coreFieldOf, startsIn } from '@mintmark/scan/packing/report_fields'
import { refuseFullDisk } from '../spool/spool.ts'
import { CheckedSink } from './checked_sink.ts'
import { type Written, writeErased } from './compress.ts'
import type { Content, Gate, Scrub } from './gate.ts'

/** Before base64: readers of reports keep a line in memory. A multiple of three. */
const LINE_BYTES = 3 << 18
const NOT_CLEAN = 'the text of the report'

interface Sides {
  readonly before: Buffer
  readonly after: Buffer
}

export async function openedReport(
  gate: Gate,
  report: BufferedInput,
  newBuffer: () => CoreBuffer,
): Promise<Content> {
  const [packed, buffer] = [newBuffer(), newBuffer()]
  const parts = await openCrashReport(
    bufferedSource(report),
    { packed, opened: buffer },
    { maxSizeBytes: gate.limits.maxSizeBytes, check: checkOf(gate) },
  )
  const input = buffer.input()
  return {
    input,
    coreBytes: parts.coreBytes,
    spilledBytes: buffer.spilledBytes,
    suffix: 'crash',
    compression: 'apport',
    async ready(erased, scrub) {
      const behind = bytesBehind(input, parts.coreBytes)
      const sides = maskedSides(behind, parts, erased)
      if (!(await isClean(sides, newBuffer(), scrub))) return NOT_CLEAN
      return (file) => writeReport(file, { gate, input, parts, behind, sides, erased })
    },
  }
}

const checkOf =
  ({ spool, limits }: Gate) =>
  () =>
    refuseFullDisk(spool, limits.keepFreeBytes)

function bytesBehind(input: BufferedInput, from: number): Buffer {
  const bytes = Buffer.alloc(input.size - from)
  bufferedSource(input).read(from, bytes)
  return bytes
}

function maskedSides(
  behind: Buffer,
  { coreBytes, textAt, beforeBytes }: OpenedReport,
  erased: readonly Range[],
): Sides {
  const text = behind.subarray(textAt - coreBytes)
  const inText = within(erased, textAt, textAt + text.length)
  return {
    before: maskedText(text.subarray(0, beforeBytes), within(inText, 0, beforeBytes)),
    after: maskedText(text.subarray(beforeBytes), within(inText, beforeBytes, text.length)),
  }
}

/** The scrub saw zeros where asterisks are now: it examines the text again, as written. */
async function isClean(
  { before, after }: Sides,
  buffer: CoreBuffer,
  scrub: Scrub,
): Promise<boolean> {
  buffer.take(before)
  buffer.take(after)
  const again = await scrub(buffer.input(), 'text')
  return again.isClean && again.erased.length === 0
}

interface Report {
  readonly gate: Gate
  readonly input: BufferedInput
  readonly parts: OpenedReport
  readonly behind: Buffer
  readonly sides: Sides
  readonly erased: readonly Range[]
}

async function writeReport(
  file: number,
  { gate, input, parts, behind, sides, erased }: Report,
): Promise<Written> {
  writeFileSync(file, sides.before)
  writeFileSync(file, CORE_FIELD)
  const outlet = { file, compression: 'gzip', check: checkOf(gate), encode: inLines } as const
  const sums = await writeErased(input, parts.coreBytes, erased, outlet)
  writeFileSync(file, sides.after)
  fsyncSync(file)
  return {
    rawSha256: sums.raw.copy().digest('hex'),
    sha256: sums.scrubbed.digest('hex'),
    bufferedSha256: sums.raw.update(behind).digest('hex'),
    bytes: fstatSync(file).size,
  }
}

async function* inLines(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let [waiting, bytes]: [Buffer[], number] = [[], 0]
  for await (const chunk of packed) {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < LINE_BYTES) continue
    const all = Buffer.concat(waiting)
    yield line(all.subarray(0, LINE_BYTES))
    waiting = [all.subarray(LINE_BYTES)]
    bytes -= LINE_BYTES
  }
  yield line(Buffer.concat(waiting))
}

const line = (bytes: Buffer): Buffer => Buffer.from(` ${bytes.toString('base64')}\n`)

interface OpenedReport {
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
async function openCrashReport(
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

const NEWLINE = 0x0a
const BLANK = 0x20
const COLON = 0x3a
const MASK = 0x2a
const IS_PACKED = /^ base64\s*\n/
const REMOVED = ' removed: it held a private key\n'

/**
 * A copy with asterisks for erased bytes. A packed field or a name that has one goes as a whole.
 * @param erased sorted and disjoint
 */
export function maskedText(text: Buffer, erased: readonly Range[]): Buffer {
  const starts = text.length === 0 ? [] : [0, ...startsIn(text)]
  const parts = starts.map((from, i) => {
    const to = starts[i + 1] ?? text.length
    const own = within(erased, from, to)
    return own.length === 0 ? text.subarray(from, to) : maskedField(text.subarray(from, to), own)
  })
  return Buffer.concat(parts)
}

function maskedField(field: Buffer, erased: readonly Range[]): Buffer {
  const valueAt = field.indexOf(COLON) + 1
  if (valueAt === 0 || within(erased, 0, valueAt).length > 0) return Buffer.alloc(0)
  if (IS_PACKED.test(field.toString('latin1', valueAt, valueAt + 64)))
    return Buffer.concat([field.subarray(0, valueAt), Buffer.from(REMOVED)])
  const masked = Buffer.from(field)
  for (const { offset, length } of erased)
    for (let at = offset; at < offset + length; at++) if (!isFrame(field, at)) masked[at] = MASK
  return masked
}

const isFrame = (field: Buffer, at: number): boolean =>
  field[at] === NEWLINE || (field[at] === BLANK && field[at - 1] === NEWLINE)

export function within(ranges: readonly Range[], from: number, to: number): readonly Range[] {
  return ranges.flatMap(({ offset, length }) => {
    const [begin, end] = [Math.max(from, offset), Math.min(to, offset + length)]
    return begin < end ? [{ offset: begin - from, length: end - begin }] : []
  })
}
