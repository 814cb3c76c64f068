/**
 * The bytes of a pipe that have come and are not given on yet.
 *
 * @module
 */

const BLOCK_BYTES = 1 << 18
/** Kept of the begin when it has been given on: the tables of a dump are there more often than not. */
export const HEAD_BYTES: number = 4 << 20

/** A queue of bytes in blocks, by their offset from the pipe's begin. */
export class HeldBytes {
  readonly #blocks: Uint8Array[] = []
  readonly #head: Uint8Array[] = []
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

  /** Counts bytes that nobody needs to hold. Only while nothing is held. */
  pass(count: number): void {
    this.#blocks.length = 0
    this.#head.length = 0
    this.#end += count
    this.#start = this.#end
    this.#base = this.#end
  }

  /** What there is of the bytes asked for, from their begin on: none, where that is gone already. */
  read(offset: number, length: number): Uint8Array {
    const held = Math.min(length, this.#end - offset)
    const isThere = offset >= this.#base || offset + held <= this.#head.length * BLOCK_BYTES
    if (!isThere || held <= 0) return new Uint8Array(0)
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
      const block = this.#blocks.shift()
      if (block !== undefined && this.#base < HEAD_BYTES) this.#head.push(block)
      this.#base += BLOCK_BYTES
    }
    return taken
  }

  /** Bytes from `offset` to the end of their block. */
  #runAt(offset: number): Uint8Array {
    const isHead = offset < this.#base
    const index = Math.floor((offset - (isHead ? 0 : this.#base)) / BLOCK_BYTES)
    const block = isHead ? this.#head[index] : this.#blocks[index]
    if (block === undefined) return new Uint8Array(0)
    const base = (isHead ? 0 : this.#base) + index * BLOCK_BYTES
    return block.subarray(offset - base, Math.min(BLOCK_BYTES, this.#end - base))
  }
}
