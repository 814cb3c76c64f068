/**
 * Rows of a query's answer as they come: the layout is that of `tables.ts`, the size is any.
 *
 * Follows brackets and strings, buffers one list of columns or one row at a time, and parses it. A row
 * that is broken costs itself; what follows the answer is read as any JSON.
 *
 * Cost: one pass. Memory: one row.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer'
import { MAX_DEPTH, MAX_ROW_BYTES } from '../model/limits.ts'
import type { RowTaker } from '../model/row_taker.ts'
import { ByteTail } from './byte_tail.ts'
import { JsonRows } from './json_rows.ts'
import { giveCells, namesOf } from './tables.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LF = 0x0a

/** How many brackets are open around a member of the answer, a member of a table, and a row. */
const IN_ANSWER = 1
const IN_TABLE = 3
const IN_ROWS = 4
/** Longer keys are none that matter. */
const KEY_BYTES = 16

const ANSWER =
  /^\{\s*"[tT]ables"\s*:\s*\[\s*\{\s*(?:"(?:name|TableName)"\s*:\s*"[^"\\]{0,200}"\s*,\s*)?"[cC]olumns"\s*:\s*\[\s*\{\s*"(?:name|type|ColumnName|DataType)"/

/** Whether a text begins as the answer of a query does. */
export const beginsAnswer = (text: string): boolean => ANSWER.test(text)

/** Reads the rows from chunks of UTF-8 that come through {@link push}. */
export class TableRows {
  readonly #taker: RowTaker
  readonly #tail = new ByteTail()
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #line = 1
  #depth = 0
  #isInString: boolean = false
  #isEscaped: boolean = false
  readonly #string = Buffer.alloc(KEY_BYTES)
  #stringBytes = 0
  #answerKey = ''
  #tableKey = ''
  #names: readonly string[] | undefined = []
  /** What is being read: a list of columns, an element of the rows, or nothing. */
  #reading: 'columns' | 'row' | undefined
  #valueLine = 0
  #valueDepth = 0
  /** The value is over a limit: it is rejected, and skipped to its end. */
  #isRefused: boolean = false
  /** Whether the rest of an element that is no list is passed over, up to the next comma. */
  #isPassing: boolean = false
  #rest: JsonRows | undefined

  constructor(taker: RowTaker) {
    this.#taker = taker
  }

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    if (this.#passOn(chunk)) return
    this.#at += this.#tail.push(chunk)
    this.#bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    while (this.#at < this.#bytes.length && !this.#hasEnded()) this.#read()
    if (this.#passOn(this.#bytes.subarray(this.#at))) return
    if (this.#reading === undefined || this.#isRefused) this.#tail.start = this.#at
  }

  end(isLast = true): void {
    if (this.#rest !== undefined) {
      this.#rest.end(isLast)
      return
    }
    if (this.#reading !== undefined && !this.#isRefused) this.#reject('cut-short', '')
    this.#taker.endsEarly(this.#line)
  }

  #hasEnded(): boolean {
    return this.#rest !== undefined
  }

  /** Gives bytes behind the answer to the reader of the rest. */
  #passOn(bytes: Uint8Array): boolean {
    this.#rest?.push(bytes)
    return this.#hasEnded()
  }

  #read(): void {
    const bytes = this.#bytes
    const { length } = bytes
    const isReading = this.#reading !== undefined && !this.#isRefused
    const limit = isReading ? Math.min(length, this.#tail.start + MAX_ROW_BYTES) : length
    const reading = this.#reading
    // Until a value begins or ends, so that the limit is checked for each.
    while (this.#at < limit && this.#reading === reading && !this.#hasEnded()) {
      const byte = bytes[this.#at] ?? 0
      if (byte === LF) this.#line++
      if (this.#isInString) this.#inString(byte)
      else this.#between(byte)
      this.#at++
    }
    if (isReading && this.#reading === reading && limit < length)
      this.#refuse('row-too-long', `over ${MAX_ROW_BYTES} bytes`)
  }

  #inString(byte: number): void {
    // No string holds a newline: this one was never closed.
    if (byte === LF) this.#breakString()
    else if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) this.#isInString = false
    else if (this.#reading === undefined && this.#stringBytes < KEY_BYTES)
      this.#string[this.#stringBytes++] = byte
  }

  /** The row that an open string belongs to is lost; the next line may begin another one. */
  #breakString(): void {
    this.#isInString = false
    this.#isEscaped = false
    if (this.#reading !== 'row') return
    if (!this.#isRefused) this.#reject('malformed-json', '')
    this.#reading = undefined
    this.#depth = IN_ROWS
  }

  #between(byte: number): void {
    if (byte === QUOTE) {
      this.#isInString = true
      this.#stringBytes = 0
      this.#stray(byte)
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.#open(byte)
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.#close()
    else if (byte === COLON) this.#readKey()
    else if (byte === COMMA) {
      if (this.#isInRows) this.#isPassing = false
    } else if (byte > 0x20) this.#stray(byte)
  }

  get #isInRows(): boolean {
    return this.#depth === IN_ROWS && this.#reading === undefined && this.#tableKey === 'rows'
  }

  /** An element of the rows that is no list. */
  #stray(byte: number): void {
    if (!this.#isInRows || this.#isPassing || byte === 0) return
    this.#isPassing = true
    this.#taker.badRow('not-an-object', 'row of a table', this.#line)
  }

  #readKey(): void {
    if (this.#reading !== undefined) return
    const spelled = this.#string.toString('latin1', 0, this.#stringBytes)
    // Azure Data Explorer's `Tables`, `Columns` and `Rows`.
    const key = spelled.slice(0, 1).toLowerCase() + spelled.slice(1)
    if (this.#depth === IN_ANSWER) this.#answerKey = key
    if (this.#depth === IN_TABLE) this.#tableKey = key
  }

  #open(byte: number): void {
    if (this.#reading === undefined) this.#openOutside(byte)
    this.#depth++
    const isTooDeep = this.#depth - this.#valueDepth > MAX_DEPTH
    if (this.#reading !== undefined && !this.#isRefused && isTooDeep)
      this.#refuse('too-deep', `over ${MAX_DEPTH} levels`)
  }

  #openOutside(byte: number): void {
    const isList = byte === OPEN_ARRAY
    if (this.#depth === IN_ANSWER && !isList && this.#answerKey === 'error')
      this.#taker.partial(this.#line)
    if (this.#answerKey !== 'tables') return
    if (this.#depth === IN_TABLE - 1) {
      this.#names = []
      this.#tableKey = ''
    } else if (this.#depth === IN_TABLE && isList && this.#tableKey === 'columns')
      this.#keep('columns')
    else if (this.#isInRows && !this.#isPassing) this.#keep('row')
  }

  #keep(kind: 'columns' | 'row'): void {
    this.#reading = kind
    this.#valueLine = this.#line
    this.#valueDepth = this.#depth
    this.#isRefused = false
    this.#tail.start = this.#at
  }

  #close(): void {
    this.#depth--
    if (this.#reading !== undefined && this.#depth <= this.#valueDepth) this.#closeValue()
    if (this.#depth <= 0) this.#rest = new JsonRows(this.#taker, this.#line)
  }

  #closeValue(): void {
    const reading = this.#reading
    this.#reading = undefined
    // An element has ended; text behind it, without a comma, is a part of what is wrong with it.
    if (this.#isRefused) return
    const bytes = this.#bytes.subarray(this.#tail.start, this.#at + 1)
    const value = parsed(bytes)
    if (reading === 'columns') this.#names = namesOf(value, this.#valueLine, this.#taker)
    else if (value === undefined) this.#reject('malformed-json', '')
    else if (this.#names !== undefined) {
      if (!isUtf8(bytes)) this.#taker.badText(this.#valueLine)
      giveCells(this.#names, value, this.#valueLine, this.#taker)
    }
  }

  #refuse(reason: string, detail: string): void {
    this.#reject(reason, detail)
    this.#isRefused = true
  }

  #reject(reason: string, detail: string): void {
    this.#taker.badRow(reason, detail, this.#valueLine)
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
