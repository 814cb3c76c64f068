import { ByteTail } from './byte_tail.ts'

const LF = 0x0a

/** Lines of chunks of bytes that come through {@link push}. Memory: one line. */
export class Lines {
  readonly #most: number
  readonly #take: (line: Buffer, number: number) => void
  readonly #tail = new ByteTail()
  #line = 1
  #isSkipping: boolean = false

  /** @param take gets each line; of a line of more than `most` bytes its beginning, which is longer than that */
  constructor(most: number, take: (line: Buffer, number: number) => void) {
    this.#most = most
    this.#take = take
  }

  /** The chunk must stay unchanged until the next call. */
  push(chunk: Uint8Array): void {
    // Bytes from before have no newline.
    const searched = this.#tail.end - this.#tail.start
    this.#tail.push(chunk)
    const bytes = this.#tail.buffer.subarray(0, this.#tail.end)
    let from = this.#tail.start
    let at = bytes.indexOf(LF, from + searched)
    for (; at !== -1; at = bytes.indexOf(LF, from)) {
      this.#give(bytes.subarray(from, at))
      this.#line++
      this.#isSkipping = false
      from = at + 1
    }
    if (bytes.length - from > this.#most) {
      this.#give(bytes.subarray(from))
      this.#isSkipping = true
      from = bytes.length
    }
    this.#tail.start = from
  }

  end(): void {
    this.#give(this.#tail.buffer.subarray(this.#tail.start, this.#tail.end))
  }

  #give(line: Buffer): void {
    if (!this.#isSkipping) this.#take(line, this.#line)
  }
}
