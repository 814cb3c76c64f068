/** Bytes that are not used up yet, in one piece, from chunks that come one after the other. */
export class ByteTail {
  /** Holds the unused bytes at `[start, end)`. A view of the last chunk when nothing was left over. */
  buffer: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  #isOwned: boolean = false

  /**
   * Adds a chunk and says by how much the unused bytes have moved within `buffer`: positions that the
   * caller holds must be changed by that much. The chunk must stay unchanged until the next call.
   */
  push(chunk: Uint8Array): number {
    const left = this.end - this.start
    if (left === 0) {
      const moved = -this.start
      this.buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      this.start = 0
      this.end = chunk.byteLength
      this.#isOwned = false
      return moved
    }
    if (this.#isOwned && this.end + chunk.byteLength <= this.buffer.length) {
      this.buffer.set(chunk, this.end)
      this.end += chunk.byteLength
      return 0
    }
    const moved = -this.start
    const needed = left + chunk.byteLength
    if (this.#isOwned && needed <= this.buffer.length) {
      this.buffer.copyWithin(0, this.start, this.end)
    } else {
      // More than is needed, so that the next chunk fits, and a long row is not copied for each.
      const grown = Buffer.allocUnsafe(needed + Math.max(left, needed >> 3))
      grown.set(this.buffer.subarray(this.start, this.end), 0)
      this.buffer = grown
    }
    this.buffer.set(chunk, left)
    this.start = 0
    this.end = needed
    this.#isOwned = true
    return moved
  }
}
