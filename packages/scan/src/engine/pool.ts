/**
 * The threads that search the windows of one file in parallel, pass after pass.
 *
 * Threads live as long as the scan: to start one, with its modules, takes some 0.2 s of processor time. The thread that
 * asks searches too. @module
 */
import type { ByteSource } from '@mintmark/dump'
import type { Window } from '../anchors/scan_plan.ts'
import type { ScannerPool, ScannerTask } from './scanner_task.ts'
import { type Searcher, SearchHere, type SearchStart, SearchThread } from './searcher.ts'
import type { WindowResult } from './window_result.ts'

/** Gets each window's result, in order; undefined where the thread that had it ended. */
export type TakeResult = (window: Window, result: WindowResult | undefined) => void

/** The threads of one scan, started on demand. */
export class SearchThreads {
  /** Of the calling thread. */
  readonly scanners: ScannerPool
  readonly #start: SearchStart
  #others: readonly Searcher[] = []

  constructor(start: SearchStart, scanners: ScannerPool) {
    this.scanners = scanners
    this.#start = start
  }

  /** For the tags of keys; see `key_tag.ts`. */
  get hashKey(): Uint8Array {
    return this.#start.hashKey
  }

  /** Whether there are threads besides the calling one. */
  get areStarted(): boolean {
    return this.#others.some(({ isOver }) => !isOver)
  }

  /**
   * Gives each window to one of `count` threads, this one included, and each result to `take` in the order of windows.
   *
   * Keeps only few windows and results at a time.
   *
   * @param source of the calling thread: where `count` is more than 1, the same bytes as the threads' input
   */
  async search(
    source: ByteSource,
    task: ScannerTask,
    count: number,
    windows: Iterable<Window>,
    take: TakeResult,
  ): Promise<void> {
    const here = new SearchHere(source, this.#start.hashKey, this.scanners)
    try {
      await new OrderedSearch([...this.#othersOf(count - 1), here], windows, take).run(task)
    } finally {
      await here.close()
    }
  }

  #othersOf(count: number): readonly Searcher[] {
    const alive = this.#others.filter(({ isOver }) => !isOver)
    while (alive.length < count) alive.push(new SearchThread(this.#start))
    this.#others = alive
    return alive.slice(0, count)
  }

  /** All threads have wiped their memory and closed the file when this resolves; they end by themselves. */
  async close(): Promise<void> {
    await Promise.all(this.#others.map((thread) => thread.close()))
  }
}

/** Results that wait for a slow window in front of them, for each thread, and windows under way. */
const UNDER_WAY = 16

interface Planned {
  readonly index: number
  readonly window: Window
}

/** One pass: distributes windows to threads, of which one at least never ends, and passes their results on in order. */
export class OrderedSearch {
  readonly #threads: readonly Searcher[]
  readonly #windows: Iterator<Window, unknown>
  readonly #take: TakeResult
  /** Windows to give again: their thread ended before it began them. */
  readonly #again: Planned[] = []
  /** Results that wait for earlier ones. */
  readonly #early = new Map<number, { window: Window; result: WindowResult | undefined }>()
  #waiting: (() => void)[] = []
  #next = 0
  #taken = 0
  #isPlanned: boolean = false

  constructor(threads: readonly Searcher[], windows: Iterable<Window>, take: TakeResult) {
    this.#threads = threads
    this.#windows = windows[Symbol.iterator]()
    this.#take = take
  }

  async run(task: ScannerTask): Promise<void> {
    for (const thread of this.#threads) thread.begin(task)
    try {
      await Promise.all(
        this.#threads.flatMap((thread) =>
          Array.from({ length: thread.atHand }, () => this.#serve(thread)),
        ),
      )
    } finally {
      // Where one has failed, the others stop.
      this.#isPlanned = true
      this.#again.length = 0
      this.#taken = this.#next
      this.#wake()
    }
  }

  /** Gives a thread one window after the other, until every window has its result. */
  async #serve(thread: Searcher): Promise<void> {
    while (!thread.isOver && !(this.#isPlanned && this.#taken === this.#next)) {
      const planned = this.#again.shift() ?? this.#plan()
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      if (planned === undefined) await this.#someTaken()
      else {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const end = await thread.search(planned.window)
        if (end === 'not-begun') this.#again.push(planned)
        else this.#finish(planned, end)
        this.#wake()
      }
    }
  }

  #plan(): Planned | undefined {
    // Results that wait for a slow window are bounded too.
    if (this.#isPlanned || this.#next - this.#taken >= UNDER_WAY * this.#threads.length)
      return undefined
    const planned = this.#windows.next()
    this.#isPlanned = planned.done === true
    return planned.done === true ? undefined : { index: this.#next++, window: planned.value }
  }

  /** Waits until a window is to be given again, or more can be given, or all are done. */
  #someTaken(): Promise<void> {
    if (this.#isPlanned && this.#taken === this.#next) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Passes results on in order. */
  #finish({ index, window }: Planned, result: WindowResult | undefined): void {
    this.#early.set(index, { window, result })
    for (;;) {
      const item = this.#early.get(this.#taken)
      if (item === undefined) return
      this.#early.delete(this.#taken++)
      this.#take(item.window, item.result)
    }
  }
}
