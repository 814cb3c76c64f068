/** Threads that read batches of bundles: hashing dominates the start of a large ledger. */
import { Worker } from 'node:worker_threads'
import type { BatchReading, BundleBatch } from './bundle_batch.ts'
import { bundleModule } from './tree_hashes.ts'

export interface BundleThreadData {
  readonly module: object
  /** One number, which the thread sets to 1 when it begins to listen. */
  readonly up: Int32Array
}

interface Waiting {
  readonly resolve: (reading: BatchReading | undefined) => void
  readonly reject: (cause: unknown) => void
}

class BundleThread {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  readonly #up = new Int32Array(new SharedArrayBuffer(4))

  constructor(module: object) {
    const script = new URL('./bundle_worker.ts', import.meta.url)
    const workerData: BundleThreadData = { module, up: this.#up }
    this.#worker = new Worker(script, { workerData })
    this.#worker.on('message', (reading: BatchReading | undefined) =>
      this.#waiting.shift()?.resolve(reading),
    )
    this.#worker.on('error', (cause) => this.#end(cause))
    this.#worker.on('exit', () => this.#end(new Error('a thread that reads bundles ended')))
  }

  /** Before it listens, batches wait. */
  get isUp(): boolean {
    return Atomics.load(this.#up, 0) === 1
  }

  get load(): number {
    return this.#waiting.length
  }

  read(batch: BundleBatch): Promise<BatchReading | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(batch, [])
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

  /** Whether a listening thread has under `most` batches. Else the caller itself reads faster. */
  isFree(most: number): boolean {
    return this.#threads.some(({ isUp, load }) => isUp && load < most)
  }

  /** Until it resolves, the thread owns the memory of the batch. */
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
