/**
 * Strings and numbers as SSH spells them: a length in four bytes, big-endian, and so many bytes.
 *
 * Source: RFC 4251, section 5. @module
 */

/** Reads one after another; once one does not fit, everything after it is undefined. */
export class SshStrings {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** How many bytes were read. */
  get length(): number {
    return this.#at
  }

  u32(): number | undefined {
    const bytes = this.#bytes
    const at = this.#at
    if (at + 4 > bytes.length) return this.#stop()
    this.#at = at + 4
    const high = (bytes[at] ?? 0) * 0x1_00_00_00
    return (
      high + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
    )
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
    return bytes === undefined || bytes.length > 64 ? '' : latinOf(bytes)
  }

  #stop(): undefined {
    this.#at = this.#bytes.length
    return undefined
  }
}

/** A short text: for one of 64 letters, quicker than to spread them. */
export function latinOf(bytes: Uint8Array): string {
  let text = ''
  for (const letter of bytes) text += String.fromCharCode(letter)
  return text
}
