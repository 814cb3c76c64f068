const LF = 0x0a
const CR = 0x0d

/** Turns the line ends of a text, CR alone or before LF, into LF; the text may come in any chunks. */
export class LoneReturns {
  #hasReturn: boolean = false

  push(chunk: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(chunk.length)
    let length = 0
    let hasReturn = this.#hasReturn
    for (const byte of chunk) {
      const isSecondHalf = byte === LF && hasReturn
      hasReturn = byte === CR
      if (!isSecondHalf) bytes[length++] = hasReturn ? LF : byte
    }
    this.#hasReturn = hasReturn
    return bytes.subarray(0, length)
  }
}
