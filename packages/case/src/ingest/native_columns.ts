/**
 * Columns of ClickHouse's Native format, filled value by value.
 *
 * Native is what the engine holds in memory, column by column, so it parses fastest (measured: a
 * tenth of tab-separated text). A column keeps its memory from block to block.
 *
 * Source: ClickHouse documentation, "Native" format and "Data types binary encoding"; the layout of
 * LowCardinality from its `SerializationLowCardinality.cpp`, version 26.7.
 *
 * @module
 */

/** One column of the block that is being filled. */
export interface NativeColumn {
  /** The type that the block says; the engine casts it to the table's. */
  readonly type: string
  /** Upper bound of what {@link write} writes. */
  readonly maxBytes: number
  /** Writes what stands before the data, of nested columns before all of it; returns where it ends. */
  writePrefix(target: Buffer, offset: number): number
  /** Writes the column's data at an offset and returns where it ends. */
  write(target: Buffer, offset: number): number
  /** Empties the column for the next block. */
  clear(): void
}

const FIRST_BYTES = 4096
const TWO_32 = 2 ** 32
/** 2299-12-31: the last day that DateTime64 knows. */
const LAST_MS = 10_413_791_999_999

/** Writes a length as a varint and returns where it ends. */
export function writeVarint(target: Buffer, offset: number, value: number): number {
  let at = offset
  let rest = value
  while (rest > 127) {
    target[at++] = (rest & 127) | 128
    rest = Math.floor(rest / 128)
  }
  target[at++] = rest
  return at
}

const varintBytes = (value: number): number => {
  let bytes = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

/** Writes a string with its length before it and returns where it ends. */
export function writeText(target: Buffer, offset: number, text: string): number {
  const { length } = text
  if (length < 128) {
    let at = offset + 1
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) break
      target[at++] = code
    }
    if (i === length) {
      target[offset] = length
      return at
    }
  }
  // Nearly all text is ASCII: its length in bytes is guessed to be that in characters.
  const start = offset + varintBytes(length)
  const bytes = target.write(text, start, 'utf8')
  const realStart = offset + varintBytes(bytes)
  if (realStart !== start) target.copyWithin(realStart, start, start + bytes)
  writeVarint(target, offset, bytes)
  return realStart + bytes
}

/** Bytes that {@link writeText} may need. */
const roomFor = (text: string): number => text.length * 3 + 10

/** `String`: values that seldom repeat. */
export class TextColumn implements NativeColumn {
  readonly type = 'String'
  #bytes = Buffer.alloc(FIRST_BYTES)
  #end = 0

  get maxBytes(): number {
    return this.#end
  }

  push(value: string): void {
    const room = this.#end + roomFor(value)
    if (room > this.#bytes.length) this.#grow(room)
    this.#end = writeText(this.#bytes, this.#end, value)
  }

  writePrefix(_target: Buffer, offset: number): number {
    return offset
  }

  write(target: Buffer, offset: number): number {
    target.set(this.#bytes.subarray(0, this.#end), offset)
    return offset + this.#end
  }

  clear(): void {
    this.#end = 0
  }

  #grow(room: number): void {
    const grown = Buffer.alloc(room * 2)
    grown.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = grown
  }
}

const KEYS_VERSION = 1
/** The block brings keys of its own, and they are its dictionary. */
const KEY_FLAGS = (1 << 9) | (1 << 10)

/** Values that a column remembers from block to block, by count and by bytes. */
const MOST_KEYS = 65_536
const MOST_KEY_BYTES = 4 * 1024 * 1024

/**
 * `LowCardinality(String)`: each value once, and a number a row.
 *
 * Users, sessions and addresses come again in the next block, so their bytes are kept: a known value
 * costs one look into a map (measured: a third less than a new map a block).
 */
export class RepeatedTextColumn implements NativeColumn {
  readonly type = 'LowCardinality(String)'
  /** Number of a value among all that are remembered. */
  readonly #numbers = new Map<string, number>()
  /** Their bytes, one after the other, and where each begins. */
  #keys = Buffer.alloc(FIRST_BYTES)
  #keysEnd = 0
  #starts = new Uint32Array(1024)
  /** Place of a value in this block's dictionary; only if its mark is the block's. */
  #places = new Uint32Array(1024)
  #marks = new Uint32Array(1024)
  #mark = 1
  /** The block's dictionary: numbers of its values. */
  #dictionary = new Uint32Array(1024)
  #size = 0
  #dictionaryBytes = 0
  #rows = new Uint32Array(1024)
  #count = 0
  #lastValue: string | undefined
  #lastPlace = 0

  get maxBytes(): number {
    return 40 + this.#dictionaryBytes + this.#count * 4
  }

