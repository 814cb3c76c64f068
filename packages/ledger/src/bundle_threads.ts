/**
 * Threads that read batches of bundles: hashing is most of what it takes to start from a large ledger.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import type { BatchReading, BundleBatch } from './bundle_batch.ts'
import { bundleModule } from './tree_hashes.ts'

interface Waiting {
  readonly resolve: (reading: BatchReading | undefined) => void
  readonly reject: (cause: unknown) => void
}

/** One thread, and who waits for what it was given: it answers in order. */
class BundleThread {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []

  constructor(module: object) {
    const script = new URL('./bundle_worker.js', import.meta.url)
    this.#worker = new Worker(script, { workerData: module })
    this.#worker.on('message', (reading: BatchReading | undefined) =>
      this.#waiting.shift()?.resolve(reading),
    )
    this.#worker.on('error', (cause) => this.#end(cause))
    this.#worker.on('exit', () => this.#end(new Error('a thread that reads bundles ended')))
  }

  get load(): number {
    return this.#waiting.length
  }

  read(batch: BundleBatch): Promise<BatchReading | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(batch, [batch.bytes.buffer])
    })
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #end(cause: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(cause)
  }
}

export class BundleThreads {
  readonly #threads: readonly BundleThread[]

  constructor(count: number) {
    const module = bundleModule()
    this.#threads = Array.from({ length: count }, () => new BundleThread(module))
  }

  get count(): number {
    return this.#threads.length
  }

  /** The memory of the batch goes to the thread. */
  async read(batch: BundleBatch): Promise<BatchReading | undefined> {
    const [first, ...others] = this.#threads
    if (first === undefined) throw new RangeError('no threads')
    return await others
      .reduce((least, each) => (each.load < least.load ? each : least), first)
      .read(batch)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()))
  }
}
