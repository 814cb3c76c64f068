import { Worker } from 'node:worker_threads'
import { MintmarkError } from '@mintmark/core'
import type { Reject, RejectTaker } from '@mintmark/logs'
import { Flow } from './flow.ts'
import type { TableBlock } from './record_block.ts'
import type {
  Answer,
  ChunkTask,
  PartSummary,
  SliceTask,
  SmallTask,
  StreamTask,
} from './worker_protocol.ts'

/** Tasks that a worker has at hand, so that it never waits for the next. */
const TASKS_A_WORKER = 2
/** Parsed records die young: a larger nursery lets nearly all of them die in it (measured). */
const YOUNG_MB = 64
/** Chunks of one stream that are on their way to a worker. */
const CHUNKS_AHEAD = 4

/** Takes rows, and resolves when more may come. */
type RowTaker = (blocks: readonly TableBlock[]) => Promise<void>

/** Who gets what a job gives. */
interface Takers {
  readonly onRows: RowTaker
  readonly onMemory: (memory: ArrayBuffer) => void
}

/** What is known of a job until it is done. */
interface Job extends Takers {
  readonly worker: Worker
  readonly resolve: (parts: readonly PartSummary[]) => void
  readonly reject: (cause: unknown) => void
  readonly stream: StreamState | undefined
}

interface StreamState {
  pass: 1 | 2
  ahead: number
  isOver: boolean
  wake: () => void
}

/** A file that a worker could not read because of an error of the reader. The others can be. */
export class ReaderFailure extends Error {
  readonly evidenceId: number

  constructor(evidenceId: number, message: string) {
    super(message)
    this.evidenceId = evidenceId
  }
}

type WithoutJob<T> = Omit<T, 'job' | 'kind'>

/** Worker threads that turn bytes of files into blocks of rows; one more is started when all others have a task. */
export class WorkerPool {
  readonly #most: number
  readonly #flows = new Map<Worker, Flow>()
  /** Tasks of each worker that was started. */
  readonly #load = new Map<Worker, number>()
  readonly #jobs = new Map<number, Job>()
  #nextJob = 0
  #waiting: (() => void)[] = []
  #failure: unknown

  /** @param threads how many are started at most; at least one */
  constructor(threads: number) {
    this.#most = threads
  }

  /** How many were started. */
  get started(): number {
    return this.#load.size
  }

  /** Resolves when some worker can take another task. */
  async ready(): Promise<void> {
    while (this.#failure === undefined && this.#leastLoad() >= TASKS_A_WORKER) {
      // oxlint-disable-next-line no-await-in-loop -- another may have been quicker
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  readSmall(task: WithoutJob<SmallTask>, onRows: RowTaker): Promise<readonly PartSummary[]> {
    return this.#start({ onRows, onMemory: ignored }, undefined, (job, worker) => {
      const message: SmallTask = { kind: 'small', job, ...task }
      worker.postMessage(message, wholeBuffers(task.files.map(({ bytes }) => bytes)))
    })
  }

