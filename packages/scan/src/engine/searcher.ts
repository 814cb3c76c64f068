/** Searches windows: in a thread of its own, or in the calling thread between other work. @module */
import { Worker } from 'node:worker_threads'
import type { ByteSource } from '@mintmark/dump'
import type { Window } from '../anchors/scan_plan.ts'
import type { ScanInput } from '../memory/scan_input.ts'
import type { ScannerPool, ScannerTask } from './scanner_task.ts'
import { searchWindow, type WindowResult } from './window_result.ts'
import type { WindowScanner } from './window_scanner.ts'

/** What a thread must know before it searches. */
export interface SearchStart {
  readonly input: ScanInput
  /** For the tags of keys; see `key_tag.ts`. */
  readonly hashKey: Uint8Array
}

/** First the start; then the task of later windows, a window to search, or the end. */
export type SearchOrder =
  | { readonly kind: 'start'; readonly start: SearchStart }
  | { readonly kind: 'task'; readonly task: ScannerTask }
  | { readonly kind: 'window'; readonly window: Window }
  | { readonly kind: 'done' }

/** The answer of a thread to each window; before them that its file is open, at its end that its memory is wiped. */
export type ThreadAnswer = WindowResult | 'started' | 'wiped'

/** Undefined where the search failed; `not-begun` where the thread ended before it came to the window. */
export type SearchEnd = WindowResult | undefined | 'not-begun'

/** Searches the windows that it is given, one after the other. */
export interface Searcher {
  /** Windows that it is given at a time. */
  readonly atHand: number
  readonly isOver: boolean
  /** What later windows are searched for. */
  begin(task: ScannerTask): void
  search(window: Window): Promise<SearchEnd>
  /** Resolves once its memory is wiped and its file closed. */
  close(): Promise<void>
}

const PATIENCE_MS = 2000
/** Memory of a thread besides its window: more is a fault of this program, and ends it. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 }
const SCRIPT = new URL('./scan_worker.ts', import.meta.url)

/** A thread of its own; terminated if it does not end soon. */
export class SearchThread implements Searcher {
  /** One more than it is at: the calling thread gives none while it searches a slow window itself. */
  readonly atHand = 2
  isOver: boolean = false
  readonly #worker: Worker
  /** Before, it has begun no window. */
  #hasStarted: boolean = false
  readonly #asked: ((end: SearchEnd) => void)[] = []
  #onWiped: () => void = () => {}

  constructor(start: SearchStart) {
    this.#worker = new Worker(SCRIPT, { resourceLimits: HEAP_MB })
    this.#worker.on('message', (answer: ThreadAnswer) => {
      if (answer === 'started') this.#hasStarted = true
      else if (answer === 'wiped') this.#onWiped()
      else this.#asked.shift()?.(answer)
    })
    // Its message is dropped: it may quote what was being read. What it had answered may come only after that, but before its
    // end.
    this.#worker.on('error', () => {})
    this.#worker.on('exit', () => this.#end())
    this.#send({ kind: 'start', start })
  }

  begin(task: ScannerTask): void {
    this.#send({ kind: 'task', task })
  }

  search(window: Window): Promise<SearchEnd> {
    if (this.isOver) return Promise.resolve('not-begun')
    return new Promise((resolve) => {
      this.#asked.push(resolve)
      this.#send({ kind: 'window', window })
    })
  }

  async close(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    const wiped = new Promise<void>((resolve) => {
      this.#onWiped = resolve
      this.#worker.once('exit', () => resolve())
    })
    this.#send({ kind: 'done' })
    const timer = setTimeout(() => {
      void this.#worker.terminate()
    }, PATIENCE_MS)
    await wiped
    clearTimeout(timer)
  }

  #send(order: SearchOrder): void {
    this.#worker.postMessage(order, [])
  }

  /** It ended by itself, at the first window that it was asked for. */
  #end(): void {
    this.isOver = true
    if (this.#hasStarted) this.#asked.shift()?.(undefined)
    for (const resolve of this.#asked.splice(0)) resolve('not-begun')
  }
}

/** The calling thread, for one task. Its other work runs between two windows. */
export class SearchHere implements Searcher {
  /** Results of other threads must not wait for several windows. */
  readonly atHand = 1
  isOver: boolean = false
  readonly #source: ByteSource
  readonly #hashKey: Uint8Array
  readonly #scanners: ScannerPool
  #task: ScannerTask | undefined
  /** For the task; made for its first window, so that other threads start first. */
  #scanner: WindowScanner | undefined

  constructor(source: ByteSource, hashKey: Uint8Array, scanners: ScannerPool) {
    this.#source = source
    this.#hashKey = hashKey
    this.#scanners = scanners
  }

  begin(task: ScannerTask): void {
    this.#task = task
  }

  search(window: Window): Promise<SearchEnd> {
    return new Promise((resolve) => {
      setImmediate(() => resolve(this.#search(window)))
    })
  }

  close(): Promise<void> {
    this.isOver = true
    if (this.#task !== undefined && this.#scanner !== undefined)
      this.#scanners.giveBack(this.#task, this.#scanner)
    this.#scanner = undefined
    return Promise.resolve()
  }

  #search(window: Window): SearchEnd {
    if (this.#task === undefined || this.isOver) return 'not-begun'
    const search = { hashKey: this.#hashKey, hasMaterial: this.#task.hasMaterial ?? false }
    try {
      this.#scanner ??= this.#scanners.take(this.#task)
      return searchWindow(this.#scanner, this.#source, window, search)
    } catch {
      // Its message may quote what was being read: it is dropped, and the window is reported lost.
      return undefined
    }
  }
}
