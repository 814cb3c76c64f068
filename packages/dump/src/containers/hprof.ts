/**
 * Heap dumps of Java machines (`.hprof`), also Android's. Always big-endian; object ids are no
 * addresses. Source: OpenJDK, `heapDumper.cpp` ("HPROF binary format"); Android,
 * `art/runtime/hprof/hprof.cc`.
 */
import type { Layout } from '../memory/layout.ts'
import { HeapReader, isHeapTag } from './hprof_heap.ts'

const MAGIC = 'JAVA PROFILE 1.0'
const RECORD_HEAD_BYTES = 9
const HEAP_DUMP = 0x0c
const HEAP_DUMP_SEGMENT = 0x1c
/** Records that describe: strings, classes, frames, traces, threads, settings. */
const DESCRIPTIONS = [1, 2, 3, 4, 5, 6, 7, 0x0a, 0x0b, 0x0d, 0x0e, 0x2c]
const KNOWN: ReadonlySet<number> = new Set([...DESCRIPTIONS, HEAP_DUMP, HEAP_DUMP_SEGMENT])
/** Names have 65,535 bytes at most, traces some thousand frames: longer may be anything. */
const MAX_DESCRIPTION_BYTES = 1 << 20
/** Of all kinds: descriptions are hundred thousands, heap records a megabyte or longer. */
const MAX_RECORDS = 1 << 24

export function isHprof(head: Uint8Array): boolean {
  return String.fromCodePoint(...head.subarray(0, MAGIC.length)) === MAGIC
}

export function readHprof(layout: Layout): void {
  layout.container = 'hprof'
  layout.isLittleEndian = false
  const head = layout.file.bytes(0, 64)
  const nameEnd = head.indexOf(0)
  const headBytes = nameEnd + 1 + 12
  if (nameEnd < 0 || nameEnd > 24 || head.length < headBytes) {
    layout.addFlaw('header-damaged', 'the header of a heap dump is cut or damaged')
    return
  }
  layout.addHeader(0, headBytes)
  const reader = layout.reader(nameEnd + 1, 4)
  const idBytes = reader.u32()
  layout.addFact('idBytes', idBytes)
  if (idBytes !== 4 && idBytes !== 8) {
    layout.addFlaw('header-damaged', 'object ids are 4 or 8 bytes long, not as the header says', {
      idBytes,
    })
    return
  }
  readRecords(headBytes, idBytes, layout)
}

function readRecords(from: number, idBytes: 4 | 8, layout: Layout): void {
  const heap = new HeapReader(idBytes, layout)
  let at = from
  let isTrusted = true
  for (let records = 0; ; records++) {
    const head = layout.reader(at, RECORD_HEAD_BYTES + 1)
    if (head.left < RECORD_HEAD_BYTES) {
      if (head.left > 0) reportCut(at, layout)
      return
    }
    if (records === MAX_RECORDS) {
      layout.addFlaw('table-cut', 'more records than are read', { offset: at })
      return
    }
    const tag = head.u8()
    const length = head.skip(4).u32()
    const body = at + RECORD_HEAD_BYTES
    if (!KNOWN.has(tag)) {
      const facts = { offset: at, tag }
      layout.addFlaw('stream-damaged', 'a record of a kind that there is not', facts)
      // From here on lengths may be anything's: nothing is called structure any more.
      isTrusted = false
    } else if (tag === HEAP_DUMP || tag === HEAP_DUMP_SEGMENT) {
      if (isTrusted) layout.addHeader(at, RECORD_HEAD_BYTES)
      // A machine that dies while it dumps leaves the length 0, which it fills in last.
      const isUnfilled = length === 0 && head.left > 0 && isHeapTag(head.u8())
      at = heap.read(body, isUnfilled ? undefined : body + length)
      continue
    } else if (isTrusted) addDescription(at, body + length, layout)
    at = body + length
  }
}

/** If anything but a record follows, the length that leads there is damaged. */
function addDescription(at: number, end: number, layout: Layout): void {
  if (end - at > MAX_DESCRIPTION_BYTES) return
  const [last, next] = layout.file.bytes(end - 1, 2)
  if (last === undefined) reportCut(at, layout)
  else if (next === undefined || KNOWN.has(next)) layout.addTable(at, end - at)
}

function reportCut(offset: number, layout: Layout): void {
  layout.addFlaw('table-cut', 'the file ends inside a record', { offset })
}
