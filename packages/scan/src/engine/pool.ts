/**
 * The threads that search the windows of one file in parallel, pass after pass.
 *
 * Threads live as long as the scan: to start one, with its modules, takes some 0.2 s of processor time. The thread that
 * asks searches too. @module
 */
import type { ByteSource } from '@mintmark/dump'
import type { Window } from '../anchors/scan_plan.ts'
import { PooledSearch, type TakeResult } from './pooled_search.ts'
import { ScannerPool, type ScannerTask } from './scanner_task.ts'
import { type Searcher, SearchHere, type SearchStart, SearchThread } from './searcher.ts'

/** The threads of one scan, started on demand. */
export class SearchThreads {
  /** Of the calling thread. */
  readonly scanners: ScannerPool
  readonly #start: SearchStart
  readonly #here: SearchHere
  #others: Searcher[] = []

  /** @param source of the calling thread: the same bytes as `start.input` */
  constructor(start: SearchStart, source: ByteSource, scanners: ScannerPool = new ScannerPool()) {
    this.scanners = scanners
    this.#start = start
    this.#here = new SearchHere(source, start.hashKey, scanners)
  }

  /** Whether there are threads besides the calling one. */
  get areStarted(): boolean {
    return this.#others.some(({ isOver }) => !isOver)
  }

  /**
   * Gives each window to one of `count` threads, this one included, and each result to `take` in the order of windows.
   *
   * Keeps only few windows and results at a time. One search at a time.
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
    const search = new PooledSearch(task, threads, windows, take, () => this.#startAnew())
    await search.run()
  }

  /** All threads have wiped their memory and closed the file when this resolves; they end by themselves. */
  async close(): Promise<void> {
    await Promise.all([...this.#others, this.#here].map((thread) => thread.close()))
  }

  #startAnew(): Searcher {
    const thread = new SearchThread(this.#start)
    this.#others.push(thread)
    return thread
  }
}