  readSlice(
    task: WithoutJob<SliceTask>,
    onRows: RowTaker,
    onMemory: (memory: ArrayBuffer) => void,
  ): Promise<readonly PartSummary[]> {
    return this.#start({ onRows, onMemory }, undefined, (job, worker) => {
      const message: SliceTask = { kind: 'slice', job, ...task }
      worker.postMessage(message, [task.bytes.buffer])
    })
  }

  /**
   * Reads a file whose bytes must go through one reader, once or twice. With `isGivenAway` its chunks can be handed
   * over.
   */
  async readStream(
    task: WithoutJob<StreamTask>,
    isGivenAway: boolean,
    open: (onReject: RejectTaker, isLastPass: boolean) => AsyncIterable<Uint8Array>,
    onRows: RowTaker,
  ): Promise<readonly PartSummary[]> {
    const stream: StreamState = { pass: 1, ahead: 0, isOver: false, wake: () => {} }
    let started: { readonly job: number; readonly worker: Worker } | undefined
    const done = this.#start({ onRows, onMemory: ignored }, stream, (job, worker) => {
      started = { job, worker }
      const message: StreamTask = { kind: 'stream', job, ...task }
      worker.postMessage(message, [])
    })
    // If a pass fails, the job is left: nobody waits for it.
    done.catch(() => {})
    if (started === undefined) return done
    const { job, worker } = started
    const take = isGivenAway ? same : copied
    try {
      await this.#pump(job, worker, 1, open, take)
      await this.#until(stream, () => stream.pass === 2)
      await this.#pump(job, worker, 2, open, take)
      return await done
    } finally {
      this.#end(job)
    }
  }

  async close(): Promise<void> {
    this.#failure ??= new Error('closed')
    await Promise.all([...this.#load.keys()].map((worker) => worker.terminate()))
  }

  async #pump(
    job: number,
    worker: Worker,
    pass: 1 | 2,
    open: (onReject: RejectTaker, isLastPass: boolean) => AsyncIterable<Uint8Array>,
    take: (chunk: Uint8Array) => Uint8Array,
  ): Promise<void> {
    const stream = this.#jobs.get(job)?.stream
    const rejects: Reject[] = []
    for await (const chunk of open((reject) => rejects.push(reject), pass === 2)) {
      if (stream === undefined || stream.pass !== pass || stream.isOver) break
      const bytes = take(chunk)
      stream.ahead++
      const message: ChunkTask = { kind: 'chunk', job, pass, bytes, rejects: [] }
      worker.postMessage(message, wholeBuffers([bytes]))
      await this.#until(stream, () => stream.ahead < CHUNKS_AHEAD || stream.pass !== pass)
    }
    const end: ChunkTask = { kind: 'chunk', job, pass, bytes: undefined, rejects }
    worker.postMessage(end, [])
  }

  async #until(stream: StreamState, isSo: () => boolean): Promise<void> {
    while (!isSo() && !stream.isOver) {
      // oxlint-disable-next-line no-await-in-loop -- every answer of the worker wakes
      await new Promise<void>((resolve) => {
        stream.wake = resolve
      })
    }
  }

  #start(
    takers: Takers,
    stream: StreamState | undefined,
    post: (job: number, worker: Worker) => void,
  ): Promise<readonly PartSummary[]> {
    if (this.#failure !== undefined) return Promise.reject(asError(this.#failure))
    const job = this.#nextJob++
    const worker = this.#leastLoaded()
    this.#load.set(worker, (this.#load.get(worker) ?? 0) + 1)
    return new Promise((resolve, reject) => {
      this.#jobs.set(job, { worker, ...takers, resolve, reject, stream })
      post(job, worker)
    })
  }

  #hear(message: Answer): void {
    const job = this.#jobs.get(message.job)
    if (job === undefined) return
    switch (message.kind) {
      case 'taken':
        if (job.stream !== undefined && job.stream.pass === message.pass) job.stream.ahead--
        break
      case 'proven':
        if (job.stream !== undefined) {
          job.stream.pass = 2
          job.stream.ahead = 0
        }
        break
      case 'rows':
        void job.onRows(message.blocks).then(() => this.#flows.get(job.worker)?.taken())
        break
      case 'done':
        void job.onRows(message.blocks)
        if (message.memory !== undefined) job.onMemory(message.memory)
        this.#end(message.job)
        job.resolve(message.parts)
        break
      case 'failed':
        this.#end(message.job)
        job.reject(new ReaderFailure(message.evidenceId, message.message))
        break
    }
    job.stream?.wake()
  }

  #end(id: number): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    this.#jobs.delete(id)
    if (job.stream !== undefined) job.stream.isOver = true
    this.#load.set(job.worker, (this.#load.get(job.worker) ?? 1) - 1)
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
    for (const { reject, stream } of this.#jobs.values()) {
      reject(this.#failure)
      if (stream === undefined) continue
      stream.isOver = true
      stream.wake()
    }
    this.#jobs.clear()
    this.#wakeAll()
  }

  #wakeAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  /** Tasks of the one that has fewest, of those that could be started too. */
  #leastLoad(): number {
    return this.#load.size < this.#most ? 0 : Math.min(...this.#load.values())
  }

  #leastLoaded(): Worker {
    const least = this.#leastLoad()
    for (const [worker, load] of this.#load) if (load === least) return worker
    return this.#newWorker()
  }

  #newWorker(): Worker {
    const flow = new Flow()
    const worker = new Worker(new URL('./ingest_worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      workerData: flow.memory,
    })
    worker.on('message', (message: Answer) => this.#hear(message))
    worker.on('error', (cause) => this.#fail(cause))
    this.#flows.set(worker, flow)
    this.#load.set(worker, 0)
    return worker
  }
}

export function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}

const same = (chunk: Uint8Array): Uint8Array => chunk
const copied = (chunk: Uint8Array): Uint8Array => new Uint8Array(chunk)

/**
 * Memory that can be handed over, which spares a copy. Small reads may share a buffer of Node's pool, and are copied.
 */
function wholeBuffers(parts: readonly Uint8Array[]): ArrayBuffer[] {
  return parts.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0
      ? [buffer]
      : [],
  )
}

/** Memory that nobody uses again. */
function ignored(): void {}