  push(value: string): void {
    if (value !== this.#lastValue) {
      this.#lastPlace = this.#placeOf(this.#numbers.get(value) ?? this.#add(value))
      this.#lastValue = value
    }
    if (this.#count === this.#rows.length) this.#rows = doubled(this.#rows)
    this.#rows[this.#count++] = this.#lastPlace
  }

  writePrefix(target: Buffer, offset: number): number {
    return writeUint64(target, offset, KEYS_VERSION)
  }

  write(target: Buffer, offset: number): number {
    if (this.#count === 0) return offset
    const width = this.#size <= 0x100 ? 0 : this.#size <= 0x10000 ? 1 : 2
    let at = writeUint64(target, offset, KEY_FLAGS | width)
    at = writeUint64(target, at, this.#size)
    for (let place = 0; place < this.#size; place++) {
      const number = this.#dictionary[place] ?? 0
      const start = this.#starts[number] ?? 0
      const end = this.#endOf(number)
      this.#keys.copy(target, at, start, end)
      at += end - start
    }
    at = writeUint64(target, at, this.#count)
    const rows = this.#rows.subarray(0, this.#count)
    if (width === 0) target.set(rows, at)
    else if (width === 1) target.set(bytesOf(Uint16Array.from(rows)), at)
    else target.set(bytesOf(rows), at)
    return at + this.#count * 2 ** width
  }

  clear(): void {
    this.#mark++
    this.#size = 0
    this.#dictionaryBytes = 0
    this.#count = 0
    this.#lastValue = undefined
    if (this.#numbers.size < MOST_KEYS && this.#keysEnd < MOST_KEY_BYTES) return
    this.#numbers.clear()
    this.#keysEnd = 0
    if (this.#keys.length > MOST_KEY_BYTES) this.#keys = Buffer.alloc(FIRST_BYTES)
  }

  #endOf(number: number): number {
    return number + 1 < this.#numbers.size ? (this.#starts[number + 1] ?? 0) : this.#keysEnd
  }

  #placeOf(number: number): number {
    if (this.#marks[number] === this.#mark) return this.#places[number] ?? 0
    const place = this.#size++
    if (place === this.#dictionary.length) this.#dictionary = doubled(this.#dictionary)
    this.#dictionary[place] = number
    this.#dictionaryBytes += this.#endOf(number) - (this.#starts[number] ?? 0)
    this.#marks[number] = this.#mark
    this.#places[number] = place
    return place
  }

  #add(value: string): number {
    const number = this.#numbers.size
    if (number === this.#starts.length) {
      this.#starts = doubled(this.#starts)
      this.#places = doubled(this.#places)
      this.#marks = doubled(this.#marks)
    }
    const room = this.#keysEnd + roomFor(value)
    if (room > this.#keys.length) {
      const grown = Buffer.alloc(room * 2)
      grown.set(this.#keys.subarray(0, this.#keysEnd))
      this.#keys = grown
    }
    this.#numbers.set(value, number)
    this.#starts[number] = this.#keysEnd
    this.#marks[number] = 0
    this.#keysEnd = writeText(this.#keys, this.#keysEnd, value)
    return number
  }
}

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

  writePrefix(_target: Buffer, offset: number): number {
    return offset
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

  writePrefix(_target: Buffer, offset: number): number {
    return offset
  }

  write(target: Buffer, offset: number): number {
    target.set(bytesOf(this.#halves.subarray(0, this.#end)), offset)
    return offset + this.#end * 4
  }

  clear(): void {
    this.#end = 0
  }
}

/** `Nullable(DateTime64(3))`: 0 is null. */
export class OptionalTimeColumn implements NativeColumn {
  readonly type = "Nullable(DateTime64(3, 'UTC'))"
  readonly #times = new LongColumn("DateTime64(3, 'UTC')")
  #isNull: number[] = []

  get maxBytes(): number {
    return this.#isNull.length + this.#times.maxBytes
  }

  push(ms: number): void {
    this.#isNull.push(ms > 0 ? 0 : 1)
    this.#times.push(ms)
  }

  writePrefix(_target: Buffer, offset: number): number {
    return offset
  }

  write(target: Buffer, offset: number): number {
    target.set(this.#isNull, offset)
    return this.#times.write(target, offset + this.#isNull.length)
  }

  clear(): void {
    this.#isNull = []
    this.#times.clear()
  }
}

/** Value of a hex digit by character code. */
const NIBBLE = new Uint8Array(128)
for (let digit = 0; digit < 16; digit++) NIBBLE[digit.toString(16).charCodeAt(0)] = digit
/** Where the two digits of each byte stand in a GUID's text, in the order in which they are stored. */
const DIGITS: readonly number[] = [16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19]

/** `UUID`, from canonical GUID text; `''` is all zero. */
export class GuidColumn implements NativeColumn {
  readonly type = 'UUID'
  #bytes = Buffer.alloc(FIRST_BYTES)
  #end = 0

  get maxBytes(): number {
    return this.#end
  }

  push(guid: string): void {
    if (this.#end === this.#bytes.length) {
      const grown = Buffer.alloc(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    const bytes = this.#bytes
    let at = this.#end
    this.#end += 16
    if (guid.length !== 36) {
      bytes.fill(0, at, this.#end)
      return
    }
    for (let i = 0; i < 16; i++) {
      const digit = DIGITS[i] ?? 0
      const high = NIBBLE[guid.charCodeAt(digit)] ?? 0
      bytes[at++] = (high << 4) | (NIBBLE[guid.charCodeAt(digit + 1)] ?? 0)
    }
  }

  writePrefix(_target: Buffer, offset: number): number {
    return offset
  }

  write(target: Buffer, offset: number): number {
    target.set(this.#bytes.subarray(0, this.#end), offset)
    return offset + this.#end
  }

  clear(): void {
    this.#end = 0
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
    return this.values.writePrefix(target, offset)
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
    if (rows > 0) at = column.write(target, column.writePrefix(target, at))
  }
  return new Uint8Array(target.buffer, 0, at)
}

function writeUint64(target: Buffer, offset: number, value: number): number {
  target.writeUInt32LE(value, offset)
  target.writeUInt32LE(0, offset + 4)
  return offset + 8
}

/** Little-endian, like the format; every platform that the engine runs on is. */
function bytesOf(values: Uint32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(values.length * 2)
  grown.set(values)
  return grown
}

function doubledFloats(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(values.length * 2)
  grown.set(values)
  return grown
}
