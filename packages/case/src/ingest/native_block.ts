/** ClickHouse's Native format. Source: its documentation; `SerializationLowCardinality.cpp` 26.7 */
import { nameOf } from '../store/sql.ts'

export type Cell = string | number | readonly string[] | readonly number[]
const FIRST_BYTES = 4096
/** Characters that are encoded by one call: few, so that they are in the cache still. */
const GATHERED_CHARACTERS = 256
/** A length below 128 is one byte, and that byte is a character of its own in UTF-8. */
const LENGTHS: readonly string[] = Array.from({ length: 128 }, (_, n) => String.fromCharCode(n))

class Bytes {
  #memory = Buffer.allocUnsafe(FIRST_BYTES)
  #end = 0

  get length(): number {
    return this.#end
  }

  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#memory[this.#end++] = (rest & 127) | 128
    this.#memory[this.#end++] = rest
  }

  longs(values: readonly number[]): void {
    const halves = new Uint32Array(values.length * 2)
    for (let at = 0; at < values.length; at++) {
      const value = values[at] ?? 0
      halves[2 * at] = value
      halves[2 * at + 1] = Math.floor(value / 2 ** 32)
    }
    this.raw(bytesOf(halves))
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#memory.set(bytes, this.#end)
    this.#end += bytes.length
  }

  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.varint(length)
    this.#reserve(length)
    this.#end += this.#memory.write(value, this.#end, 'utf8')
  }

  shortTexts(gathered: string): void {
    this.#reserve(gathered.length * 3)
    const written = this.#memory.write(gathered, this.#end, 'utf8')
    if (written === gathered.length) {
      this.#end += written
      return
    }
    for (let at = 0; at < gathered.length; ) {
      const end = at + 1 + gathered.charCodeAt(at)
      this.text(gathered.slice(at + 1, end))
      at = end
    }
  }

  empty(): Uint8Array {
    const bytes = this.#memory.subarray(0, this.#end)
    this.#end = 0
    return bytes
  }

  #reserve(room: number): void {
    if (this.#end + room <= this.#memory.length) return
    const grown = Buffer.allocUnsafe((this.#end + room) * 2)
    grown.set(this.#memory.subarray(0, this.#end))
    this.#memory = grown
  }
}

/** Little-endian, like the format; every platform that the engine runs on is. */
const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

interface Column<T> {
  readonly length: number
  push(cell: T): void
  write(block: Bytes): void
}

/** Short ASCII texts are encoded in one call (measured: 27 ns a text of 70 characters, not 180). */
class Texts implements Column<string> {
  readonly #bytes = new Bytes()
  #gathered = ''

  get length(): number {
    return this.#bytes.length + this.#gathered.length
  }

  push(cell: string): void {
    if (cell.length < 128) {
      this.#gathered += LENGTHS[cell.length] + cell
      if (this.#gathered.length > GATHERED_CHARACTERS) this.#encode()
      return
    }
    this.#encode()
    this.#bytes.text(cell)
  }

  write(block: Bytes): void {
    this.#encode()
    block.raw(this.#bytes.empty())
  }

  #encode(): void {
    this.#bytes.shortTexts(this.#gathered)
    this.#gathered = ''
  }
}

const KEYS_VERSION = 1
const KEY_FLAGS = (1 << 9) | (1 << 10)

class RepeatedTexts implements Column<string> {
  readonly #numbers = new Map<string, number>()
  readonly #keys = new Texts()
  readonly #rows: number[] = []
  #last: string | undefined
  #lastNumber = 0

  get length(): number {
    return this.#keys.length + 4 * this.#rows.length
  }

  push(cell: string): void {
    if (cell !== this.#last) {
      this.#last = cell
      this.#lastNumber = this.#numbers.get(cell) ?? this.#add(cell)
    }
    this.#rows.push(this.#lastNumber)
  }

  write(block: Bytes): void {
    const rows = Uint32Array.from(this.#rows.splice(0))
    if (rows.length === 0) return
    const { size } = this.#numbers
    const width = size <= 0x100 ? 0 : size <= 0x10000 ? 1 : 2
    block.longs([KEY_FLAGS | width, size])
    this.#keys.write(block)
    block.longs([rows.length])
    const narrow = width === 0 ? Uint8Array.from(rows) : Uint16Array.from(rows)
    block.raw(bytesOf(width === 2 ? rows : narrow))
    this.#numbers.clear()
    this.#last = undefined
  }

  #add(cell: string): number {
    const number = this.#numbers.size
    this.#numbers.set(cell, number)
    this.#keys.push(cell)
    return number
  }
}

/** Where the two digits of each byte are in a GUID's text, in the order in which they are stored. */
const DIGITS = Uint8Array.of(16, 14, 11, 9, 6, 4, 2, 0, 34, 32, 30, 28, 26, 24, 21, 19)
/** Value of a lower-case hex digit by character code; 255 elsewhere. */
const NIBBLE = new Uint8Array(128).fill(255)
for (let digit = 0; digit < 16; digit++) NIBBLE[digit.toString(16).charCodeAt(0)] = digit

function guids(): Column<string> {
  const cells: string[] = []
  return {
    get length() {
      return 16 * cells.length
    },
    push: (cell) => void cells.push(cell),
    write(block) {
      const bytes = new Uint8Array(16 * cells.length)
      let at = 0
      for (const cell of cells.splice(0))
        for (const digit of DIGITS) {
          const high = NIBBLE[cell.charCodeAt(digit)] ?? 0
          bytes[at++] = (high << 4) | (NIBBLE[cell.charCodeAt(digit + 1)] ?? 0)
        }
      block.raw(bytes)
    },
  }
}

/** Numbers. What does not fit becomes the nearest that does, NaN 0, and a fraction is cut. */
function numbers(
  least: number,
  most: number,
  write: (cells: readonly number[], block: Bytes) => void,
): Column<number> {
  const cells: number[] = []
  return {
    get length() {
      return 8 * cells.length
    },
    push: (cell) => void cells.push(Math.min(most, Math.max(least, Math.trunc(cell))) || 0),
    write: (block) => write(cells.splice(0), block),
  }
}

function lists<T>(items: Column<T>): Column<readonly T[]> {
  const ends: number[] = []
  let end = 0
  return {
    get length() {
      return 8 * ends.length + items.length
    },
    push(cell) {
      for (const item of cell) items.push(item)
      end += cell.length
      ends.push(end)
    },
    write(block) {
      block.longs(ends.splice(0))
      items.write(block)
      end = 0
    },
  }
}

/** 2299-12-31: the last day that DateTime64 knows. */
const LAST_MS = 10_413_791_999_999
const longs = (most: number) => numbers(0, most, (cells, block) => block.longs(cells))
const MAKE = {
  String: () => new Texts(),
  'LowCardinality(String)': () => new RepeatedTexts(),
  UUID: guids,
  Int8: () => numbers(-128, 127, (cells, block) => block.raw(bytesOf(Int8Array.from(cells)))),
  UInt16: () => numbers(0, 0xffff, (cells, block) => block.raw(bytesOf(Uint16Array.from(cells)))),
  UInt32: () =>
    numbers(0, 0xffff_ffff, (cells, block) => block.raw(bytesOf(Uint32Array.from(cells)))),
  UInt64: () => longs(Number.MAX_SAFE_INTEGER),
  "DateTime64(3, 'UTC')": () => longs(LAST_MS),
  'Array(String)': () => lists(new Texts()),
  'Array(LowCardinality(String))': () => lists(new RepeatedTexts()),
  'Array(UInt64)': () => lists(longs(Number.MAX_SAFE_INTEGER)),
}

function columnOf(type: string): Column<Cell> {
  const make = Object.entries(MAKE).find(([each]) => each === type)?.[1]
  if (make === undefined) throw new TypeError(`no block has a column of ${type}`)
  return make()
}

export class NativeRows {
  readonly #columns: readonly { readonly name: string; readonly type: string }[]
  readonly #cells: readonly Column<Cell>[]
  readonly #block = new Bytes()
  #rows = 0

  constructor(columns: readonly string[]) {
    this.#columns = columns.map((column) => {
      const name = nameOf(column)
      const [type = ''] = column.slice(name.length + 1).split(' DEFAULT ')
      return { name, type }
    })
    this.#cells = this.#columns.map(({ type }) => columnOf(type))
  }

  get rows(): number {
    return this.#rows
  }

  get length(): number {
    return this.#cells.reduce((sum, { length }) => sum + length, 0)
  }

  push(...groups: readonly (readonly Cell[])[]): void {
    this.#rows++
    let at = 0
    for (const cells of groups) for (const cell of cells) this.#cells[at++]?.push(cell)
  }

  take(): Uint8Array<ArrayBuffer> {
    const block = this.#block
    block.varint(this.#columns.length)
    block.varint(this.#rows)
    for (const [at, { name, type }] of this.#columns.entries()) {
      block.text(name)
      block.text(type)
      if (type.includes('LowCardinality') && this.#rows > 0) block.longs([KEYS_VERSION])
      this.#cells[at]?.write(block)
    }
    this.#rows = 0
    return new Uint8Array(block.empty())
  }
}
