/**
 * Distributes the windows of one pass to threads, and passes their results on in order.
 *
 * A thread is given a few windows ahead, so that it never waits for the next; one that has nothing left takes what
 * another has not come to, so that all end together. @module
 */
import type { Window } from '../anchors/scan_plan.ts'
import { claim, newClaims } from './claims.ts'
import type { ScannerTask } from './scanner_task.ts'
import type { Searcher, WindowAnswer } from './searcher.ts'
import type { WindowResult } from './window_result.ts'

/** Gets each window's result, in order; undefined where the thread that had it ended. */
export type TakeResult = (window: Window, result: WindowResult | undefined) => void

/** Results that wait for a slow window in front of them, for each thread, and windows under way. */
const UNDER_WAY = 16
/** Threads that may be started anew in a pass after one ended. */
const MOST_RESTARTS = 8

/** A window of a pass. */
interface Planned {
  readonly index: number
  readonly window: Window
}

/** One pass. */
export class PooledSearch {
  readonly #task: ScannerTask
  /** Undefined once all are assigned. */
  #windows: Iterator<Window, unknown> | undefined
  readonly #take: TakeResult
  readonly #threads: Searcher[] = []
  readonly #startAnew: () => Searcher
  readonly #claims = newClaims()
  /** Windows to assign again: their thread ended before it began them. */
  readonly #again: Planned[] = []
  /** Results that wait for earlier ones. */
  readonly #early = new Map<
    number,
    { readonly window: Window; readonly result: WindowResult | undefined }
  >()
  #next = 0
  #tickets = 0
  #taken = 0
  #restarts = 0
  #finish: (error?: unknown) => void = () => {}

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
        this.#finish = (error) => (error === undefined ? resolve() : reject(error))
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
    thread.send({ kind: 'task', task: this.#task, claims: this.#claims })
  }

  #feed(thread: Searcher): void {
    while (thread.given.size < thread.atHand) {
      const item = this.#again.shift() ?? this.#plan() ?? this.#takeBack(thread)
      if (item === undefined) return
      const given = { ...item, ticket: this.#tickets++ }
      thread.given.set(item.index, given)
      thread.send({ kind: 'window', ...given })
    }
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

  /** For an idle thread, the last window that another has not begun. */
  #takeBack(thread: Searcher): Planned | undefined {
    if (thread.given.size > 0) return undefined
    for (const other of this.#threads) {
      if (other.isPrompt) continue
      for (const { index, window, ticket } of [...other.given.values()].toReversed()) {
        if (!claim(this.#claims, ticket)) continue
        other.given.delete(index)
        return { index, window }
      }
    }
    return undefined
  }

  #hear(thread: Searcher, { index, result }: WindowAnswer): void {
    const given = thread.given.get(index)
    if (given === undefined) return
    thread.given.delete(index)
    this.#finishWindow(index, given.window, result)
    this.#feedAll()
  }

  #feedAll(): void {
    for (const thread of this.#threads) if (!thread.isOver) this.#feed(thread)
    this.#endIfDone()
  }

  /** Passes results on in order. */
  #finishWindow(index: number, window: Window, result: WindowResult | undefined): void {
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

  /** A thread ended by itself: the window that it had begun is lost, its other windows are assigned again. */
  #lose(thread: Searcher): void {
    const given = [...thread.given.values()]
    thread.given.clear()
    const lost: Planned[] = []
    for (const { index, window, ticket } of given) {
      const list = claim(this.#claims, ticket) ? this.#again : lost
      list.push({ index, window })
    }
    for (const { index, window } of lost) this.#finishWindow(index, window, undefined)
    const isAlone = this.#threads.every(({ isOver }) => isOver)
    if (this.#restarts < MOST_RESTARTS && (isAlone || lost.length < given.length)) {
      this.#restarts++
      this.#enlist(this.#startAnew())
    } else if (isAlone) this.#loseAll()
    this.#feedAll()
  }

  /** No thread is left. */
  #loseAll(): void {
    for (;;) {
      const item = this.#again.shift() ?? this.#plan()
      if (item === undefined) return
      this.#finishWindow(item.index, item.window, undefined)
    }
  }

  #endIfDone(): void {
    const isIdle = this.#threads.every(({ given }) => given.size === 0)
    if (this.#windows === undefined && isIdle && this.#again.length === 0) this.#finish()
  }
}
