/**
 * Threads that search the windows of one file side by side.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import { isObject } from '@mintmark/core'
import type { ScanInput } from './scan_input.ts'
import type { Window } from './scan_plan.ts'
import type { ScannerTask } from './scanner_task.ts'
import type { WindowResult } from './window_result.ts'

/** What a thread is started with. */
export type WorkerTask = ScannerTask & {
  readonly input: ScanInput
  /** For the tags of keys; see `key_tag.ts`. */
  readonly hashKey: Uint8Array
}

/** A window to search, or the end. */
export type WindowQuestion = { readonly index: number; readonly window: Window } | 'done'

export interface WindowAnswer {
  readonly index: number
  readonly result: WindowResult
}

/** Windows that a thread has at hand, so that it never waits for the next. */
const AT_HAND = 2
/** Threads that may be started anew after one ended. */
const MOST_RESTARTS = 8
/** What a thread may use besides its window: more is a fault of ours, and ends it. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 }

/** Whether a value is what the pool starts threads with. */
export function isWorkerTask(value: unknown): value is WorkerTask {
  return isObject(value) && isObject(value['input']) && typeof value['kind'] === 'string'
}

interface Thread {
  readonly worker: Worker
  /** What it was given and has not answered, in order. */
  readonly given: Map<number, Window>
  isOver: boolean
}

/**
 * Gives each window to a thread, and each result to `take` in the order of the windows; undefined where a thread
 * ended while it searched the window.
 *
 * Holds only few windows and results at a time. All threads have ended when this resolves.
 */
export async function searchInThreads(
  task: WorkerTask,
  threads: number,
  windows: Iterator<Window, unknown>,
  take: (window: Window, result: WindowResult | undefined) => void,
): Promise<void> {
  const search = new PooledSearch(task, windows, take)
  try {
    await search.run(threads)
  } finally {
    await search.close()
  }
}

class PooledSearch {
  readonly #task: WorkerTask
  /** Undefined once all are given. */
  #windows: Iterator<Window, unknown> | undefined
  readonly #take: (window: Window, result: WindowResult | undefined) => void
  readonly #threads: Thread[] = []
  /** Windows to be given again, for their thread ended before it came to them. */
  readonly #again: { readonly index: number; readonly window: Window }[] = []
  /** Results that came before those in front of them. */
  readonly #early = new Map<
    number,
    { readonly window: Window; readonly result: WindowResult | undefined }
  >()
  #next = 0
  #taken = 0
  #restarts = 0
  #settle: (error?: unknown) => void = () => {}

  constructor(
    task: WorkerTask,
    windows: Iterator<Window, unknown>,
    take: (window: Window, result: WindowResult | undefined) => void,
  ) {
    this.#task = task
    this.#windows = windows
    this.#take = take
  }

  run(threads: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error))
      for (let i = 0; i < threads; i++) this.#start()
      this.#endIfDone()
    })
  }

  /** Lets threads wipe their memory and end by themselves; what does not end soon is ended. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => endThread(thread)))
  }

  #start(): void {
    const script = new URL('./scan_worker.js', import.meta.url)
    const worker = new Worker(script, { workerData: this.#task, resourceLimits: HEAP_MB })
    const thread: Thread = { worker, given: new Map(), isOver: false }
    this.#threads.push(thread)
    worker.on('message', (answer: WindowAnswer) => this.#hear(thread, answer))
    // Its message is dropped: it may quote what was being read.
    worker.on('error', () => this.#lose(thread))
    worker.on('exit', () => this.#lose(thread))
    this.#feed(thread)
  }

  #feed(thread: Thread): void {
    // Results that wait for a slow window are bounded too.
    const most = AT_HAND * this.#threads.length * 4
    while (thread.given.size < AT_HAND && this.#next - this.#taken < most) {
      const item = this.#again.shift() ?? this.#plan()
      if (item === undefined) return
      thread.given.set(item.index, item.window)
      const question: WindowQuestion = item
      thread.worker.postMessage(question, [])
    }
  }

  #plan(): { readonly index: number; readonly window: Window } | undefined {
    const planned = this.#windows?.next()
    if (planned === undefined || planned.done === true) {
      this.#windows = undefined
      return undefined
    }
    return { index: this.#next++, window: planned.value }
  }

  #hear(thread: Thread, { index, result }: WindowAnswer): void {
    const window = thread.given.get(index)
    if (window === undefined) return
    thread.given.delete(index)
    this.#settleWindow(index, window, result)
    this.#feedAll()
  }

  #feedAll(): void {
    for (const thread of this.#threads) if (!thread.isOver) this.#feed(thread)
    this.#endIfDone()
  }

  /** Hands results on in order. */
  #settleWindow(index: number, window: Window, result: WindowResult | undefined): void {
    this.#early.set(index, { window, result })
    for (;;) {
      const item = this.#early.get(this.#taken)
      if (item === undefined) return
      this.#early.delete(this.#taken++)
      try {
        this.#take(item.window, item.result)
      } catch (error) {
        this.#settle(error)
      }
    }
  }

  /** A thread ended by itself: the window it was at is lost, and those behind it are given to others. */
  #lose(thread: Thread): void {
    if (thread.isOver) return
    thread.isOver = true
    const [lost, ...rest] = thread.given
    thread.given.clear()
    for (const [index, window] of rest) this.#again.push({ index, window })
    if (lost !== undefined) this.#settleWindow(lost[0], lost[1], undefined)
    const isAlone = this.#threads.every(({ isOver }) => isOver)
    if (this.#restarts < MOST_RESTARTS && (isAlone || rest.length > 0)) {
      this.#restarts++
      this.#start()
    } else if (isAlone) this.#loseAll()
    this.#feedAll()
  }

  /** No thread is left that could search. */
  #loseAll(): void {
    for (let item = this.#again.shift() ?? this.#plan(); item !== undefined; ) {
      this.#settleWindow(item.index, item.window, undefined)
      item = this.#again.shift() ?? this.#plan()
    }
  }

  #endIfDone(): void {
    const isIdle = this.#threads.every(({ given }) => given.size === 0)
    if (this.#windows === undefined && isIdle && this.#again.length === 0) this.#settle()
  }
}

const PATIENCE_MS = 2000

async function endThread(thread: Thread): Promise<void> {
  if (thread.isOver) return
  thread.isOver = true
  const { worker } = thread
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
  })
  const question: WindowQuestion = 'done'
  worker.postMessage(question, [])
  const timer = setTimeout(() => {
    void worker.terminate()
  }, PATIENCE_MS)
  await ended
  clearTimeout(timer)
}
