/**
 * Heap dumps of Java machines (`.hprof`), also Android's. Each record of the heap is memory as the machine wrote it:
 * big-endian, whatever the processor. The object ids that it names are no addresses of the bytes, so no segment has
 * one. Source: OpenJDK, `src/hotspot/share/services/heapDumper.cpp` ("HPROF binary format"); Android,
 * `art/runtime/hprof/hprof.cc` for its own tags.
 */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import { HeapReader, isHeapTag } from './hprof_heap.ts'

const MAGIC = 'JAVA PROFILE 1.0'
const RECORD_HEAD_BYTES = 9
const HEAP_DUMP = 0x0c
const HEAP_DUMP_SEGMENT = 0x1c
/** Records that describe: strings of classes and methods, classes, frames, traces, threads, settings. */
const KNOWN_TAGS = [
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  0x0a,
  0x0b,
  0x0d,
  0x0e,
  0x2c,
  HEAP_DUMP,
  HEAP_DUMP_SEGMENT,
] as const
/** 1 at each tag: it is looked up for every record. */
const KNOWN = new Uint8Array(256)
for (const tag of KNOWN_TAGS) KNOWN[tag] = 1
/** A name has at most 65,535 bytes, and a trace some thousand frames: what is longer may be anything. */
const MAX_DESCRIPTION_BYTES = 1 << 20
const WINDOW_BYTES = 4096
/** Records of the heap, which are a megabyte each or longer, and descriptions that are as long as a window. */
const MAX_HEAP_RECORDS = 1 << 20

/** Whether the file begins as a heap dump does. */
export function isHprof(head: Uint8Array): boolean {
  return String.fromCodePoint(...head.subarray(0, MAGIC.length)) === MAGIC
}

/** Reads a dump that {@link isHprof}. */
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
  const reader = layout.file.reader(nameEnd + 1, 4, false)
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
  let heapRecords = 0
  let isTrusted = true
  for (;;) {
    if (isTrusted) at = passDescriptions(at, layout)
    const head = layout.file.reader(at, RECORD_HEAD_BYTES + 1, false)
    if (head.left < RECORD_HEAD_BYTES) {
      if (head.left > 0)
        layout.addFlaw('table-cut', 'the file ends inside a record', { offset: at })
      return
    }
    const tag = head.u8()
    const length = head.skip(4).u32()
    const body = at + RECORD_HEAD_BYTES
    if (++heapRecords > MAX_HEAP_RECORDS) {
      layout.addFlaw('table-cut', 'more records than are read', { offset: at })
      return
    }
    if (KNOWN[tag] === 0) {
      const facts = { offset: at, tag }
      layout.addFlaw('stream-damaged', 'a record of a kind that there is not', facts)
      // From here on lengths may be anything's: nothing is called structure any more.
      isTrusted = false
    } else if (isHeap(tag)) {
      if (isTrusted) layout.addHeader(at, RECORD_HEAD_BYTES)
      const end = heapEnd(head, body, length)
      at = heap.read({ from: body, end, mayWrap: tag === HEAP_DUMP })
      continue
    } else if (isTrusted && length <= MAX_DESCRIPTION_BYTES) {
      const behind = whatIsAt(body + length, layout)
      if (behind === 'record') layout.addTable(at, RECORD_HEAD_BYTES + length)
      else if (behind === 'missing')
        layout.addFlaw('table-cut', 'the file ends inside a record', { offset: at })
    }
    at = body + length
  }
}

/** A u32 in the middle of bytes that are there. */
function bigEndian(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  return high * 0x1_0000 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
}

function isHeap(tag: number): boolean {
  return tag === HEAP_DUMP || tag === HEAP_DUMP_SEGMENT
}

/**
 * Passes short descriptions (there are hundred thousands) as long as each is followed by a record.
 * @returns where something else begins, or one that a window does not hold
 */
function passDescriptions(from: number, layout: Layout): number {
  let at = from
  for (;;) {
    const bytes = layout.file.bytes(at, WINDOW_BYTES)
    const start = at
    let isOver = false
    while (!isOver && bytes.length - (at - start) >= RECORD_HEAD_BYTES) {
      const offset = at - start
      const next = offset + RECORD_HEAD_BYTES + bigEndian(bytes, offset + 5)
      const isDescription = KNOWN[bytes[offset] ?? 0] === 1 && !isHeap(bytes[offset] ?? 0)
      if (!isDescription) isOver = true
      else if (next >= bytes.length) break
      else if (KNOWN[bytes[next] ?? 0] === 0) isOver = true
      else at = start + next
    }
    layout.addTable(start, at - start)
    if (isOver || at === start) return at
  }
}

/**
 * Whether a record begins at `at`, or the file ends there: if anything else does, the length that leads there is
 * damaged; if the file ends before, the record is cut.
 */
function whatIsAt(at: number, layout: Layout): 'record' | 'other' | 'missing' {
  const last = layout.file.bytes(at - 1, 2)
  if (last.length === 0) return 'missing'
  const tag = last[1]
  return tag === undefined || KNOWN[tag] === 1 ? 'record' : 'other'
}

/** A machine that dies while it dumps leaves the length 0, which it fills in last. */
function heapEnd(head: Reader, body: number, length: number): number | undefined {
  const isUnfilled = length === 0 && head.left > 0 && isHeapTag(head.u8())
  return isUnfilled ? undefined : body + length
}
