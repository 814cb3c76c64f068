/**
 * Strings and numbers as SSH spells them: a length in four bytes, big-endian, and so many bytes.
 *
 * Source: RFC 4251, section 5.
 *
 * @module
 */

/** Reads one after another; once one does not fit, everything after it is undefined. */
export class SshStrings {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  u32(): number | undefined {
    const at = this.#at
    if (at + 4 > this.#bytes.length) return this.#stop()
    this.#at = at + 4
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 4).getUint32(0)
  }

  /** A view. */
  string(): Uint8Array | undefined {
    const length = this.u32()
    if (length === undefined) return undefined
    return this.take(length)
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array | undefined {
    const at = this.#at
    if (length > this.#bytes.length - at) return this.#stop()
    this.#at = at + length
    return this.#bytes.subarray(at, at + length)
  }

  /** A short name, or an empty text. */
  name(): string {
    const bytes = this.string()
    return bytes === undefined || bytes.length > 64 ? '' : String.fromCharCode(...bytes)
  }

  #stop(): undefined {
    this.#at = this.#bytes.length
    return undefined
  }
}
