import {
  bytesOf,
  doubled,
  FIRST_BYTES,
  type NativeColumn,
  roomFor,
  writeText,
  writeUint64,
} from './native_bytes.ts'

/** Characters that are gathered before they are encoded together: few, so that they are in the cache still. */
const GATHERED_CHARACTERS = 256
/** A length below 128 is one byte, and that byte is a character of its own in UTF-8. */
const LENGTHS: readonly string[] = Array.from({ length: 128 }, (_, n) => String.fromCharCode(n))

/**
 * `String`: values that seldom repeat. Short strings are joined, each behind its length as a character, and encoded by
 * one call (measured: 27 ns a string of 70 characters, against 180 ns in a loop). Only ASCII can be.
 */
export class TextColumn implements NativeColumn {
  readonly type = 'String'
  #bytes = Buffer.alloc(FIRST_BYTES)
  #end = 0
  #gathered = ''

  get maxBytes(): number {
    return this.#end + this.#gathered.length * 3
  }

  push(value: string): void {
    if (value.length < 128) {
      this.#gathered += LENGTHS[value.length] + value
      if (this.#gathered.length > GATHERED_CHARACTERS) this.#encode()
      return
    }
    this.#encode()
    this.#reserve(roomFor(value))
    this.#end = writeText(this.#bytes, this.#end, value)
  }

  write(target: Buffer, offset: number): number {
    this.#encode()
    target.set(this.#bytes.subarray(0, this.#end), offset)
    return offset + this.#end
  }

  clear(): void {
    this.#end = 0
    this.#gathered = ''
  }

  #encode(): void {
    const gathered = this.#gathered
    if (gathered === '') return
    this.#gathered = ''
    // A string of other than ASCII may need two bytes for its length.
    this.#reserve(gathered.length * 4)
    const bytes = this.#bytes.write(gathered, this.#end, 'utf8')
    if (bytes === gathered.length) this.#end += bytes
    else this.#encodeEach(gathered)
  }

  #encodeEach(gathered: string): void {
    for (let at = 0; at < gathered.length; ) {
      const end = at + 1 + gathered.charCodeAt(at)
      this.#end = writeText(this.#bytes, this.#end, gathered.slice(at + 1, end))
      at = end
    }
  }

  #reserve(room: number): void {
    if (this.#end + room <= this.#bytes.length) return
    const grown = Buffer.alloc((this.#end + room) * 2)
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
 * `LowCardinality(String)`: each value once, and a number a row. Bytes of values are reused (measured: a third less).
 */
export class RepeatedTextColumn implements NativeColumn {
  readonly type = 'LowCardinality(String)'
  /** Number of a value among all that are remembered. */
  readonly #numbers = new Map<string, number>()
  /** Their bytes, one after the other, and where each begins. */
  #keys = Buffer.alloc(FIRST_BYTES)
  #keysEnd = 0
  #starts = new Uint32Array(1024)
  /** Index of a value in this block's dictionary; only if its mark is the block's. */
  #indexes = new Uint32Array(1024)
  #marks = new Uint32Array(1024)
  #mark = 1
  /** The block's dictionary: numbers of its values. */
  #dictionary = new Uint32Array(1024)
  #size = 0
  #dictionaryBytes = 0
  #rows = new Uint32Array(1024)
  #count = 0
  #lastValue: string | undefined
  #lastIndex = 0

  get maxBytes(): number {
    return 40 + this.#dictionaryBytes + this.#count * 4
  }

  push(value: string): void {
    if (value !== this.#lastValue) {
      this.#lastIndex = this.#indexOf(this.#numbers.get(value) ?? this.#add(value))
      this.#lastValue = value
    }
    if (this.#count === this.#rows.length) this.#rows = doubled(this.#rows)
    this.#rows[this.#count++] = this.#lastIndex
  }

  writePrefix(target: Buffer, offset: number): number {
    return writeUint64(target, offset, KEYS_VERSION)
  }

  write(target: Buffer, offset: number): number {
    if (this.#count === 0) return offset
    const width = this.#size <= 0x100 ? 0 : this.#size <= 0x10000 ? 1 : 2
    let at = writeUint64(target, offset, KEY_FLAGS | width)
    at = writeUint64(target, at, this.#size)
    for (let index = 0; index < this.#size; index++) {
      const number = this.#dictionary[index] ?? 0
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

  #indexOf(number: number): number {
    if (this.#marks[number] === this.#mark) return this.#indexes[number] ?? 0
    const index = this.#size++
    if (index === this.#dictionary.length) this.#dictionary = doubled(this.#dictionary)
    this.#dictionary[index] = number
    this.#dictionaryBytes += this.#endOf(number) - (this.#starts[number] ?? 0)
    this.#marks[number] = this.#mark
    this.#indexes[number] = index
    return index
  }

  #add(value: string): number {
    const number = this.#numbers.size
    if (number === this.#starts.length) {
      this.#starts = doubled(this.#starts)
      this.#indexes = doubled(this.#indexes)
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
