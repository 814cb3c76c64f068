/**
 * Columns of ClickHouse's Native format, which the engine parses fastest (measured: a tenth of tab-separated text). A
 * column reuses its memory from block to block.
 *
 * Source: ClickHouse documentation, "Native" format and "Data types binary encoding"; the layout of LowCardinality from
 * its `SerializationLowCardinality.cpp`, version 26.7.
 *
 * @module
 */

import {
  bytesOf,
  doubled,
  FIRST_BYTES,
  type NativeColumn,
  roomFor,
  writeText,
  writeVarint,
} from './native_bytes.ts'

const TWO_32 = 2 ** 32
/** 2299-12-31: the last day that DateTime64 knows. */
const LAST_MS = 10_413_791_999_999

/** Whole numbers of one width; what does not fit becomes the nearest that does, and NaN becomes 0. */
export class IntColumn implements NativeColumn {
  readonly type: 'Int8' | 'UInt16' | 'UInt32'
  readonly #width: number
  readonly #least: number
  readonly #most: number
  #values = new Float64Array(1024)
  #count = 0

  constructor(type: 'Int8' | 'UInt16' | 'UInt32') {
    this.type = type
    this.#width = type === 'Int8' ? 1 : type === 'UInt16' ? 2 : 4
    this.#least = type === 'Int8' ? -128 : 0
    this.#most = type === 'Int8' ? 127 : 2 ** (8 * this.#width) - 1
  }

  get maxBytes(): number {
    return this.#count * this.#width
  }

  push(value: number): void {
    if (this.#count === this.#values.length) this.#values = doubledFloats(this.#values)
    this.#values[this.#count++] = Math.min(this.#most, Math.max(this.#least, value))
  }

  write(target: Buffer, offset: number): number {
    const values = this.#values.subarray(0, this.#count)
    // Typed arrays truncate, and make 0 of NaN.
    if (this.#width === 1) target.set(bytesOf(Int8Array.from(values)), offset)
    else if (this.#width === 2) target.set(bytesOf(Uint16Array.from(values)), offset)
    else target.set(bytesOf(Uint32Array.from(values)), offset)
    return offset + values.length * this.#width
  }

  clear(): void {
    this.#count = 0
  }
}

/** `UInt64` and, as milliseconds, `DateTime64(3)`: numbers up to 2^53 in 8 bytes. */
export class LongColumn implements NativeColumn {
  readonly type: string
  readonly #most: number
  #halves = new Uint32Array(2048)
  #end = 0

  constructor(type: 'UInt64' | "DateTime64(3, 'UTC')") {
    this.type = type
    this.#most = type === 'UInt64' ? Number.MAX_SAFE_INTEGER : LAST_MS
  }

  get maxBytes(): number {
    return this.#end * 4
  }

  push(value: number): void {
    if (this.#end === this.#halves.length) this.#halves = doubled(this.#halves)
    // Written so that NaN becomes 0.
    const fitting = value > 0 ? Math.min(Math.floor(value), this.#most) : 0
    const high = Math.floor(fitting / TWO_32)
    this.#halves[this.#end++] = fitting - high * TWO_32
    this.#halves[this.#end++] = high
  }

  write(target: Buffer, offset: number): number {
    target.set(bytesOf(this.#halves.subarray(0, this.#end)), offset)
    return offset + this.#end * 4
  }

  clear(): void {
    this.#end = 0
  }
}

/** Value of a hex digit of canonical GUID text by character code; 255 elsewhere. */
const NIBBLE = new Uint8Array(128).fill(255)
for (let digit = 0; digit < 16; digit++) NIBBLE[digit.toString(16).charCodeAt(0)] = digit
/** Where the two digits of each byte are in a GUID's text, in the order in which they are stored. */
const DIGITS = Uint8Array.of(16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19)
const HYPHENS = [8, 13, 18, 23] as const
const HYPHEN = 0x2d

/** `UUID`, from canonical GUID text. */
export class GuidColumn implements NativeColumn {
  readonly type = 'UUID'
  #bytes = Buffer.alloc(FIRST_BYTES)
  #end = 0

  get maxBytes(): number {
    return this.#end
  }

  /** False, and all zero in the column, when the text is no canonical GUID: nothing else is checked. */
  push(guid: string): boolean {
    if (this.#end === this.#bytes.length) {
      const grown = Buffer.alloc(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    const start = this.#end
    this.#end += 16
    if (guid.length === 36 && this.#read(guid, start)) return true
    this.#bytes.fill(0, start, this.#end)
    return false
  }

  /** Takes the last one back. */
  pop(): void {
    this.#end -= 16
  }

  write(target: Buffer, offset: number): number {
    target.set(this.#bytes.subarray(0, this.#end), offset)
    return offset + this.#end
  }

  clear(): void {
    this.#end = 0
  }

  #read(guid: string, start: number): boolean {
    const bytes = this.#bytes
    let seen = 0
    for (let i = 0; i < 16; i++) {
      const digit = DIGITS[i] ?? 0
      const high = NIBBLE[guid.charCodeAt(digit)] ?? 255
      const low = NIBBLE[guid.charCodeAt(digit + 1)] ?? 255
      seen |= high | low
      bytes[start + i] = (high << 4) | low
    }
    for (const at of HYPHENS) if (guid.charCodeAt(at) !== HYPHEN) return false
    return seen < 16
  }
}

/** `Array(T)`: push values into `values`, then {@link endRow}. */
export class ArrayColumn<C extends NativeColumn> implements NativeColumn {
  readonly type: string
  readonly values: C
  readonly #ends = new LongColumn('UInt64')
  #pushed = 0

  constructor(values: C) {
    this.values = values
    this.type = `Array(${values.type})`
  }

  get maxBytes(): number {
    return this.#ends.maxBytes + this.values.maxBytes
  }

  endRow(count: number): void {
    this.#pushed += count
    this.#ends.push(this.#pushed)
  }

  writePrefix(target: Buffer, offset: number): number {
    return this.values.writePrefix?.(target, offset) ?? offset
  }

  write(target: Buffer, offset: number): number {
    return this.values.write(target, this.#ends.write(target, offset))
  }

  clear(): void {
    this.#ends.clear()
    this.values.clear()
    this.#pushed = 0
  }
}

/** A column and its name in the table. */
export type NamedColumn = readonly [name: string, column: NativeColumn]

/** One block: the rows that all columns hold. Memory of its own; the columns are not emptied. */
export function nativeBlock(
  columns: readonly NamedColumn[],
  rows: number,
): Uint8Array<ArrayBuffer> {
  let most = 20
  for (const [name, column] of columns)
    most += roomFor(name) + roomFor(column.type) + column.maxBytes
  const target = Buffer.from(new ArrayBuffer(most))
  let at = writeVarint(target, writeVarint(target, 0, columns.length), rows)
  for (const [name, column] of columns) {
    at = writeText(target, at, name)
    at = writeText(target, at, column.type)
    if (rows > 0) at = column.write(target, column.writePrefix?.(target, at) ?? at)
  }
  return new Uint8Array(target.buffer, 0, at)
}

function doubledFloats(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(values.length * 2)
  grown.set(values)
  return grown
}
