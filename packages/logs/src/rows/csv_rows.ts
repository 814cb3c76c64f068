/**
 * CSV rows out of bytes: RFC 4180, with quotes taken as loosely as csv-parse takes them with
 * `relax_quotes`. A property test compares the two. A row with too few cells, or with text in cells
 * that the header has not, is rejected: it would put values under wrong names.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import type { RowTaker } from '../model/adapter.ts'
import { MAX_COLUMNS, MAX_ROW_BYTES } from '../model/limits.ts'
import { ByteTail } from './byte_tail.ts'
import { giveInner } from './inner_rows.ts'
import { CR, LF, QUOTE } from './row_bytes.ts'
import { rowOf } from './tables.ts'

interface Parts {
  readonly own: readonly string[]
  /** The header of another file, behind the row's own cells. */
  readonly next?: readonly string[]
}

type Cell = 'start' | 'open' | 'quoted' | 'quote'

export class CsvRows {
  readonly #taker: RowTaker
  readonly #delimiter: number
  readonly #tail = new ByteTail()
  #bytes: Buffer = Buffer.alloc(0)
  #isAscii: boolean = true
  #at = 0
  #cell: Cell = 'start'
  /** Where the cells of the row end that have ended, from its start. */
  #ends: number[] = []
  #line = 1
  #rowLine = 1
  /** Whether the rest of the line is dropped, up to its newline. */
  #isSkipping: boolean = false
  /** From a broken row on, until a row is whole: what does not fit is a part of the broken one. */
  #isResuming: boolean = false
  #header: readonly string[] | undefined
  #names: ReadonlySet<string> = new Set()
  /** No header could be read, so no row can. */
  #isDead: boolean = false

  constructor(taker: RowTaker, delimiter: string) {
    this.#taker = taker
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    if (this.#isDead) return
    const isFresh = this.#tail.start === this.#tail.end
    this.#at += this.#tail.push(chunk)
    this.#isAscii = (isFresh || this.#isAscii) && isAscii(chunk)
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
        this.#ends.push(this.#at - 1 - this.#tail.start)
        if (this.#ends.length >= MAX_COLUMNS) return this.#tooMuch('too-many-columns', MAX_COLUMNS)
      } else if (byte === LF) {
        this.#line++
        this.#endRow(false)
        return true
      } else this.#cell = 'open'
    }
    return limit < bytes.length && this.#tooMuch('row-too-long', MAX_ROW_BYTES)
  }

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

  #unquoted(from: number, limit: number): number {
    const bytes = this.#bytes
    for (let at = from; at < limit; at++) {
      const byte = bytes[at]
      if (byte === LF || byte === this.#delimiter) return at
    }
    return limit
  }

