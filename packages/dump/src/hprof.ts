/**
 * Heap dumps of Java machines (`.hprof`), also Android's.
 *
 * Each record of the heap is memory as the machine wrote it: big-endian, whatever the processor. The object ids that
 * it names are no addresses of the bytes, so no segment has one.
 *
 * Source: OpenJDK, `src/hotspot/share/services/heapDumper.cpp` ("HPROF binary format"); Android,
 * `art/runtime/hprof/hprof.cc` for its own tags.
 *
 * @module
 */
import type { Reader } from '@mintmark/core'
import { HeapReader, isHeapTag } from './hprof_heap.ts'
import type { Layout } from './layout.ts'
import { ask, askReader, type Reading } from './reading.ts'

const MAGIC = 'JAVA PROFILE 1.0'
const RECORD_HEAD_BYTES = 9
const HEAP_DUMP = 0x0c
const HEAP_DUMP_SEGMENT = 0x1c
/** Records that describe: strings of classes and methods, classes, frames, traces, threads, settings. */
const KNOWN_TAGS: ReadonlySet<number> = new Set([
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  0x0a,
  0x0b,
  HEAP_DUMP,
  0x0d,
  0x0e,
  HEAP_DUMP_SEGMENT,
  0x2c,
])
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
export function* readHprof(layout: Layout): Reading<void> {
  layout.container = 'hprof'
  layout.isLittleEndian = false
  const head = yield* ask(0, 64)
  const nameEnd = head.indexOf(0)
  const headBytes = nameEnd + 1 + 12
  if (nameEnd < 0 || nameEnd > 24 || head.length < headBytes) {
    layout.addFlaw('header-damaged', 'the header of a heap dump is cut or damaged')
    return
  }
  layout.addHeader(0, headBytes)
  const reader = yield* askReader(nameEnd + 1, 4, false)
  const idBytes = reader.u32()
  layout.addFact('idBytes', idBytes)
  if (idBytes !== 4 && idBytes !== 8) {
    layout.addFlaw('header-damaged', 'object ids are 4 or 8 bytes long, not as the header says', {
      idBytes,
    })
    return
  }
  yield* readRecords(headBytes, idBytes, layout)
}

function* readRecords(from: number, idBytes: 4 | 8, layout: Layout): Reading<void> {
  const heap = new HeapReader(idBytes, layout)
  let at = from
  let heapRecords = 0
  let isTrusted = true
  for (;;) {
    layout.settle(at)
    if (isTrusted) at = yield* passDescriptions(at, layout)
    const head = yield* askReader(at, RECORD_HEAD_BYTES + 1, false)
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
    if (!KNOWN_TAGS.has(tag)) {
      const facts = { offset: at, tag }
      layout.addFlaw('stream-damaged', 'a record of a kind that there is not', facts)
      // From here on lengths may be anything's: nothing is called structure any more.
      isTrusted = false
    } else if (isHeap(tag)) {
      if (isTrusted) layout.addHeader(at, RECORD_HEAD_BYTES)
      const end = heapEnd(head, body, length)
      at = yield* heap.read({ from: body, end, mayWrap: tag === HEAP_DUMP })
      continue
    } else if (isTrusted && length <= MAX_DESCRIPTION_BYTES && (yield* isRecord(body + length)))
      layout.addTable(at, RECORD_HEAD_BYTES + length)
    at = body + length
  }
}

function isHeap(tag: number): boolean {
  return tag === HEAP_DUMP || tag === HEAP_DUMP_SEGMENT
}

/**
 * Passes short descriptions, of which there are hundred thousands, as long as each is followed by a record.
 *
 * @returns where something else begins, or one that a window does not hold
 */
function* passDescriptions(from: number, layout: Layout): Reading<number> {
  let at = from
  for (;;) {
    const window = yield* askReader(at, WINDOW_BYTES, false)
    const start = at
    while (window.seek(at - start).left >= RECORD_HEAD_BYTES) {
      const tag = window.u8()
      if (isHeap(tag) || !KNOWN_TAGS.has(tag)) return at
      const length = window.skip(4).u32()
      if (window.skip(length).left === 0) break
      if (!KNOWN_TAGS.has(window.u8())) return at
      layout.addTable(at, RECORD_HEAD_BYTES + length)
      at += RECORD_HEAD_BYTES + length
    }
    if (at === start) return at
    layout.settle(at)
  }
}

/** Whether a record begins at `at`, or the file ends there: if not, the length that leads there is damaged. */
function* isRecord(at: number): Reading<boolean> {
  const last = yield* ask(at - 1, 2)
  const tag = last[1]
  return tag === undefined ? last.length === 1 : KNOWN_TAGS.has(tag)
}

/** A machine that dies while it dumps leaves the length 0, which it fills in last. */
function heapEnd(head: Reader, body: number, length: number): number | undefined {
  const isUnfilled = length === 0 && head.left > 0 && isHeapTag(head.u8())
  return isUnfilled ? undefined : body + length
}
