/**
 * CSV rows out of bytes: RFC 4180 with quotes taken loosely, as csv-parse reads them.
 *
 * This module finds where rows begin and end, so that their lines are exact, no row can take all memory,
 * and a quote that never closes costs only its own row; the cells are read by csv-parse, many rows at a time.
 *
 * A row with too few cells, or with text in cells that the header has not, is rejected: it would put values
 * under wrong names. When such a row spans lines, reading goes on at its second line.
 *
 * Cost: one pass to find the rows, one by csv-parse. Memory: one chunk and one row.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer'
import { MAX_COLUMNS, MAX_ROW_BYTES } from '../model/limits.ts'
import type { RowTaker } from '../model/row_taker.ts'
import { ByteTail } from './byte_tail.ts'
import { readCells } from './csv_cells.ts'
import { rowOf } from './row_of.ts'

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22

type Cell = 'start' | 'open' | 'quoted' | 'quote'

/** A row between two offsets of the bytes at hand, its line ending included. */
interface RowSpan {
  readonly from: number
  readonly to: number
  readonly line: number
  readonly cells: number
  readonly isCut: boolean
}

/** Reads CSV rows from chunks of UTF-8 that come through {@link push}. */
export class CsvRows {
  readonly #taker: RowTaker
  readonly #delimiter: number
  readonly #tail = new ByteTail()
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #cell: Cell = 'start'
  #cells = 1
  /** Line of `#at`. */
  #line = 1
  #rowLine = 1
  /** Whether the rest of the line is dropped, up to its newline. */
  #isSkipping: boolean = false
  /** From a broken row on, until a row is whole: what does not fit is a part of the broken one. */
  #isResuming: boolean = false
  #header: readonly string[] | undefined
  /** No header could be read, so no row can. */
  #isDead: boolean = false
  #spans: RowSpan[] = []

