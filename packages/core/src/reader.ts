/** Numbers out of bytes that somebody else wrote: every read is checked against what is there. */
import { MintmarkError } from './errors.ts'

export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #isLittleEndian: boolean
  #at: number

  /** Keeps `bytes`, and copies none of them. `at` may lie past the end: then nothing is left. */
  constructor(bytes: Uint8Array, isLittleEndian: boolean, at = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#isLittleEndian = isLittleEndian
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  get left(): number {
    return Math.max(0, this.#bytes.byteLength - this.#at)
  }

  seek(at: number): this {
    this.#at = at
    return this
  }

  skip(lengthBytes: number): this {
    this.#at += lengthBytes
    return this
  }

  /** @throws {MintmarkError} `INPUT_INVALID` where fewer bytes are left, as every read below */
  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), this.#isLittleEndian)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.#isLittleEndian)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.#isLittleEndian)
  }

  /**
   * A u64 that is an offset or a length. Above 2^53 − 1 it reads as 2^53 − 1, past any file's end.
   */
  size(): number {
    const start = this.#take(8)
    const first = this.#view.getUint32(start, this.#isLittleEndian)
    const second = this.#view.getUint32(start + 4, this.#isLittleEndian)
    const high = this.#isLittleEndian ? second : first
    if (high >= 0x20_0000) return Number.MAX_SAFE_INTEGER
    return high * 0x1_0000_0000 + (this.#isLittleEndian ? first : second)
  }

  bytes(lengthBytes: number): Uint8Array {
    const start = this.#take(lengthBytes)
    return this.#bytes.subarray(start, start + lengthBytes)
  }

  #take(lengthBytes: number): number {
    const start = this.#at
    const end = start + lengthBytes
    if (start < 0 || lengthBytes < 0 || end > this.#bytes.byteLength) {
      const message = `${lengthBytes} bytes wanted at ${start}, ${this.left} left`
      const facts = { offset: start, wanted: lengthBytes, left: this.left }
      throw new MintmarkError('INPUT_INVALID', message, facts)
    }
    this.#at = end
    return start
  }
}
