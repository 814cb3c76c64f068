/** The text of a crash report without erased bytes, still readable as a report. */
import type { Range } from '@mintmark/dump'
import { startsIn } from '@mintmark/scan/packing/report_fields'

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
