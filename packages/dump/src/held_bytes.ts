/**
 * The bytes of a pipe that have come and are not given on yet.
 *
 * @module
 */

const BLOCK_BYTES = 1 << 18

/** A queue of bytes in blocks, by their offset from the pipe's begin. */
export class HeldBytes {
  readonly #blocks: Uint8Array[] = []
  /** Of the first block. */
  #base = 0
  #start = 0
  #end = 0

  /** Offset of the first byte that is still held. */
  get start(): number {
    return this.#start
  }

  /** One past the last byte that has come. */
  get end(): number {
    return this.#end
  }

  /** Copies `bytes` to the end. */
  append(bytes: Uint8Array): void {
    let from = 0
    while (from < bytes.length) {
      const place = this.#end - this.#base - (this.#blocks.length - 1) * BLOCK_BYTES
      const block = this.#blocks.at(-1)
      if (block === undefined || place >= BLOCK_BYTES) {
        if (block === undefined) this.#base = this.#end
        this.#blocks.push(new Uint8Array(BLOCK_BYTES))
        continue
      }
      const count = Math.min(BLOCK_BYTES - place, bytes.length - from)
      block.set(bytes.subarray(from, from + count), place)
      from += count
      this.#end += count
    }
  }

  /** What is held of the bytes asked for, from their begin on: none, where that is gone already. */
  read(offset: number, length: number): Uint8Array {
    const held = Math.min(length, this.#end - offset)
    if (offset < this.#start || held <= 0) return new Uint8Array(0)
    const first = this.#runAt(offset)
    if (first.length >= held) return first.subarray(0, held)
    const bytes = new Uint8Array(held)
    for (let done = 0; done < held; ) {
      const run = this.#runAt(offset + done).subarray(0, held - done)
      bytes.set(run, done)
      done += run.length
    }
    return bytes
  }

  /** The first bytes that are held, in one run, as far as `to`; they are held no more. */
  take(to: number): Uint8Array {
    const run = this.#runAt(this.#start)
    const taken = run.subarray(0, Math.max(0, to - this.#start))
    this.#start += taken.length
    while (this.#blocks.length > 0 && this.#start >= this.#base + BLOCK_BYTES) {
      this.#blocks.shift()
      this.#base += BLOCK_BYTES
    }
    return taken
  }

  /** Bytes from `offset` to the end of their block. */
  #runAt(offset: number): Uint8Array {
    const index = Math.floor((offset - this.#base) / BLOCK_BYTES)
    const block = this.#blocks[index]
    if (block === undefined) return new Uint8Array(0)
    const base = this.#base + index * BLOCK_BYTES
    return block.subarray(offset - base, Math.min(BLOCK_BYTES, this.#end - base))
  }
}
