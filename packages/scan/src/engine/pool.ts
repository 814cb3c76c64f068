/** Threads that search windows, pass after pass: starting one takes 0.2 s of processor time. */
import type { ByteSource } from '@mintmark/dump'
import type { Window } from '../anchors/scan_plan.ts'
import { ScannerPool, type ScannerTask } from './scanner_task.ts'
import {
  type Planned,
  type Searcher,
  SearchHere,
  type SearchStart,
  SearchThread,
} from './searcher.ts'
import type { WindowResult } from './window_result.ts'

/** Gets each window's result, in order; undefined where the thread that had it ended. */
export type TakeResult = (window: Window, result: WindowResult | undefined) => void

export class SearchThreads {
  readonly #scanners: ScannerPool
  readonly #start: SearchStart
  #others: Searcher[] = []

  constructor(start: SearchStart, scanners: ScannerPool = new ScannerPool()) {
    this.#scanners = scanners
    this.#start = start
  }

  get areStarted(): boolean {
    return this.#others.some(({ isOver }) => !isOver)
  }

  /**
   * Results reach `take` in the order of windows; one search at a time, this thread included.
   * `source` has the same bytes as `start.input`.
   */
  async search(
    task: ScannerTask,
    count: number,
    source: ByteSource,
    windows: Iterable<Window>,
    take: TakeResult,
  ): Promise<void> {
    this.#others = this.#others.filter(({ isOver }) => !isOver)
    while (this.#others.length < count - 1) this.#others.push(new SearchThread(this.#start))
    const here = new SearchHere(source, this.#start.hashKey, this.#scanners)
    const threads = [...this.#others.slice(0, count - 1), here]
    try {
      await new PooledSearch(task, threads, windows[Symbol.iterator](), take).run()
    } finally {
      await here.close()
    }
  }

  /** Resolves when all threads have wiped their memory and closed the file. */
  async close(): Promise<void> {
    await Promise.all(this.#others.map((thread) => thread.close()))
  }
}

const UNDER_WAY = 16

/** Windows of a thread that ends go to the others; the calling thread never ends. */
export class PooledSearch {
  readonly #task: ScannerTask
  #windows: Iterator<Window, unknown> | undefined
  readonly #take: TakeResult
  readonly #threads: Searcher[] = []
  readonly #again: Planned[] = []
  readonly #early = new Map<number, { window: Window; result: WindowResult | undefined }>()
  #next = 0
  #taken = 0
  #finish: (error?: unknown) => void = () => {}

  constructor(
    task: ScannerTask,
    threads: readonly Searcher[],
    windows: Iterator<Window, unknown>,
    take: TakeResult,
  ) {
    this.#task = task
    this.#windows = windows
    this.#take = take
    for (const thread of threads) this.#enlist(thread)
  }

  async run(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#finish = (error) => (error === undefined ? resolve() : reject(error))
        this.#feedAll()
      })
    } finally {
      for (const thread of this.#threads) thread.leave()
    }
  }

  #enlist(thread: Searcher): void {
    this.#threads.push(thread)
    thread.onAnswer = (result) => {
      this.#finishFirst(thread, result)
      this.#feedAll()
    }
    thread.onEnd = () => this.#lose(thread)
    thread.send({ kind: 'task', task: this.#task })
  }

  #feedAll(): void {
    for (const thread of this.#threads) {
      while (!thread.isOver && thread.given.length < thread.atHand) {
        const planned = this.#again.shift() ?? this.#plan()
        if (planned === undefined) break
        thread.given.push(planned)
        thread.send({ kind: 'window', window: planned.window })
      }
    }
    const isIdle = this.#threads.every(({ given }) => given.length === 0)
    if (this.#windows === undefined && isIdle && this.#again.length === 0) this.#finish()
  }

  #plan(): Planned | undefined {
    // Results that wait for a slow window are bounded too.
    if (this.#next - this.#taken >= UNDER_WAY * this.#threads.length) return undefined
    const planned = this.#windows?.next()
    if (planned === undefined || planned.done === true) {
      this.#windows = undefined
      return undefined
    }
    return { index: this.#next++, window: planned.value }
  }

  #finishFirst(thread: Searcher, result: WindowResult | undefined): void {
    const planned = thread.given.shift()
    if (planned !== undefined) this.#finishWindow(planned, result)
  }

  #finishWindow({ index, window }: Planned, result: WindowResult | undefined): void {
    this.#early.set(index, { window, result })
    for (;;) {
      const item = this.#early.get(this.#taken)
      if (item === undefined) return
      this.#early.delete(this.#taken++)
      try {
        this.#take(item.window, item.result)
      } catch (error) {
        this.#finish(error)
      }
    }
  }

  /** A thread ended by itself: its current window is lost, others are assigned again. */
  #lose(thread: Searcher): void {
    if (thread.hasStarted) this.#finishFirst(thread, undefined)
    this.#again.push(...thread.given.splice(0))
    this.#feedAll()
  }
}
