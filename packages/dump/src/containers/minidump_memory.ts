/**
 * The memory that a minidump lists: `MemoryList`, and `Memory64List` of dumps with all memory.
 *
 * @module
 */
import { type Layout, MAX_SEGMENTS } from '../memory/layout.ts'
import { askReader, eachRow, type Reading } from '../memory/reading.ts'
import type { Range } from '../memory/segment.ts'
import { eachListed, readLocation, reportMissing } from './minidump_lists.ts'

const DESCRIPTOR_BYTES = 16
const HEAD_64_BYTES = 16

export function* readMemoryList(stream: Range, layout: Layout): Reading<void> {
  yield* eachListed(stream, DESCRIPTOR_BYTES, 'MemoryList', layout, (row) => {
    const address = row.u64()
    const { offset, length } = readLocation(row)
    // Nothing was written where the offset is 0: the header is there.
    if (offset > 0) layout.addMemory(offset, length, address)
  })
}

/** All memory is in one run, in the order of the rows, most often as the last bytes of the file. */
export function* readMemory64List(stream: Range, layout: Layout): Reading<void> {
  const { isLittleEndian } = layout
  const head = yield* askReader(
    stream.offset,
    Math.min(stream.length, HEAD_64_BYTES),
    isLittleEndian,
  )
  if (head.left < HEAD_64_BYTES) {
    layout.addFlaw('stream-damaged', 'Memory64List is cut', { offset: stream.offset })
    return
  }
  const count = head.size()
  let at = head.size()
  const fitting = Math.floor((stream.length - HEAD_64_BYTES) / DESCRIPTOR_BYTES)
  const rows = Math.min(count, fitting, MAX_SEGMENTS)
  const table = {
    offset: stream.offset + HEAD_64_BYTES,
    rowBytes: DESCRIPTOR_BYTES,
    rows,
    isLittleEndian,
  }
  const read = yield* eachRow(table, (row) => {
    const address = row.u64()
    const length = row.size()
    if (at + length > Number.MAX_SAFE_INTEGER) {
      layout.addFlaw('stream-damaged', 'Memory64List: a length is past the end of any file')
      return false
    }
    layout.addMemory(at, length, address)
    at += length
    return true
  })
  if (stream.length === HEAD_64_BYTES + count * DESCRIPTOR_BYTES)
    layout.addTable(stream.offset, stream.length)
  reportMissing('Memory64List', count, read, layout)
}
