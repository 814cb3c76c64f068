/** Minidumps. Source: minidumpapiset.h (Windows SDK); `minidump_format.h` of Breakpad. */
import { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import type { Range } from '../memory/segment.ts'
import { generalRegistersIn, wideRegistersIn } from './minidump_contexts.ts'
import {
  readException,
  readMemory64List,
  readMemoryList,
  readModuleList,
  readThreadExList,
  readThreadList,
} from './minidump_lists.ts'
import {
  EXCEPTION,
  isFrame,
  isKnownStream,
  MEMORY_64_LIST,
  MEMORY_LIST,
  MISC_INFO,
  MODULE_LIST,
  SYSTEM_INFO,
  streamName,
  THREAD_EX_LIST,
  THREAD_LIST,
} from './minidump_stream_types.ts'

const HEADER_BYTES = 32
const DIRECTORY_ROW_BYTES = 12
const VERSION = 0xa793
const MAX_STREAMS = 1024
/** Longer tables than any writer makes: what is longer is taken for memory. */
const MAX_FRAME_BYTES = 1 << 24

const ARCHITECTURES: ReadonlyMap<number, string> = new Map([
  [0, 'i386'],
  [1, 'mips'],
  [3, 'ppc'],
  [5, 'arm'],
  [6, 'ia64'],
  [9, 'x86-64'],
  [12, 'arm64'],
  [0x8001, 'sparc'],
  [0x8002, 'ppc64'],
  [0x8003, 'arm64'],
  [0x8004, 'mips64'],
  [0x8005, 'riscv32'],
  [0x8006, 'riscv64'],
])

const SYSTEMS: ReadonlyMap<number, string> = new Map([
  [1, 'Windows'],
  [2, 'Windows'],
  [3, 'Windows'],
  [0x8101, 'macOS'],
  [0x8102, 'iOS'],
  [0x8201, 'Linux'],
  [0x8202, 'Solaris'],
  [0x8203, 'Android'],
  [0x8205, 'NaCl'],
  [0x8206, 'Fuchsia'],
])

interface Stream extends Range {
  readonly type: number
}

const LISTS: ReadonlyMap<number, (stream: Stream, layout: Layout) => void> = new Map([
  [THREAD_LIST, readThreadList],
  [THREAD_EX_LIST, readThreadExList],
  [MODULE_LIST, readModuleList],
  [MEMORY_LIST, readMemoryList],
  [MEMORY_64_LIST, readMemory64List],
])

/** `MDMP`, or the same from a big-endian writer. */
export function isMinidump(head: Uint8Array): boolean {
  const magic = String.fromCodePoint(...head.subarray(0, 4))
  return magic === 'MDMP' || magic === 'PMDM'
}

export function readMinidump(layout: Layout): void {
  layout.container = 'minidump'
  const head = layout.file.bytes(0, HEADER_BYTES)
  const isLittleEndian = head[0] === 0x4d
  layout.isLittleEndian = isLittleEndian
  if (head.length < HEADER_BYTES) {
    layout.addHeader(0, 4)
    layout.addFlaw('header-damaged', 'the file ends inside the header of a minidump', {
      fileBytes: head.length,
    })
    return
  }
  layout.addHeader(0, HEADER_BYTES)
  const reader = new Reader(head, isLittleEndian, 4)
  const version = reader.u32() & 0xffff
  if (version !== VERSION)
    layout.addFlaw('header-damaged', 'the version of the minidump is not one there is', { version })
  const count = reader.u32()
  const streams = readDirectory(reader.u32(), count, layout)
  for (const stream of streams.toSorted((one, other) => one.offset - other.offset))
    readStream(stream, layout)
  // The note of the machine may follow them.
  const architecture = layout.about['architecture']
  for (const context of layout.contexts) {
    layout.addRegisters('wide', wideRegistersIn(context, architecture))
    layout.addRegisters('general', generalRegistersIn(context, architecture))
  }
}

function readDirectory(offset: number, count: number, layout: Layout): Stream[] {
  const streams = new Map<number, Stream>()
  const rows = Math.min(count, MAX_STREAMS)
  let knownRows = 0
  const read = layout.eachRow(offset, DIRECTORY_ROW_BYTES, rows, (row, index) => {
    const stream = { type: row.u32(), length: row.u32(), offset: row.u32() }
    if (isKnownStream(stream.type)) knownRows = index + 1
    if (stream.type === 0) return
    if (streams.has(stream.type))
      layout.addFlaw('stream-damaged', 'a stream is listed twice; the first is read', {
        type: stream.type,
      })
    else streams.set(stream.type, stream)
  })
  layout.addHeader(offset, knownRows * DIRECTORY_ROW_BYTES)
  if (read < count)
    layout.addFlaw('table-cut', `${read} of ${count} streams are listed in the file`, {
      listed: count,
      read,
    })
  return [...streams.values()]
}

function readStream(stream: Stream, layout: Layout): void {
  if (!isFrame(stream.type)) {
    const owner = { kind: 'other', name: streamName(stream.type) } as const
    layout.addMemory(stream.offset, stream.length, undefined, owner)
    return
  }
  const read = LISTS.get(stream.type) ?? readOther
  read(stream, layout)
}

function readOther(stream: Stream, layout: Layout): void {
  if (stream.length <= MAX_FRAME_BYTES) layout.addTable(stream.offset, stream.length)
  else
    layout.addFlaw('stream-damaged', `${streamName(stream.type)} is longer than any`, {
      length: stream.length,
    })
  if (stream.type === EXCEPTION) readException(stream, layout)
  else if (stream.type === SYSTEM_INFO) readSystemInfo(stream, layout)
  else if (stream.type === MISC_INFO) readMiscInfo(stream, layout)
}

function readSystemInfo(stream: Range, layout: Layout): void {
  const info = layout.reader(stream.offset, Math.min(stream.length, 56))
  if (info.left < 24) {
    layout.addFlaw('names-damaged', 'SystemInfo is cut')
    return
  }
  const architecture = info.u16()
  const system = info.seek(20).u32()
  layout.addFact('architecture', ARCHITECTURES.get(architecture) ?? `architecture ${architecture}`)
  layout.addFact('system', SYSTEMS.get(system) ?? `system ${system}`)
}

function readMiscInfo(stream: Range, layout: Layout): void {
  const info = layout.reader(stream.offset, Math.min(stream.length, 24))
  if (info.left < 12) return
  const hasProcessId = (info.seek(4).u32() & 1) === 1
  if (hasProcessId) layout.addFact('process', info.u32())
}
