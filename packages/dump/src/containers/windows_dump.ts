/**
 * Windows kernel and full dumps (`MEMORY.DMP`): runs or a bitmap of physical pages. Triage dumps
 * have no addresses. Source: `DUMP_HEADER64`, `DUMP_HEADER32`, `SUMMARY_DUMP32`; kdmp-parser for
 * bitmaps of Windows 8 and `RDMP` of Windows 10.
 */
import { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'

const PAGE_BYTES = 4096
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

const HEADER_BYTES = 0x38
const CHUNK_BYTES = 1 << 20
/** A bit for each page of 16 TiB. */
const MAX_BITMAP_BYTES = 1 << 29
/** No bitmap takes more, and what is behind it has an offset that a number holds. */
const MAX_FIRST_PAGE = 2 ** 40
/** Pages that begin within a word would hide what is at multiples of a word's size. */
const WORD_BYTES = 8

interface HeaderLayout {
  readonly bits: 32 | 64
  readonly headerBytes: number
  readonly machine: number
  readonly processors: number
  readonly bugCheck: number
  readonly runCount: number
  readonly runs: number
  readonly runBytes: number
  readonly maxRuns: number
  readonly dumpType: number
}

interface Bitmap {
  readonly offset: number
  readonly length: number
  readonly firstPage: number
  readonly presentPages: number
}

function readBitmapDump(header: HeaderLayout, layout: Layout): void {
  const start = header.headerBytes
  const head = layout.reader(start, HEADER_BYTES)
  if (head.left < HEADER_BYTES) {
    layout.addFlaw('table-cut', 'the file ends inside the header of its bitmap')
    return
  }
  const wide = wideBitmap(head, start)
  const narrow = narrowBitmap(head, start)
  const bitmap = [header.bits === 64 ? wide : narrow, wide, narrow].find(isPlausible)
  if (bitmap === undefined) {
    layout.addFlaw('header-damaged', 'the header of the bitmap makes no sense')
    return
  }
  layout.addTable(start, bitmap.offset - start)
  const pages = addPages(bitmap, layout)
  if (pages !== bitmap.presentPages && !layout.isFull)
    layout.addFlaw('stream-damaged', 'the bitmap does not list the number of pages it should', {
      listed: pages,
      expected: bitmap.presentPages,
    })
}

function wideBitmap(head: Reader, start: number): Bitmap {
  const firstPage = head.seek(0x20).size()
  const presentPages = head.size()
  return { offset: start + 0x38, length: Math.ceil(head.size() / 8), firstPage, presentPages }
}

/** `SUMMARY_DUMP32`, and what came before Windows 8. */
function narrowBitmap(head: Reader, start: number): Bitmap {
  const firstPage = head.seek(0x0c).u32()
  const length = Math.ceil(head.u32() / 8)
  return { offset: start + 0x20, length, firstPage, presentPages: head.u32() }
}

function isPlausible(bitmap: Bitmap): boolean {
  const { offset, length, firstPage } = bitmap
  const isInFile = firstPage >= offset + length && firstPage <= MAX_FIRST_PAGE
  if (firstPage % WORD_BYTES !== 0) return false
  return length > 0 && length <= MAX_BITMAP_BYTES && isInFile
}

class Run {
  pages = 0
  readonly #layout: Layout
  #at: number
  #first = 0
  #length = 0

  constructor(firstPageOffset: number, layout: Layout) {
    this.#at = firstPageOffset
    this.#layout = layout
  }

  get isFull(): boolean {
    return this.#layout.isFull
  }

  add(page: number, count: number): void {
    if (this.#first + this.#length !== page) this.close()
    if (this.#length === 0) this.#first = page
    this.#length += count
    this.pages += count
  }

  close(): void {
    const length = this.#length * PAGE_BYTES
    if (length === 0 || this.#at + length > Number.MAX_SAFE_INTEGER) return
    this.#layout.addMemory(this.#at, length, BigInt(this.#first) * BigInt(PAGE_BYTES))
    this.#at += length
    this.#length = 0
  }
}

function addPages(bitmap: Bitmap, layout: Layout): number {
  const run = new Run(bitmap.firstPage, layout)
  for (let from = 0; from < bitmap.length && !layout.isFull; from += CHUNK_BYTES) {
    const wanted = Math.min(CHUNK_BYTES, bitmap.length - from)
    const bytes = layout.file.bytes(bitmap.offset + from, wanted)
    layout.addTable(bitmap.offset + from, bytes.length)
    addBits(bytes, from * 8, run)
    if (bytes.length < wanted) {
      layout.addFlaw('table-cut', 'the file ends inside its bitmap of pages')
      break
    }
  }
  run.close()
  return run.pages
}

function addBits(bytes: Uint8Array, firstPage: number, run: Run): void {
  for (let index = 0; index < bytes.length && !run.isFull; index++) {
    const byte = bytes[index] ?? 0
    if (byte === 0) continue
    const page = firstPage + index * 8
    if (byte === 0xff) run.add(page, 8)
    else for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) run.add(page + bit, 1)
  }
}
