/** Windows dumps with a bit for each physical page: those whose bit is set are in the file. */
import type { Reader } from '@mintmark/core'
import type { Layout } from '../memory/layout.ts'

export const PAGE_BYTES = 4096

const HEADER_BYTES = 0x38
const CHUNK_BYTES = 1 << 20
/** A bit for each page of 16 TiB. */
const MAX_BITMAP_BYTES = 1 << 29
/** No bitmap takes more, and what is behind it has an offset that a number holds. */
const MAX_FIRST_PAGE = 2 ** 40
/** Pages that begin within a word would hide what is at multiples of a word's size. */
export const WORD_BYTES = 8

export interface HeaderLayout {
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

export function readBitmapDump(header: HeaderLayout, layout: Layout): void {
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
