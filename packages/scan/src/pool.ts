/**
 * Searches the windows of one file side by side, pass after pass.
 *
 * Threads live as long as the scan: to start one, with its modules, takes some 0.2 s of processor time. The thread that
 * asks searches too.
 *
 * @module
 */
import type { ByteSource } from '@mintmark/dump'
import type { Window } from './scan_plan.ts'
import { formsTables, type ScannerTask } from './scanner_task.ts'
import {
  type Searcher,
  SearchHere,
  type SearchStart,
  SearchThread,
  type WindowAnswer,
} from './searcher.ts'
import type { WindowResult } from './window_result.ts'

/** Gets each window's result, in order; undefined where the thread that had it ended. */
export type TakeResult = (window: Window, result: WindowResult | undefined) => void

/** Results that wait for a slow window in front of them, for each thread, and windows under way. */
const UNDER_WAY = 16
/** Threads that may be started anew in a pass after one ended. */
const MOST_RESTARTS = 8

/** The threads of one scan. None is started before there is something to search. */
export class SearchThreads {
  readonly #start: SearchStart
  readonly #here: SearchHere
  #others: Searcher[] = []

  /** @param source of the thread that asks: the same bytes as `start.input` */
  constructor(start: SearchStart, source: ByteSource) {
    this.#start = start
    this.#here = new SearchHere(source, start.hashKey)
  }

  /**
   * Gives each window to one of `count` threads, this among them, and each result to `take` in the order of the windows.
   *
   * Holds only few windows and results at a time. One search at a time.
   */
  async search(
    task: ScannerTask,
    count: number,
    windows: Iterator<Window, unknown>,
    take: TakeResult,
  ): Promise<void> {
    this.#others = this.#others.filter(({ isOver }) => !isOver)
    while (this.#others.length < count - 1) this.#startAnew()
    const threads = [...this.#others.slice(0, count - 1), this.#here]
    // Made while the threads load their modules.
    const told = task.kind === 'forms' ? { ...task, tables: formsTables() } : task
    const search = new PooledSearch(told, threads, windows, take, () => this.#startAnew())
    await search.run()
  }

  /** All threads have wiped their memory and ended when this resolves. */
  async close(): Promise<void> {
    await Promise.all([...this.#others, this.#here].map((thread) => thread.close()))
  }

  #startAnew(): Searcher {
    const thread = new SearchThread(this.#start)
    this.#others.push(thread)
    return thread
  }
}

/** One pass. */
class PooledSearch {
  readonly #task: ScannerTask
  /** Undefined once all are given. */
  #windows: Iterator<Window, unknown> | undefined
  readonly #take: TakeResult
  readonly #threads: Searcher[] = []
  readonly #startAnew: () => Searcher
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
    threads: readonly Searcher[],
    windows: Iterator<Window, unknown>,
    take: TakeResult,
    startAnew: () => Searcher,
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

  #enlist(thread: Searcher): void {
    this.#threads.push(thread)
    thread.onAnswer = (answer) => this.#hear(thread, answer)
    thread.onEnd = () => this.#lose(thread)
    thread.tell({ kind: 'task', task: this.#task })
  }

  #feed(thread: Searcher): void {
    // Results that wait for a slow window are bounded too.
    const most = UNDER_WAY * this.#threads.length
    while (thread.given.size < thread.atHand && this.#next - this.#taken < most) {
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

  #hear(thread: Searcher, { index, result }: WindowAnswer): void {
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
  #lose(thread: Searcher): void {
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