  constructor(taker: RowTaker, delimiter: string) {
    this.#taker = taker
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    if (this.#isDead) return
    this.#at += this.#tail.push(chunk)
    this.#bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    this.#read()
  }

  end(): void {
    if (!this.#isDead) this.#read()
    while (!this.#isSkipping && this.#tail.start < this.#bytes.length) {
      if (this.#cell !== 'quoted') this.#endRow(true)
      else {
        this.#taker.badRow('unclosed-quote', '', this.#rowLine)
        if (!this.#resume()) {
          this.#taker.endsEarly(this.#rowLine)
          this.#beginRow(this.#at)
        }
      }
      this.#read()
    }
    if (this.#isResuming) this.#taker.endsEarly(this.#rowLine)
  }

  #read(): void {
    while (this.#isSkipping ? this.#skipLine() : this.#findRow());
    this.#flush()
  }

  /** True when it stopped at the end of a row, or at a row over a limit. */
  #findRow(): boolean {
    const bytes = this.#bytes
    const limit = Math.min(bytes.length, this.#tail.start + MAX_ROW_BYTES)
    while (this.#at < limit) {
      if (this.#cell === 'quoted') {
        this.#at = this.#quoted(this.#at, limit)
        continue
      }
      if (this.#cell === 'open') {
        this.#at = this.#unquoted(this.#at, limit)
        if (this.#at === limit) break
      }
      const byte = bytes[this.#at]
      this.#at++
      if (byte === QUOTE && this.#cell !== 'open') this.#cell = 'quoted'
      else if (byte === this.#delimiter) {
        this.#cell = 'start'
        if (++this.#cells > MAX_COLUMNS) return this.#tooMuch('too-many-columns', MAX_COLUMNS)
      } else if (byte === LF) {
        this.#line++
        this.#endRow(false)
        return !this.#isDead
      } else this.#cell = 'open'
    }
    return limit < bytes.length && this.#tooMuch('row-too-long', MAX_ROW_BYTES)
  }

  /** Behind the next quote within a quoted cell. */
  #quoted(from: number, limit: number): number {
    const bytes = this.#bytes
    for (let at = from; at < limit; at++) {
      const byte = bytes[at]
      if (byte === LF) this.#line++
      if (byte === QUOTE) {
        this.#cell = 'quote'
        return at + 1
      }
    }
    return limit
  }

  /** At the end of an unquoted cell. */
  #unquoted(from: number, limit: number): number {
    const bytes = this.#bytes
    for (let at = from; at < limit; at++) {
      const byte = bytes[at]
      if (byte === LF || byte === this.#delimiter) return at
    }
    return limit
  }

  #tooMuch(reason: string, limit: number): boolean {
    this.#flush()
    if (this.#header === undefined) {
      this.#die(reason, `header over ${limit}`)
      return false
    }
    this.#taker.badRow(reason, `over ${limit}`, this.#rowLine)
    if (!this.#resume()) this.#isSkipping = true
    return true
  }

  /** Nothing is read from here on. */
  #die(reason: string, detail: string): void {
    this.#taker.badFile(reason, detail, this.#rowLine)
    this.#isDead = true
    this.#at = this.#bytes.length
    this.#tail.start = this.#at
  }

  /** Drops the rest of a line whose beginning is rejected. */
  #skipLine(): boolean {
    const newline = this.#bytes.indexOf(LF, this.#at)
    if (newline === -1) {
      this.#at = this.#bytes.length
      this.#tail.start = this.#at
      return false
    }
    this.#line++
    this.#isSkipping = false
    this.#beginRow(newline + 1)
    return true
  }

  /** Goes back to the second line of the row; false when it has but one. */
  #resume(): boolean {
    const newline = this.#bytes.indexOf(LF, this.#tail.start)
    if (newline === -1 || newline >= this.#at) return false
    this.#isResuming = true
    this.#line = this.#rowLine + 1
    this.#beginRow(newline + 1)
    return true
  }

  #beginRow(at: number): void {
    this.#at = at
    this.#tail.start = at
    this.#rowLine = this.#line
    this.#cell = 'start'
    this.#cells = 1
  }

  /** The row ends before `#at`. */
  #endRow(isCut: boolean): void {
    const span = {
      from: this.#tail.start,
      to: this.#at,
      line: this.#rowLine,
      cells: this.#cells,
      isCut,
    }
    if (this.#isBlank(span)) this.#flush()
    else if (this.#header === undefined) this.#readHeader(span)
    else if (this.#line - span.line > 1 && this.#isMisfit(span)) {
      this.#flush()
      this.#badCount(span)
      if (this.#resume()) return
    } else this.#hold(span)
    if (!this.#isDead) this.#beginRow(this.#at)
  }

  /** Too few cells, or text in cells that the header has not. */
  #isMisfit(span: RowSpan): boolean {
    const width = this.#header?.length ?? 0
    if (span.cells <= width) return span.cells < width
    const [cells] = readCells(this.#bytes.subarray(span.from, span.to), this.#delimiter, 1) ?? []
    return cells === undefined || !cells.slice(width).every(isEmpty)
  }

  /** Rows are read together only with others as wide: csv-parse makes an Error of each that is not. */
  #hold(span: RowSpan): void {
    const width = this.#header?.length ?? 0
    if (this.#spans[0]?.cells !== span.cells) this.#flush()
    if (span.cells < width) this.#badCount(span)
    else this.#spans.push(span)
  }

  #isBlank(span: RowSpan): boolean {
    return span.to - span.from <= 2 && this.#bytes.subarray(span.from, span.to).every(isLineEnd)
  }

  #readHeader(span: RowSpan): void {
    const bytes = this.#bytes.subarray(span.from, span.to)
    // `#TYPE System.…` of PowerShell 5's Export-Csv, and Excel's delimiter line.
    if (/^"?(?:#TYPE |sep=.\r?\n)/i.test(bytes.toString('latin1', 0, 16))) return
    const [cells] = readCells(bytes, this.#delimiter, 1) ?? []
    if (cells === undefined) {
      this.#die('malformed-csv', 'header')
      return
    }
    this.#header = cells.map(named)
    this.#taker.columns(this.#header)
  }

  /** Has the found rows read and gives them on. Before the bytes move, and before any later row is. */
  #flush(): void {
    const spans = this.#spans
    if (spans.length === 0) return
    this.#spans = []
    this.#readSpans(spans)
  }

  /** Where csv-parse does not find the same rows, by halves, down to the row that it is about. */
  #readSpans(spans: readonly RowSpan[]): void {
    const bytes = this.#bytes.subarray(spans[0]?.from, spans.at(-1)?.to)
    const rows = readCells(bytes, this.#delimiter, spans.length)
    if (rows === undefined && spans.length > 1) {
      const half = spans.length >> 1
      this.#readSpans(spans.slice(0, half))
      this.#readSpans(spans.slice(half))
      return
    }
    const isText = isUtf8(bytes)
    for (const [i, span] of spans.entries()) {
      if (!isText && !isUtf8(this.#bytes.subarray(span.from, span.to)))
        this.#taker.badText(span.line)
      this.#give(rows?.[i], span)
    }
  }

  #give(cells: readonly string[] | undefined, span: RowSpan): void {
    const header = this.#header ?? []
    if (cells === undefined) {
      this.#taker.badRow('malformed-csv', '', span.line)
      return
    }
    const isFit = cells.length === header.length
    if (isFit && isHeaderAgain(cells, header)) return // files put together
    const isPadded = cells.length > header.length && cells.slice(header.length).every(isEmpty)
    if (!isFit && !isPadded) {
      this.#badCount(span)
      return
    }
    this.#isResuming = false
    if (!this.#taker.row(rowOf(header, cells, ''), span.line)) this.#taker.unknownRow(span.line)
  }

  #badCount(span: RowSpan): void {
    if (this.#isResuming) return
    const width = this.#header?.length ?? 0
    const isShort = span.isCut && span.cells < width
    const detail = `${span.cells} cells, header has ${width}`
    this.#taker.badRow(isShort ? 'cut-short' : 'column-count', detail, span.line)
    if (isShort) this.#taker.endsEarly(span.line)
  }
}

/** The header again, perhaps behind the byte order mark of the second file. */
function isHeaderAgain(cells: readonly string[], header: readonly string[]): boolean {
  return cells.every((cell, i) => cell === header[i] || named(cell) === header[i])
}

const named = (cell: string) => cell.replace(/^\uFEFF/, '').trim()

const isLineEnd = (byte: number) => byte === LF || byte === CR
const isEmpty = (cell: string) => cell === ''
