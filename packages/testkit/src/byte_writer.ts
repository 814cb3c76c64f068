/**
 * Numbers and bytes, one after another, in one byte order: what builders of files are made with.
 */

/** Grows as it is written to. */
export class ByteWriter {
  readonly #isLittleEndian: boolean
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian
  }

  get length(): number {
    return this.#length
  }

  u8(...values: readonly number[]): this {
    return this.bytes(Uint8Array.from(values))
  }

  u16(...values: readonly number[]): this {
    for (const value of values)
      this.#grown(2, (view, at) => view.setUint16(at, value, this.#isLittleEndian))
    return this
  }

  u32(...values: readonly number[]): this {
    for (const value of values)
      this.#grown(4, (view, at) => view.setUint32(at, value >>> 0, this.#isLittleEndian))
    return this
  }

  u64(...values: readonly (bigint | number)[]): this {
    for (const value of values)
      this.#grown(8, (view, at) => view.setBigUint64(at, BigInt(value), this.#isLittleEndian))
    return this
  }

  /** 8 bytes, or 4 of a 32-bit file. */
  word(is64: boolean, ...values: readonly (bigint | number)[]): this {
    for (const value of values) {
      if (is64) this.u64(value)
      else this.u32(Number(value))
    }
    return this
  }

  ascii(text: string): this {
    return this.bytes(Buffer.from(text, 'latin1'))
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  zeros(count: number): this {
    this.#reserve(count)
    return this
  }

  /** Zeros up to a multiple of `unit`. */
  align(unit: number): this {
    return this.zeros((unit - (this.#length % unit)) % unit)
  }

  /** Zeros up to the offset `to`. */
  padTo(to: number): this {
    return this.zeros(to - this.#length)
  }

  /** Overwrites the u32 at `offset`. */
  patchU32(offset: number, value: number): this {
    this.#view.setUint32(offset, value >>> 0, this.#isLittleEndian)
    return this
  }

  /** A copy of what was written. */
  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Room for `count` bytes more, which are zeros; gives where. */
  #reserve(count: number): number {
    const at = this.#length
    const end = at + count
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#length = end
    return at
  }

  #grown(length: number, set: (view: DataView, at: number) => void): void {
    const at = this.#reserve(length)
    set(this.#view, at)
  }
}
