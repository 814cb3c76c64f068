/**
 * Threads that search the windows of one file side by side, pass after pass.
 *
 * They live as long as the scan: to start one, with its modules, takes some 0.2 s of processor time.
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
export interface ThreadStart {
  readonly input: ScanInput
  /** For the tags of keys; see `key_tag.ts`. */
  readonly hashKey: Uint8Array
}

/** What the windows behind it are searched for, a window to search, or the end. */
export type ThreadOrder =
  | { readonly kind: 'task'; readonly task: ScannerTask }
  | { readonly kind: 'window'; readonly index: number; readonly window: Window }
  | { readonly kind: 'done' }

export interface WindowAnswer {
  readonly index: number
  readonly result: WindowResult
}

/** Gets each window's result, in order; undefined where the thread that had it ended. */
export type TakeResult = (window: Window, result: WindowResult | undefined) => void

/** Windows that a thread has at hand, so that it never waits for the next. */
const AT_HAND = 2
/** Threads that may be started anew in a pass after one ended. */
const MOST_RESTARTS = 8
/** What a thread may use besides its window: more is a fault of ours, and ends it. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 }

/** Whether a value is what the pool starts threads with. */
export function isThreadStart(value: unknown): value is ThreadStart {
  return isObject(value) && isObject(value['input']) && value['hashKey'] instanceof Uint8Array
}

/** One thread, and what it was given. */
class Thread {
  readonly #worker: Worker
  /** What it has not answered, in order. */
  readonly given = new Map<number, Window>()
  isOver = false
  onAnswer: (answer: WindowAnswer) => void = () => {}
  onEnd: () => void = () => {}

  constructor(start: ThreadStart) {
    const script = new URL('./scan_worker.js', import.meta.url)
    this.#worker = new Worker(script, { workerData: start, resourceLimits: HEAP_MB })
    this.#worker.on('message', (answer: WindowAnswer) => this.onAnswer(answer))
    // Its message is dropped: it may quote what was being read.
    this.#worker.on('error', () => this.#end())
    this.#worker.on('exit', () => this.#end())
  }

  /** Nobody waits for it now. */
  leave(): void {
    this.onAnswer = () => {}
    this.onEnd = () => {}
  }

  tell(order: ThreadOrder): void {
    this.#worker.postMessage(order, [])
  }

  /** Lets it wipe its memory and end by itself; what does not end soon is ended. */
  async close(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    const ended = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve())
    })
    this.tell({ kind: 'done' })
    const timer = setTimeout(() => {
      void this.#worker.terminate()
    }, PATIENCE_MS)
    await ended
    clearTimeout(timer)
  }

  #end(): void {
    if (this.isOver) return
    this.isOver = true
    this.onEnd()
  }
}

const PATIENCE_MS = 2000

/** The threads of one scan. None is started before there is something to search. */
export class SearchThreads {
  readonly #start: ThreadStart
  #threads: Thread[] = []

  constructor(start: ThreadStart) {
    this.#start = start
  }

  /**
   * Gives each window to one of `count` threads, and each result to `take` in the order of the windows.
   *
   * Holds only few windows and results at a time. One search at a time.
   */
  async search(
    task: ScannerTask,
    count: number,
    windows: Iterator<Window, unknown>,
    take: TakeResult,
  ): Promise<void> {
    this.#threads = this.#threads.filter(({ isOver }) => !isOver)
    while (this.#threads.length < count) this.#threads.push(new Thread(this.#start))
    const search = new PooledSearch(task, this.#threads.slice(0, count), windows, take, () => {
      const thread = new Thread(this.#start)
      this.#threads.push(thread)
      return thread
    })
    await search.run()
  }

  /** All threads have wiped their memory and ended when this resolves. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}

/** One pass. */
class PooledSearch {
  readonly #task: ScannerTask
  /** Undefined once all are given. */
  #windows: Iterator<Window, unknown> | undefined
  readonly #take: TakeResult
  readonly #threads: Thread[] = []
  readonly #startAnew: () => Thread
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
    task: ScannerTask,
    threads: readonly Thread[],
    windows: Iterator<Window, unknown>,
    take: TakeResult,
    startAnew: () => Thread,
  ) {
    this.#task = task
    this.#windows = windows
    this.#take = take
    this.#startAnew = startAnew
    for (const thread of threads) this.#enlist(thread)
  }

  async run(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#settle = (error) => (error === undefined ? resolve() : reject(error))
        this.#feedAll()
      })
    } finally {
      for (const thread of this.#threads) thread.leave()
    }
  }

  #enlist(thread: Thread): void {
    this.#threads.push(thread)
    thread.onAnswer = (answer) => this.#hear(thread, answer)
    thread.onEnd = () => this.#lose(thread)
    thread.tell({ kind: 'task', task: this.#task })
  }

  #feed(thread: Thread): void {
    // Results that wait for a slow window are bounded too.
    const most = AT_HAND * this.#threads.length * 4
    while (thread.given.size < AT_HAND && this.#next - this.#taken < most) {
      const item = this.#again.shift() ?? this.#plan()
      if (item === undefined) return
      thread.given.set(item.index, item.window)
      thread.tell({ kind: 'window', ...item })
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
    const [lost, ...rest] = thread.given
    thread.given.clear()
    for (const [index, window] of rest) this.#again.push({ index, window })
    if (lost !== undefined) this.#settleWindow(lost[0], lost[1], undefined)
    const isAlone = this.#threads.every(({ isOver }) => isOver)
    if (this.#restarts < MOST_RESTARTS && (isAlone || rest.length > 0)) {
      this.#restarts++
      this.#enlist(this.#startAnew())
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
