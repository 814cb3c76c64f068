/**
 * Lists in a minidump: a count, and as many rows.
 *
 * @module
 */
import type { Reader } from '@mintmark/core'
import { type Layout, MAX_SEGMENTS } from '../memory/layout.ts'
import { askReader, eachRow, type Reading } from '../memory/reading.ts'
import type { Range } from '../memory/segment.ts'

/** A length and an offset in the file: `MINIDUMP_LOCATION_DESCRIPTOR`. */
export function readLocation(row: Reader): Range {
  const length = row.u32()
  return { offset: row.u32(), length }
}

/**
 * Shows the rows of a list that begins with a u32 count. Some writers align the rows to 8 bytes and leave 4 between,
 * which only the stream's length shows.
 *
 * @returns the rows that were visited
 */
export function* eachListed(
  stream: Range,
  rowBytes: number,
  name: string,
  layout: Layout,
  visit: (row: Reader) => void,
): Reading<number> {
  const { isLittleEndian } = layout
  const head = yield* askReader(stream.offset, Math.min(4, stream.length), isLittleEndian)
  if (head.left < 4) {
    layout.addFlaw('stream-damaged', `${name} is cut`, { offset: stream.offset })
    return 0
  }
  const count = head.u32()
  const padding = stream.length === 8 + count * rowBytes ? 4 : 0
  const offset = stream.offset + 4 + padding
  const fitting = Math.floor(Math.max(0, stream.length - 4 - padding) / rowBytes)
  const rows = Math.min(count, fitting, MAX_SEGMENTS)
  const read = yield* eachRow({ offset, rowBytes, rows, isLittleEndian }, (row) => {
    visit(row)
    return true
  })
  // A stream that is as long as its count says is the list; bytes that were only read as one may be memory.
  if (stream.length === 4 + padding + count * rowBytes)
    layout.addTable(stream.offset, stream.length)
  reportMissing(name, count, read, layout)
  return read
}

/** Says so where fewer rows are there than a list names. */
export function reportMissing(name: string, count: number, read: number, layout: Layout): void {
  if (read === count) return
  layout.addFlaw('table-cut', `${name}: ${read} of ${count} rows are there`, {
    listed: count,
    read,
  })
}
