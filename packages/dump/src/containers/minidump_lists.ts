/** Lists in a minidump, a count and as many rows: of memory, modules and threads. */
import type { Reader } from '@mintmark/core'
import { type Layout, MAX_SEGMENTS } from '../memory/layout.ts'
import type { Owner, Range } from '../memory/segment.ts'

function readLocation(row: Reader): Range {
  const length = row.u32()
  return { offset: row.u32(), length }
}

/** Gives the rows visited. Behind the u32 count some writers pad 4 bytes: see the length. */
function eachListed(
  stream: Range,
  rowBytes: number,
  name: string,
  layout: Layout,
  visit: (row: Reader) => void,
): number {
  const head = layout.reader(stream.offset, Math.min(4, stream.length))
  if (head.left < 4) {
    layout.addFlaw('stream-damaged', `${name} is cut`, { offset: stream.offset })
    return 0
  }
  const count = head.u32()
  const padding = stream.length === 8 + count * rowBytes ? 4 : 0
  const offset = stream.offset + 4 + padding
  const fitting = Math.floor(Math.max(0, stream.length - 4 - padding) / rowBytes)
  const rows = Math.min(count, fitting, MAX_SEGMENTS)
  const read = layout.eachRow(offset, rowBytes, rows, visit)
  // A stream as long as its count says is the list; others may be memory.
  if (stream.length === 4 + padding + count * rowBytes)
    layout.addTable(stream.offset, stream.length)
  reportMissing(name, count, read, layout)
  return read
}

function reportMissing(name: string, count: number, read: number, layout: Layout): void {
  if (read === count) return
  layout.addFlaw('table-cut', `${name}: ${read} of ${count} rows are there`, {
    listed: count,
    read,
  })
}

const DESCRIPTOR_BYTES = 16
const HEAD_64_BYTES = 16

export function readMemoryList(stream: Range, layout: Layout): void {
  eachListed(stream, DESCRIPTOR_BYTES, 'MemoryList', layout, (row) => {
    const address = row.u64()
    const { offset, length } = readLocation(row)
    // Nothing was written where the offset is 0: the header is there.
    if (offset > 0) layout.addMemory(offset, length, address)
  })
}

/** All memory is in one run, in the order of the rows, most often as the last bytes of the file. */
export function readMemory64List(stream: Range, layout: Layout): void {
  const head = layout.reader(stream.offset, Math.min(stream.length, HEAD_64_BYTES))
  if (head.left < HEAD_64_BYTES) {
    layout.addFlaw('stream-damaged', 'Memory64List is cut', { offset: stream.offset })
    return
  }
  const count = head.size()
  let at = head.size()
  const fitting = Math.floor((stream.length - HEAD_64_BYTES) / DESCRIPTOR_BYTES)
  const rows = Math.min(count, fitting, MAX_SEGMENTS)
  const read = layout.eachRow(stream.offset + HEAD_64_BYTES, DESCRIPTOR_BYTES, rows, (row) => {
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

const MODULE_BYTES = 108
const MAX_MODULES = 1 << 16
/** Windows paths have at most 32,767 letters; names are shown far shorter. */
const MAX_NAME_BYTES = 2048
const MAX_RECORD_BYTES = 1 << 16

interface Module {
  readonly from: bigint
  readonly to: bigint
  readonly nameOffset: number
}

export function readModuleList(stream: Range, layout: Layout): void {
  const modules: Module[] = []
  const records: Range[] = []
  eachListed(stream, MODULE_BYTES, 'ModuleList', layout, (row) => {
    if (modules.length >= MAX_MODULES) return
    const start = row.at
    const from = row.u64()
    const to = from + BigInt(row.u32())
    const nameOffset = row.skip(8).u32()
    row.seek(start + 76) // checksum, time and version come before the debug records
    records.push(readLocation(row), readLocation(row))
    modules.push({ from, to, nameOffset })
  })
  layout.addFact('modules', modules.length)
  for (const { offset, length } of records)
    if (offset > 0 && length <= MAX_RECORD_BYTES) layout.addTable(offset, length)
  for (const module of modules.toSorted((one, other) => one.nameOffset - other.nameOffset))
    nameModule(module, layout)
}

function nameModule(module: Module, layout: Layout): void {
  const name = readString(module.nameOffset, layout)
  if (name === undefined)
    layout.addFlaw('names-damaged', 'a module has no name where it should', {
      offset: module.nameOffset,
    })
  const owner: Owner = { kind: 'module', name: name ?? 'module without a name' }
  layout.addMapping(module.from, module.to, owner)
}

/** `MINIDUMP_STRING`: length in bytes, UTF-16 in the dump's order, a NUL not counted. */
function readString(offset: number, layout: Layout): string | undefined {
  const head = layout.reader(offset, 4)
  if (offset === 0 || head.left < 4) return undefined
  const length = head.u32()
  if (length === 0 || length % 2 === 1 || length > MAX_RECORD_BYTES) return undefined
  const bytes = layout.file.bytes(offset + 4, Math.min(length, MAX_NAME_BYTES))
  if (bytes.length < Math.min(length, MAX_NAME_BYTES)) return undefined
  layout.addTable(offset, 4 + length + 2)
  const letters = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let name = ''
  for (let at = 0; at + 2 <= bytes.length; at += 2)
    name += String.fromCharCode(letters.getUint16(at, layout.isLittleEndian))
  return name
}

const THREAD_BYTES = 48
const THREAD_EX_BYTES = 64
const EXCEPTION_BYTES = 168
/** The widest, of x86-64 with all vector state, is below 16 KiB. */
const MAX_CONTEXT_BYTES = 1 << 16

export function readThreadList(stream: Range, layout: Layout): void {
  const addThread = (row: Reader): void => readThread(row, layout)
  layout.addFact('threads', eachListed(stream, THREAD_BYTES, 'ThreadList', layout, addThread))
}

/** Itanium's form of the list: each thread has a second stack, for registers. */
export function readThreadExList(stream: Range, layout: Layout): void {
  eachListed(stream, THREAD_EX_BYTES, 'ThreadExList', layout, (row) => {
    readThread(row, layout)
    const address = row.u64()
    const { offset, length } = readLocation(row)
    if (offset > 0) layout.addMemory(offset, length, address)
  })
}

function readThread(row: Reader, layout: Layout): void {
  const name = String(row.u32())
  row.skip(20) // suspend count, priority and the address of the environment block
  const address = row.u64()
  const { offset, length } = readLocation(row)
  if (length > 0) {
    // With all memory in the dump, the stack is only named here, and is in a longer run.
    layout.addStack(address, name)
    if (offset > 0) layout.addMemory(offset, length, address, { kind: 'stack', name })
  }
  addContext(readLocation(row), layout)
}

function addContext(context: Range, layout: Layout): void {
  if (context.offset > 0 && context.length <= MAX_CONTEXT_BYTES) layout.addContext(context)
}

export function readException(stream: Range, layout: Layout): void {
  const wanted = Math.min(stream.length, EXCEPTION_BYTES)
  const record = layout.reader(stream.offset, wanted)
  if (record.left < EXCEPTION_BYTES) {
    layout.addFlaw('stream-damaged', 'Exception is cut', { offset: stream.offset })
    return
  }
  layout.addFact('thread', record.u32())
  addContext(readLocation(record.seek(EXCEPTION_BYTES - 8)), layout)
}
