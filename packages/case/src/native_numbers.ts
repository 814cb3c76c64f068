/** Reads ClickHouse's Native format where it has a column of 64-bit numbers, and one that says which list they are of. */

/**
 * The numbers' bytes by list, a piece for each run of them in a block; they share the memory of `bytes`.
 *
 * @throws {RangeError} when the bytes are something else
 */
export function numbersIn(bytes: Uint8Array, lists: number): Uint8Array[][] {
  const reader = new BlockReader(bytes)
  const found = Array.from({ length: lists }, (): Uint8Array[] => [])
  while (!reader.isDone) {
    const columns = reader.varint()
    const rows = reader.varint()
    const numbers = reader.column('UInt64', 8 * rows)
    const listOf = reader.column('UInt8', rows)
    if (columns !== 2) throw new RangeError('a block has other columns than numbers and their list')
    for (let from = 0; from < rows; ) {
      const list = listOf[from] ?? 0
      const end = endOfRun(listOf, from, lists)
      found[list]?.push(numbers.subarray(8 * from, 8 * end))
      from = end
    }
  }
  return found
}

/** The engine puts rows of several queries into one block, those of each one after another. */
function endOfRun(listOf: Uint8Array, from: number, lists: number): number {
  let end = listOf.length
  for (let other = 0; other < lists; other++) {
    const next = other === listOf[from] ? -1 : listOf.indexOf(other, from)
    if (next !== -1) end = Math.min(end, next)
  }
  return end
}

class BlockReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  /** The bytes of a column that has this type. */
  column(type: string, length: number): Uint8Array {
    this.#skip(this.varint())
    const found = this.#skip(this.varint()).toString('latin1')
    if (found !== type) throw new RangeError(`a column is ${found}, not ${type}`)
    return this.#skip(length)
  }

  #skip(length: number): Buffer {
    const from = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) throw new RangeError('a block is cut off')
    return this.#bytes.subarray(from, this.#at)
  }
}
