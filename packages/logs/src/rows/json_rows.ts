/**
 * JSON objects out of bytes, whatever holds them: one a line, an array, a `{"value":[…]}` wrapper,
 * one object over many lines, or several of these after each other (the merge bug of one
 * extractor). Also answers of queries: see `tables.ts`.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { isObject, type Json, parseObject } from '@mintmark/core'
import type { RowTaker } from '../model/adapter.ts'
import { MAX_COLUMNS, MAX_DEPTH, MAX_LINE_BYTES, MAX_ROW_BYTES } from '../model/limits.ts'
import { parsed } from '../ual/nested.ts'
import { ByteTail } from './byte_tail.ts'
import { giveInner, isDeeperThan, objectIn } from './inner_rows.ts'
import { JsonGap, JsonWalk } from './json_walk.ts'
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  isSeparator,
  isSpace,
  LF,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './row_bytes.ts'
import { giveCells, nameOf } from './tables.ts'

/** No object nested too deep is shorter: it opens and closes each level. */
const SHORTEST_DEEP_BYTES = 2 * MAX_DEPTH

/** The part of the text that the reader is in. */
type State = 'between' | 'object' | 'skipped' | 'garbage'

type List = 'objects' | 'columns' | 'rows'

export class JsonRows {
  readonly #taker: RowTaker
  readonly #tail = new ByteTail()
  readonly #walk = new JsonWalk(MAX_DEPTH)
  /** Stays in the first level of a wrapper while its rows are read. */
  readonly #wrapper = new JsonWalk(MAX_DEPTH)
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #skipping: JsonWalk = this.#walk
  #state: State = 'between'
  #isAscii: boolean = true
  /** Bytes before here hold no newline; 0 when unknown. */
  #searched = 0
  #line: number
  /** Whether only blanks and opening brackets are before `#at` on its line. */
  #isLineStart: boolean = true
  #indent = 0
  /** Open arrays around the rows. */
  #level = 0
  #isInWrapper: boolean = false
  #list: List = 'objects'
  /** Undefined where one cannot be read, or there are too many: no row of the table can be read. */
  #columns: string[] | undefined = []
  readonly #gap = new JsonGap()
  #levelOutside = 0
  #wrapperLine = 0
  #rowLine = 0
  #isLast: boolean = true