  #tooMuch(reason: string, limit: number): boolean {
    if (this.#header === undefined) {
      this.#taker.badFile(reason, `header over ${limit}`, this.#rowLine)
      this.#isDead = true
      this.#at = this.#bytes.length
      this.#tail.start = this.#at
      return false
    }
    this.#taker.badRow(reason, `over ${limit}`, this.#rowLine)
    if (!this.#resume()) this.#isSkipping = true
    return true
  }

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
    this.#ends = []
  }

  #endRow(isCut: boolean): void {
    const row = this.#bytes.subarray(this.#tail.start, this.#at)
    if (row.length > 2 || !row.every(isLineEnd)) {
      if (this.#header === undefined) this.#readHeader(row)
      else if (!this.#giveRow(row, this.#header, isCut) && this.#line - this.#rowLine > 1)
        if (this.#resume()) return
    }
    this.#beginRow(this.#at)
  }

  #readHeader(row: Buffer): void {
    // `#TYPE System.…` of PowerShell 5's Export-Csv, and Excel's delimiter line.
    if (/^"?(?:#TYPE |sep=.\r?\n)/i.test(row.toString('latin1', 0, 16))) return
    this.#beginTable(this.#cellsOf(row))
  }

  #beginTable(header: readonly string[]): void {
    this.#header = header.map(named)
    this.#names = new Set(this.#header)
    this.#taker.columns(this.#header)
  }

  #giveRow(row: Buffer, header: readonly string[], isCut: boolean): boolean {
    const line = this.#rowLine
    const all = this.#cellsOf(row)
    if (all.every(isEmpty) || this.#takeHeader(all, header)) return true
    const { own: cells, next } = this.#partsOf(all, header)
    if (cells.length < header.length || !cells.slice(header.length).every(isEmpty)) {
      this.#badCount(cells.length, header.length, isCut)
      return false
    }
    if (!this.#isAscii && !isUtf8(row)) this.#taker.badText(line)
    this.#isResuming = false
    const cellsByName = rowOf(header, cells, '')
    if (!this.#taker.row(cellsByName, line) && !giveInner(cellsByName, line, this.#taker, true))
      this.#taker.unknownRow(line)
    if (next !== undefined) this.#takeHeader(next, header)
    return true
  }

  /** Files put together: the columns of the next one may be others, or in another order. */
  #takeHeader(cells: readonly string[], header: readonly string[]): boolean {
    if (!this.#isHeader(cells, header)) return false
    if (!isSameHeader(cells, header)) this.#beginTable(cells)
    this.#isResuming = false
    return true
  }

  /** A file that ended without a newline has the header of the file put behind it on the line of its last row. */
  #partsOf(cells: readonly string[], header: readonly string[]): Parts {
    const last = header.length - 1
    const joined = cells[last]?.replace(/"$/, '')
    const rest = cells.slice(header.length)
    if (rest.length === 0 || joined === undefined || !rest.every(isName)) return { own: cells }
    const [, quoted = ''] = /"([^"]*)$/.exec(joined) ?? []
    for (const name of [quoted, ...header]) {
      const next = [name, ...rest]
      if (name === '' || !joined.endsWith(name) || !this.#isHeader(next, header)) continue
      const cell = joined.slice(0, -name.length).replaceAll(/^"|["\uFEFF]+$/g, '')
      return { own: [...cells.slice(0, last), cell], next }
    }
    return { own: cells }
  }

  /** The table's own header again, that of another table, or the table's behind a title. */
  #isHeader(cells: readonly string[], header: readonly string[]): boolean {
    if (isHeader(cells, header, this.#names)) return true
    return cells.length > 1 && cells.every(isName) && this.#taker.isTable(cells.map(named))
  }

  /** Latin-1 is the cheapest decoder, and the same for ASCII. */
  #cellsOf(row: Buffer): string[] {
    let end = row.length
    if (row[end - 1] === LF) end -= row[end - 2] === CR ? 2 : 1
    const text = this.#isAscii ? row.toString('latin1', 0, end) : undefined
    let from = 0
    return [...this.#ends, end].map((to) => {
      const cell = text === undefined ? row.toString('utf8', from, to) : text.slice(from, to)
      from = to + 1
      return cell.startsWith('"') ? unquoted(cell) : cell
    })
  }

  #badCount(count: number, width: number, isCut: boolean): void {
    // A line of a broken row has few cells: with as many as the header it is a row that broke by itself.
    if (this.#isResuming && count < width) return
    const isShort = isCut && count < width
    const detail = `${count} cells, header has ${width}`
    this.#taker.badRow(isShort ? 'cut-short' : 'column-count', detail, this.#rowLine)
    if (isShort) this.#taker.endsEarly(this.#rowLine)
  }
}

/** The content of a cell that begins with a quote. Where text follows the closing one, both quotes belong to the content. */
function unquoted(cell: string): string {
  let close = cell.indexOf('"', 1)
  while (close !== -1 && cell[close + 1] === '"') close = cell.indexOf('"', close + 2)
  const content = cell.slice(1, close).replaceAll('""', '"')
  return close === cell.length - 1 ? content : `"${content}"${cell.slice(close + 1)}`
}

function isHeader(
  cells: readonly string[],
  header: readonly string[],
  names: ReadonlySet<string>,
): boolean {
  // Rows are many: two cells exclude nearly all of them.
  if (!cells.slice(0, 2).some((cell) => names.has(named(cell)))) return false
  if (isSameHeader(cells, header)) return true
  const all = new Set(cells.map(named))
  const known = [...all].filter((cell) => cell !== '' && names.has(cell)).length
  return all.size === cells.length && known > 1 && known * 2 > Math.max(cells.length, names.size)
}

/** Perhaps behind the byte order mark of the second file. */
const isSameHeader = (cells: readonly string[], header: readonly string[]) =>
  cells.length === header.length &&
  cells.every((cell, i) => cell === header[i] || named(cell) === header[i])

const named = (cell: string) => cell.replace(/^\uFEFF/, '').trim()
const isLineEnd = (byte: number) => byte === LF || byte === CR
const isEmpty = (cell: string) => cell === ''
/** Whether it may be a column's name: rows have a time, an address or JSON in one cell at least. */
const isName = (cell: string) => /^\s*(?:[\p{L}_$#@][\p{L}\p{N}_ .:()[\]#$/-]{0,79})?$/u.test(cell)
