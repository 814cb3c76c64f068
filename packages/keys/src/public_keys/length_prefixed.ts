/** Numbers and strings behind lengths: SSH (RFC 4251, section 5), OpenPGP and Java. */

/** Bits of the longest number of OpenPGP. */
const MOST_MPI_BITS = 16_384

/** Reads one after another; once one does not fit, everything after it is undefined. */
export class LengthPrefixed {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  isOver(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(length: number): number | undefined {
    const bytes = this.#bytes
    let at = this.#at
    this.#at = Math.min(at + length, bytes.length)
    if (this.#at < at + length) return undefined
    let number = 0
    while (at < this.#at) number = number * 256 + (bytes[at++] ?? 0)
    return number
  }

  /** A view. */
  string(lengthBytes = 4): Uint8Array | undefined {
    return this.take(this.number(lengthBytes))
  }

  take(length: number | undefined): Uint8Array | undefined {
    const at = this.#at
    if (length === undefined || length > this.#bytes.length - at) {
      this.#at = this.#bytes.length
      return undefined
    }
    this.#at = at + length
    return this.#bytes.subarray(at, at + length)
  }

  name(): string {
    const bytes = this.string()
    return bytes === undefined || bytes.length > 64 ? '' : latinOf(bytes)
  }

  /** A view, behind a length in bits, the highest of which is set (RFC 9580, section 3.2). */
  mpi(): Uint8Array | undefined {
    const bits = this.number(2) ?? 0
    const bytes = bits === 0 || bits > MOST_MPI_BITS ? undefined : this.take(Math.ceil(bits / 8))
    const topBits = 32 - Math.clz32(bytes?.[0] ?? 0)
    return topBits === ((bits - 1) % 8) + 1 ? bytes : this.take(undefined)
  }
}

/** A short text: for one of 64 letters, quicker than to spread them. */
export function latinOf(bytes: Uint8Array): string {
  let text = ''
  for (const letter of bytes) text += String.fromCharCode(letter)
  return text
}