  constructor(taker: RowTaker, startLine = 1, isAnswer = false) {
    this.#taker = taker
    this.#line = startLine
    if (!isAnswer) return
    this.#state = 'object'
    this.#isInWrapper = true
    this.#wrapper.begin('answer')
  }

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    const isFresh = this.#tail.start === this.#tail.end
    const moved = this.#tail.push(chunk)
    this.#at += moved
    this.#searched += moved
    this.#isAscii = (isFresh || this.#isAscii) && isAscii(chunk)
    this.#bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    this.#read(false)
  }

  /** @param isLast whether the file ends here; a slice from its middle may end within an array */
  end(isLast = true): void {
    this.#isLast = isLast
    this.#read(true)
    if (isLast && (this.#level > 0 || this.#isInWrapper)) this.#taker.endsEarly(this.#line)
  }

  #read(isFinal: boolean): void {
    let isGoing = true
    while (isGoing) {
      if (this.#state === 'between') isGoing = this.#between(isFinal)
      else if (this.#state === 'object') isGoing = this.#object(isFinal)
      else if (this.#state === 'skipped') isGoing = this.#skip(isFinal)
      else isGoing = this.#garbage()
    }
    // An object that may have to be parsed stays buffered from its brace on.
    if (this.#state !== 'object' || this.#isWalkingWrapper) this.#tail.start = this.#at
  }

  get #isWalkingWrapper(): boolean {
    return this.#state === 'object' && this.#isInWrapper && this.#level === 0
  }

  /** Goes to the next object. False when the bytes are used up, or more are needed to decide. */
  #between(isFinal: boolean): boolean {
    const bytes = this.#bytes
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at]
      if (this.#isLineStart && this.#mayBeLine(byte)) {
        const reach = this.#lineEnd(isFinal)
        if (reach === undefined) return false
        if (reach >= 0 && this.#takeLine(reach)) continue
      }
      if (this.#isOpener(byte)) {
        this.#begin()
        return true
      }
      if (byte === LF) this.#nextLine()
      else if (byte === OPEN_ARRAY) this.#level++
      else if (byte === CLOSE_ARRAY) {
        if (this.#closeArray()) return true
      } else if (!this.#isBlank(byte)) {
        this.#beginGarbage()
        return true
      }
      this.#at++
    }
    return false
  }

  #mayBeLine(byte: number | undefined): boolean {
    return this.#list !== 'rows' && (byte === OPEN_OBJECT || byte === QUOTE)
  }

  #isOpener(byte: number | undefined): boolean {
    return byte === OPEN_OBJECT || (byte === this.#opener && this.#level === 1)
  }

  get #opener(): number {
    return this.#list === 'rows' ? OPEN_ARRAY : OPEN_OBJECT
  }

  #nextLine(): void {
    this.#line++
    this.#isLineStart = true
    this.#indent = 0
  }

  #isBlank(byte: number | undefined): boolean {
    if (!isSpace(byte)) return isSeparator(byte)
    if (this.#isLineStart) this.#indent++
    return true
  }

  /** True when the array was a wrapper's, whose other keys come next. */
  #closeArray(): boolean {
    this.#isLineStart = false
    this.#level = Math.max(0, this.#level - 1)
    if (!this.#isInWrapper || this.#level > 0) return false
    if (this.#list === 'rows') this.#columns = []
    this.#list = 'objects'
    this.#at++
    this.#state = 'object'
    return true
  }

  /** Where the line ends; -1 when it is too long to be taken as one; undefined when that is not known yet. */
  #lineEnd(isFinal: boolean): number | undefined {
    const { length } = this.#bytes
    const newline = this.#bytes.indexOf(LF, Math.max(this.#at, this.#searched))
    const end = newline === -1 ? length : newline
    this.#searched = end
    if (end - this.#at > MAX_LINE_BYTES) return -1
    return newline === -1 && !isFinal ? undefined : end
  }

  /**
   * Takes the line up to `end` as one object, if it is one, or a text that spells one: `AuditData` alone, put
   * through ConvertTo-Json or jq.
   */
  #takeLine(end: number): boolean {
    const from = this.#at
    const to = this.#endOfValue(end)
    const row =
      this.#bytes[from] === QUOTE
        ? objectIn(this.#bytes.toString('utf8', from, to))
        : this.#lineObject(from, to)
    if (row === undefined) return false
    this.#give(row, from, to, this.#line)
    this.#at = end
    this.#isLineStart = false
    return true
  }

  #lineObject(from: number, to: number): Json | undefined {
    return this.#bytes[to - 1] === CLOSE_OBJECT ? parseObject(this.#text(from, to)) : undefined
  }

  #endOfValue(end: number): number {
    let last = end - 1
    while (isSpace(this.#bytes[last])) last--
    if (this.#bytes[last] === COMMA) last--
    while (isSpace(this.#bytes[last])) last--
    return last + 1
  }

  /** Latin-1 is the cheapest decoder, and the same for ASCII. */
  #text(from: number, to: number): string {
    const isPlain = this.#isAscii || isAscii(this.#bytes.subarray(from, to))
    return this.#bytes.toString(isPlain ? 'latin1' : 'utf8', from, to)
  }

  #give(row: Json, from: number, to: number, line: number): void {
    if (to - from > SHORTEST_DEEP_BYTES && isDeeperThan(row, MAX_DEPTH)) {
      this.#reject('too-deep', `over ${MAX_DEPTH} levels`, line)
      return
    }
    if (this.#list === 'columns') {
      if (this.#columns !== undefined && this.#columns.push(nameOf(row)) > MAX_COLUMNS)
        this.#reject('too-many-columns', `over ${MAX_COLUMNS}`, line)
      return
    }
    this.#checkText(from, to, line)
    if (this.#taker.row(row, line)) return
    if (!giveInner(row, line, this.#taker, this.#isInWrapper)) this.#taker.unknownRow(line)
  }

  #checkText(from: number, to: number, line: number): void {
    if (!this.#isAscii && !isUtf8(this.#bytes.subarray(from, to))) this.#taker.badText(line)
  }

  /** Where a column cannot be read, no row of its table can. */
  #reject(reason: string, detail: string, line: number): void {
    this.#taker.badRow(reason, detail, line)
    if (this.#list === 'columns') this.#columns = undefined
  }

  #begin(): void {
    this.#state = 'object'
    this.#tail.start = this.#at
    this.#rowLine = this.#line
    this.#isLineStart = false
    // Every object outside a wrapper may be one.
    this.#walk.begin('row')
    if (!this.#isInWrapper) this.#wrapper.begin('wrapper')
  }

  #object(isFinal: boolean): boolean {
    if (this.#isWalkingWrapper) return this.#wrapperKeys()
    const walk = this.#isInWrapper ? this.#walk : this.#wrapper
    const { length } = this.#bytes
    const limit = Math.min(length, this.#tail.start + MAX_ROW_BYTES)
    const step = walk.walk(this.#bytes, this.#at, limit)
    this.#at = walk.at
    if (step === 'wrapper') return this.#openWrapper()
    if (step === 'closed') return this.#closed(walk)
    if (step === 'broken') return this.#recover(walk, 'malformed-json', '')
    if (step === 'too-deep') return this.#recover(walk, 'too-deep', `over ${MAX_DEPTH} levels`)
    if (limit < length) return this.#recover(walk, 'row-too-long', `over ${MAX_ROW_BYTES} bytes`)
    return isFinal ? this.#cut(walk) : false
  }

  #closed(walk: JsonWalk): boolean {
    const from = this.#tail.start
    const row = parsed(this.#text(from, this.#at))
    if (row === undefined) this.#reject('malformed-json', '', this.#rowLine)
    else if (this.#list !== 'rows' && isObject(row)) this.#give(row, from, this.#at, this.#rowLine)
    else if (this.#columns !== undefined) {
      this.#checkText(from, this.#at, this.#rowLine)
      giveCells(this.#columns, row, this.#rowLine, this.#taker)
    }
    this.#line += walk.lines
    this.#state = 'between'
    return true
  }

  #openWrapper(): boolean {
    this.#line += this.#wrapper.lines
    this.#wrapper.lines = 0
    this.#levelOutside = this.#level
    this.#isInWrapper = true
    this.#wrapperLine = this.#rowLine
    return this.#openList()
  }

  #openList(): boolean {
    this.#reportLink()
    const { key } = this.#wrapper
    this.#list = key === 'columns' || key === 'rows' ? key : 'objects'
    this.#level = 1
    this.#state = 'between'
    return true
  }

  #reportLink(): void {
    if (this.#wrapper.hasNextLink) this.#taker.nextLink(this.#wrapperLine)
    this.#wrapper.hasNextLink = false
    if (this.#wrapper.hasError) this.#taker.partial(this.#line)
    this.#wrapper.hasError = false
  }

  /** Walks the members beside the list of rows, which are not read. */
  #wrapperKeys(): boolean {
    const step = this.#wrapper.walk(this.#bytes, this.#at, this.#bytes.length)
    this.#at = this.#wrapper.at
    this.#line += this.#wrapper.lines
    this.#wrapper.lines = 0
    if (step === 'more') return false
    return step === 'wrapper' ? this.#openList() : this.#closeWrapper(step === 'closed')
  }

  #closeWrapper(isWhole: boolean): boolean {
    this.#reportLink()
    if (!isWhole) {
      this.#reject('malformed-json', 'wrapper of rows', this.#line)
      this.#stepOverBreak()
    }
    this.#isInWrapper = false
    this.#level = this.#levelOutside
    this.#state = 'between'
    return true
  }

  /** A brace may begin the next row, a bracket end the array; any other byte is itself what is wrong. */
  #stepOverBreak(): void {
    if (this.#isValueBroken) this.#at++
  }

  get #isValueBroken(): boolean {
    const byte = this.#bytes[this.#at]
    return byte !== OPEN_OBJECT && byte !== LF && byte !== CLOSE_ARRAY
  }

  #recover(walk: JsonWalk, reason: string, detail: string): boolean {
    this.#reject(reason, detail, this.#rowLine)
    // What is too deep is not read again: lines that each open a level would be, 64 times over.
    if (reason !== 'too-deep' && this.#resume(walk.lines)) return true
    this.#line += walk.lines
    if (reason === 'malformed-json') {
      const rest = this.#isValueBroken
        ? this.#gap.beginRest(this.#bytes, this.#tail.start, this.#at)
        : undefined
      if (rest === undefined) this.#stepOverBreak()
      else this.#at = rest
      this.#state = rest === undefined ? 'between' : 'garbage'
    } else {
      this.#state = 'skipped'
      this.#skipping = walk
    }
    return true
  }

  /** Goes back to the first of the `lines` that have begun within the object that begins another one. */
  #resume(lines: number): boolean {
    const bytes = this.#bytes
    let from = this.#tail.start
    for (let line = 1; line <= lines; line++) {
      from = bytes.indexOf(LF, from) + 1
      let brace = from
      while (isSpace(bytes[brace])) brace++
      if (brace > this.#at || bytes[brace] !== this.#opener || brace - from > this.#indent) continue
      this.#at = from
      this.#line = this.#rowLine + line
      this.#isLineStart = true
      this.#indent = 0
      this.#searched = 0
      this.#state = 'between'
      return true
    }
    return false
  }

  #cut(walk: JsonWalk): boolean {
    const line = this.#rowLine
    if (this.#resume(walk.lines)) {
      this.#reject('malformed-json', '', line)
      return true
    }
    this.#reject('cut-short', '', line)
    if (this.#level === 0 && this.#isLast) this.#taker.endsEarly(line)
    this.#line += walk.lines
    this.#state = 'between'
    return false
  }

  #skip(isFinal: boolean): boolean {
    const walk = this.#skipping
    const linesBefore = walk.lines
    const step = walk.skip(this.#bytes, this.#at, this.#bytes.length, this.#indent, this.#opener)
    this.#at = walk.at
    this.#line += walk.lines - linesBefore
    if (step === 'more') {
      if (isFinal && this.#level === 0 && this.#isLast) this.#taker.endsEarly(this.#line)
      return false
    }
    this.#state = 'between'
    this.#isLineStart = step === 'line'
    if (step === 'line') this.#indent = walk.indent
    return true
  }

  #beginGarbage(): void {
    // A writer that was stopped leaves NULs, and goes on behind them.
    const isNuls = this.#bytes[this.#at] === 0
    const detail = this.#list === 'rows' && !isNuls ? 'row of a table' : ''
    this.#reject(isNuls ? 'nul-bytes' : 'not-an-object', detail, this.#line)
    this.#state = 'garbage'
    if (isNuls) this.#gap.begin('nuls')
    else {
      this.#gap.begin(this.#isLineStart && this.#level === 0 ? 'line' : 'value')
      this.#isLineStart = false
    }
  }

  #garbage(): boolean {
    const ends = this.#gap.ends(this.#bytes, this.#at)
    this.#at = this.#gap.at
    if (ends) this.#state = 'between'
    return ends
  }
}
