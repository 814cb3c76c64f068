/** Worker threads that turn bytes of files into blocks of rows. */

import { Worker } from 'node:worker_threads'
import { MintmarkError } from '@mintmark/core'
import { type Answer, type Done, Flow, type TableBlock, type Task } from './worker_protocol.ts'

const TASKS_A_WORKER = 2
/** Parsed records die young: a larger nursery lets nearly all of them die in it (measured). */
const YOUNG_MB = 64

interface Job {
  readonly onRows: (blocks: readonly TableBlock[]) => Promise<void>
  readonly onBytes: (bytes: number) => void
  readonly resolve: (done: Done) => void
  readonly reject: (cause: unknown) => void
  readonly worker: PoolWorker
}

interface PoolWorker {
  readonly thread: Worker
  readonly flow: Flow
  load: number
}

export class ReaderFailure extends Error {
  readonly evidenceId: number

  constructor(evidenceId: number, message: string) {
    super(message)
    this.evidenceId = evidenceId
  }
}

type WithoutJob<T> = T extends unknown ? Omit<T, 'job'> : never

export class WorkerPool {
  readonly #most: number
  readonly #workers: PoolWorker[] = []
  readonly #jobs = new Map<number, Job>()
  #nextJob = 0
  #waiting: (() => void)[] = []
  #failure: unknown

  constructor(threads: number) {
    this.#most = threads
  }

  get started(): number {
    return this.#workers.length
  }

  async ready(): Promise<void> {
    while (this.#failure === undefined && this.#leastLoad() >= TASKS_A_WORKER) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  /** @throws {MintmarkError} `INPUT_UNREADABLE` for a file and for a thread that stopped; {@link ReaderFailure} */
  run(
    task: WithoutJob<Task>,
    onRows: Job['onRows'],
    onBytes: Job['onBytes'] = () => {},
  ): Promise<Done> {
    if (this.#failure !== undefined) return Promise.reject(asError(this.#failure))
    const job = this.#nextJob++
    const worker = this.#leastLoaded()
    worker.load++
    return new Promise((resolve, reject) => {
      this.#jobs.set(job, { worker, onRows, onBytes, resolve, reject })
      worker.thread.postMessage({ ...task, job }, memoryOf(task))
    })
  }

  async close(): Promise<void> {
    this.#failure ??= new Error('closed')
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()))
  }

  #hear(message: Answer): void {
    const job = this.#jobs.get(message.job)
    if (job === undefined) return
    const fail = (cause: unknown) => {
      this.#end(message.job)
      job.reject(cause)
    }
    switch (message.kind) {
      case 'read':
        job.onBytes(message.bytes)
        break
      case 'rows':
        void job.onRows(message.blocks).then(() => job.worker.flow.taken(), fail)
        break
      case 'done':
        // What the engine throws is met by who waits for it.
        job.onRows(message.blocks).catch(() => {})
        this.#end(message.job)
        job.resolve(message.done)
        break
      case 'failed': {
        const { evidenceId, message: text, errno } = message
        if (errno === undefined) fail(new ReaderFailure(evidenceId, text))
        else fail(new MintmarkError('INPUT_UNREADABLE', text, { errno }))
      }
    }
  }

  #end(id: number): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    this.#jobs.delete(id)
    job.worker.load--
    this.#wakeAll()
  }

  #fail(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause)
    this.#failure ??= new MintmarkError(
      'INPUT_UNREADABLE',
      `a reader stopped: ${message}`,
      {},
      { cause },
    )
    for (const { reject } of this.#jobs.values()) reject(this.#failure)
    this.#jobs.clear()
    this.#wakeAll()
  }

  #wakeAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  #leastLoad(): number {
    if (this.#workers.length < this.#most) return 0
    return Math.min(...this.#workers.map(({ load }) => load))
  }

  #leastLoaded(): PoolWorker {
    const least = this.#leastLoad()
    return this.#workers.find(({ load }) => load === least) ?? this.#newWorker()
  }

  #newWorker(): PoolWorker {
    const flow = new Flow()
    const thread = new Worker(new URL('./ingest_worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      workerData: flow.memory,
    })
    thread.on('message', (message: Answer) => this.#hear(message))
    thread.on('error', (cause) => this.#fail(cause))
    const worker = { thread, flow, load: 0 }
    this.#workers.push(worker)
    return worker
  }
}

export const asError = (cause: unknown): Error =>
  cause instanceof Error ? cause : new Error(String(cause))

/** Memory of a task that is handed over, which spares a copy. Small files may share a buffer of Node's, and are copied. */
function memoryOf(task: WithoutJob<Task>): ArrayBuffer[] {
  if (task.kind === 'slice') return [task.bytes.buffer]
  const files = task.kind === 'small' ? task.files : []
  return files.flatMap(({ bytes: { buffer, byteLength } }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0
      ? [buffer]
      : [],
  )
}
