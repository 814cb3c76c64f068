import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { NumbersFile } from '../session.ts'
import type { MissingKeys } from './key_difference.ts'

/** Compares keys in a thread of its own, one file at a time. */
export class KeyThread {
  readonly #worker = new Worker(new URL('./key_worker.js', import.meta.url))
  readonly #removed: Promise<void>[] = []
  #last: Promise<unknown> = Promise.resolve()

  /**
   * Keys of the second list that the first has not; the file is removed. Waits for the file, and for the one before.
   *
   * @throws what the thread threw, which is of no use then, and what the file's writing threw
   */
  missing(file: Promise<NumbersFile>): Promise<MissingKeys> {
    const missing = this.#last.then(async () => await this.#compare(await file))
    this.#last = missing.catch(() => {})
    return missing
  }

  async #compare(file: NumbersFile): Promise<MissingKeys> {
    try {
      return await this.#answerOf(file)
    } finally {
      // To give the pages back takes as long as to read them: the thread goes on meanwhile.
      this.#removed.push(rm(file.path, { force: true }).catch(() => {}))
    }
  }

  async #answerOf(file: NumbersFile): Promise<MissingKeys> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
    this.#worker.postMessage(file)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what its code sends
    const [missing] = (await once(this.#worker, 'message')) as [MissingKeys]
    return missing
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
    await Promise.all(this.#removed)
  }
}
