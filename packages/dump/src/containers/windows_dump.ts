/**
 * Windows kernel and full dumps (`MEMORY.DMP`): runs or a bitmap of physical pages. Triage dumps
 * have no addresses. Source: `DUMP_HEADER64`, `DUMP_HEADER32`, `SUMMARY_DUMP32`; kdmp-parser for
 * bitmaps of Windows 8 and `RDMP` of Windows 10.
 */
import { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'
import { type HeaderLayout, PAGE_BYTES, readBitmapDump, WORD_BYTES } from './windows_bitmap.ts'

const RANGE_ROW_BYTES = 16
const RANGES_OFFSET = 0x30
const MAX_RANGES = 1 << 20

const HEADER_64: HeaderLayout = {
  bits: 64,
  headerBytes: 0x2000,
  machine: 0x30,
  processors: 0x34,
  bugCheck: 0x38,
  runCount: 0x88,
  runs: 0x98,
  runBytes: 16,
  maxRuns: 42,
  dumpType: 0xf98,
}

const HEADER_32: HeaderLayout = {
  bits: 32,
  headerBytes: 0x1000,
  machine: 0x20,
  processors: 0x24,
  bugCheck: 0x28,
  runCount: 0x64,
  runs: 0x6c,
  runBytes: 8,
  maxRuns: 86,
  dumpType: 0xf88,
}

const MACHINES: ReadonlyMap<number, string> = new Map([
  [0x14c, 'i386'],
  [0x1c4, 'arm'],
  [0x8664, 'x86-64'],
  [0xaa64, 'arm64'],
])

export function isWindowsDump(head: Uint8Array): boolean {
  const magic = letters(head, 0, 8)
  return magic === 'PAGEDU64' || magic === 'PAGEDUMP'
}

export function readWindowsDump(layout: Layout): void {
  layout.container = 'windows-full'
  const head = layout.file.bytes(0, HEADER_64.headerBytes)
  const header = letters(head, 4, 8) === 'DU64' ? HEADER_64 : HEADER_32
  if (head.length < header.headerBytes) {
    layout.addHeader(0, 8)
    layout.addFlaw('header-damaged', 'the file ends inside the header of a Windows dump', {
      fileBytes: head.length,
    })
    return
  }
  const reader = new Reader(head, true)
  reportMachine(reader, header, layout)
  layout.addHeader(0, header.headerBytes)
  const type = reader.seek(header.dumpType).u32()
  const runs = readRuns(reader, header)
  const magic = layout.file.bytes(header.headerBytes, 12)
  if (isBitmap(magic)) {
    layout.container = 'windows-bitmap'
    readBitmapDump(header, layout)
  } else if (letters(magic, 4, 12) === 'RDMPDUMP') {
    layout.container = 'windows-bitmap'
    readRangeDump(header, layout)
  } else if (type === 1 || runs !== undefined) addRuns(runs, header, layout)
  else
    layout.addFlaw('not-understood', `a Windows dump of type ${type}, whose pages are not listed`, {
      type,
    })
}

function letters(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCodePoint(...bytes.subarray(from, to))
}

function isBitmap(magic: Uint8Array): boolean {
  const name = letters(magic, 0, 8)
  return name === 'SDMPDUMP' || name === 'FDMPDUMP'
}

function reportMachine(reader: Reader, header: HeaderLayout, layout: Layout): void {
  const machine = reader.seek(header.machine).u32()
  layout.addFact('architecture', MACHINES.get(machine) ?? `machine ${machine}`)
  layout.addFact('processors', reader.seek(header.processors).u32())
  layout.addFact('bugCheck', `0x${reader.seek(header.bugCheck).u32().toString(16)}`)
}

interface Runs {
  readonly runs: readonly { readonly page: bigint; readonly pages: number }[]
  /** The header's own sum of the pages is that of the runs. */
  readonly isSound: boolean
}

/** Undefined where there are none, or the field was left unwritten (`PAGEPAGE…`). */
function readRuns(reader: Reader, header: HeaderLayout): Runs | undefined {
  const count = reader.seek(header.runCount).u32()
  const total = header.bits === 64 ? reader.skip(4).size() : reader.u32()
  if (count === 0 || count === 0x45474150) return undefined
  const runs: { page: bigint; pages: number }[] = []
  let sum = 0
  reader.seek(header.runs)
  for (let index = 0; index < Math.min(count, header.maxRuns); index++) {
    const page = header.bits === 64 ? reader.u64() : BigInt(reader.u32())
    const pages = header.bits === 64 ? reader.size() : reader.u32()
    sum += pages
    runs.push({ page, pages })
  }
  return { runs, isSound: count <= header.maxRuns && sum === total }
}

function addRuns(runs: Runs | undefined, header: HeaderLayout, layout: Layout): void {
  if (runs === undefined) {
    layout.addFlaw('header-damaged', 'a full dump that lists no run of pages')
    return
  }
  if (!runs.isSound)
    layout.addFlaw(
      'header-damaged',
      'the runs of pages do not add up; later addresses may be wrong',
      {
        runs: runs.runs.length,
      },
    )
  let at = header.headerBytes
  for (const { page, pages } of runs.runs) {
    const length = pages * PAGE_BYTES
    if (at + length > Number.MAX_SAFE_INTEGER) break
    layout.addMemory(at, length, BigInt.asUintN(64, page * BigInt(PAGE_BYTES)))
    at += length
  }
}

function readRangeDump(header: HeaderLayout, layout: Layout): void {
  const start = header.headerBytes
  const head = layout.reader(start, RANGES_OFFSET)
  if (head.left < RANGES_OFFSET) {
    layout.addFlaw('table-cut', 'the file ends inside its list of page ranges')
    return
  }
  const firstPage = head.seek(0x18).size()
  const tableBytes = firstPage - start - RANGES_OFFSET
  const isAligned = firstPage % WORD_BYTES === 0
  if (!isAligned || tableBytes < 0 || tableBytes > MAX_RANGES * RANGE_ROW_BYTES) {
    layout.addFlaw('header-damaged', 'the first page is where no page can be', { firstPage })
    return
  }
  let at = firstPage
  const rows = Math.floor(tableBytes / RANGE_ROW_BYTES)
  const read = layout.eachRow(start + RANGES_OFFSET, RANGE_ROW_BYTES, rows, (row) => {
    const page = row.u64()
    const length = row.size() * PAGE_BYTES
    if (page === 0n || at + length > Number.MAX_SAFE_INTEGER) return false
    layout.addMemory(at, length, BigInt.asUintN(64, page * BigInt(PAGE_BYTES)))
    at += length
    return true
  })
  layout.addTable(start, RANGES_OFFSET + read * RANGE_ROW_BYTES)
}
