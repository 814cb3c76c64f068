/** A scrubbed crash report: the same fields, with the scrubbed core packed and encoded again. */
import { fstatSync, fsyncSync, writeFileSync } from 'node:fs'
import type { Range } from '@mintmark/dump'
import type { BufferedInput } from '@mintmark/scan/buffer/buffer_layout'
import { bufferedSource } from '@mintmark/scan/buffer/buffered_source'
import type { CoreBuffer } from '@mintmark/scan/buffer/core_buffer'
import { CORE_FIELD } from '@mintmark/scan/packing/report_fields'
import { refuseFullDisk } from '../spool/free_space.ts'
import { type Written, writeErased } from './compress.ts'
import { type OpenedReport, openCrashReport } from './crash_report.ts'
import type { Content, Gate, Scrub } from './gate.ts'
import { maskedText, within } from './masked_text.ts'

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
