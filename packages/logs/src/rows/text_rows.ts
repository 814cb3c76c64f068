import type { TextDecoder } from 'node:util'
import type { RowTaker } from '../model/adapter.ts'
import { SNIFF_BYTES } from '../model/limits.ts'
import { CsvRows } from './csv_rows.ts'
import { decoderOf, detectEncoding, LoneReturns } from './encoding.ts'
import { eventLines } from './event_lines.ts'
import { JsonRows } from './json_rows.ts'
import { type ExtractorGap, extractorLines, type Lines } from './lines.ts'
import { detectTextShape, type TextShape } from './text_shape.ts'
import { hasLogMarks, packedAs } from './unread_marks.ts'

export interface TextPart {
  readonly startLine?: number
  /** The bytes are a slice of a file of JSON lines: UTF-8, from the beginning of a line on. */
  readonly isSlice?: boolean
  /** Whether the file ends with these bytes. Default true. */
  readonly isLast?: boolean
}

/** More may follow: what the end cuts is kept. */
const STREAM = { stream: true }
const NO_ROWS: TextShape = { kind: 'text', hasLoneReturns: false }

export class TextRows {
  readonly #taker: RowTaker
  readonly #part: TextPart
  #head: Uint8Array[] = []
  #headBytes = 0
  #nuls = 0
  #start: Uint8Array = new Uint8Array()
  #isOpen: boolean = false
  #shape: TextShape = { kind: 'empty' }
  #utf16: TextDecoder | undefined
  #returns: LoneReturns | undefined
  #rows: JsonRows | CsvRows | Lines | undefined
  #log: Lines | undefined
  /** Gaps that the text, when it is an extractor's log, speaks of. */
  readonly gaps: ExtractorGap[] = []

  constructor(taker: RowTaker, part: TextPart = {}) {
    this.#taker = taker
    this.#part = part
    if (part.isSlice === true) this.#openJson()
  }

  get kind(): TextShape['kind'] {
    return this.#shape.kind
  }

  get hasLogMarks(): boolean {
    return hasLogMarks(Buffer.from(this.#start).toString('utf8'))
  }

  push(chunk: Uint8Array): void {
    if (this.#isOpen) {
      this.#pass(chunk)
      return
    }
    // A copy, because the caller may use the chunk again.
    this.#head.push(Uint8Array.from(chunk))
    this.#headBytes += chunk.length
    if (this.#headBytes < SNIFF_BYTES) return
    this.#dropNuls()
    if (this.#headBytes >= SNIFF_BYTES) this.#open(false)
  }

  end(): void {
    if (!this.#isOpen) {
      this.#dropNuls()
      this.#open(true)
    }
    if (this.#nuls > 0) this.#taker.nulsBefore(this.#nuls)
    if (this.#utf16 !== undefined) this.#take(Buffer.from(this.#utf16.decode()))
    if (this.#rows instanceof JsonRows) this.#rows.end(this.#part.isLast ?? true)
    else this.#rows?.end()
    this.#log?.end()
  }

  /** A disk that was full, or a machine that stopped, leaves NULs where a writer had reserved space. */
  #dropNuls(): void {
    const bytes = Buffer.concat(this.#head)
    // In UTF-16 the NUL is half of the first character.
    const text = detectEncoding(bytes).encoding === 'utf-8' ? withoutNuls(bytes) : bytes
    this.#nuls += bytes.length - text.length
    this.#head = text.length > 0 ? [text] : []
    this.#headBytes = text.length
  }

  #open(isWhole: boolean): void {
    const bytes = Buffer.concat(this.#head)
    this.#head = []
    this.#isOpen = true
    // The head is the same however the bytes came, so that what is made of it is, too.
    const { encoding, markBytes } = detectEncoding(bytes)
    if (encoding !== 'utf-8') this.#utf16 = decoderOf(encoding)
    const head = bytes.subarray(markBytes, SNIFF_BYTES)
    const isAll = isWhole && bytes.length <= SNIFF_BYTES
    const headText =
      encoding === 'utf-8' ? head : Buffer.from(decoderOf(encoding).decode(head, STREAM))
    const packed = packedAs(head)
    if (packed !== undefined) this.#taker.badFile('unsupported-compression', packed, 1)
    this.#start = headText
    this.#shape = packed === undefined ? detectTextShape(headText, isAll) : NO_ROWS
    this.#begin()
    this.#pass(bytes.subarray(markBytes))
  }

  #begin(): void {
    const shape = this.#shape
    if (shape.kind === 'json') this.#openJson()
    if ('hasLoneReturns' in shape && shape.hasLoneReturns) this.#returns = new LoneReturns()
    if (shape.kind === 'tables') this.#rows = new JsonRows(this.#taker, 1, true)
    if (shape.kind === 'events') this.#rows = eventLines(this.#taker)
    if (shape.kind === 'csv') this.#rows = new CsvRows(this.#taker, shape.delimiter)
    // A log's first line may look like a header, so CSV is looked through as well.
    if (shape.kind === 'csv' || shape.kind === 'text') this.#log = extractorLines(this.gaps)
  }

  #openJson(): void {
    this.#isOpen = true
    this.#shape = { kind: 'json' }
    this.#rows = new JsonRows(this.#taker, this.#part.startLine ?? 1)
  }

  #pass(chunk: Uint8Array): void {
    this.#take(this.#utf16 === undefined ? chunk : Buffer.from(this.#utf16.decode(chunk, STREAM)))
  }

  #take(text: Uint8Array): void {
    const bytes = this.#returns?.push(text) ?? text
    this.#rows?.push(bytes)
    this.#log?.push(bytes)
  }
}

function withoutNuls(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? bytes.subarray(0, 0) : bytes.subarray(start)
}
