import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { NumbersFile } from '../session.ts'

/** Compares keys in a thread of its own, one file at a time. */
export class KeyThread {
  readonly #worker = new Worker(new URL('./key_worker.js', import.meta.url))
  #last: Promise<unknown> = Promise.resolve()

  /**
   * Keys of the second list that the first has not, each once; the file is removed. Waits for the file, and for the
   * one before.
   *
   * @throws what the thread threw, which is of no use then, and what the file's writing threw
   */
  missing(file: Promise<NumbersFile>): Promise<BigUint64Array> {
    const missing = this.#last.then(async () => await this.#compare(await file))
    this.#last = missing.catch(() => {})
    return missing
  }

  async #compare(file: NumbersFile): Promise<BigUint64Array> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
    this.#worker.postMessage(file)
    const answers: readonly unknown[] = await once(this.#worker, 'message')
    const missing = answers[0]
    if (missing instanceof BigUint64Array) return missing
    throw new TypeError('the thread answers with keys')
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
