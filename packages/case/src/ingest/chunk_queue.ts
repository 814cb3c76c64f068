/** Chunks that somebody pushes, for somebody who pulls. */
export class ChunkQueue implements AsyncIterable<Uint8Array> {
  readonly #onTaken: () => void
  readonly #chunks: Uint8Array[] = []
  #isEnded: boolean = false
  #wake: () => void = () => {}

  /** @param onTaken called for each chunk when the next one is asked for */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#wake()
  }

  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        yield chunk
        this.#onTaken()
      } else if (this.#isEnded) return
      // oxlint-disable-next-line no-await-in-loop -- waits for the next chunk
      else await this.#change()
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
