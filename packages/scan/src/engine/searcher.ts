/** Searches windows: in a thread of its own, or in the calling thread between other work. */
import { Worker } from 'node:worker_threads'
import type { ByteSource } from '@mintmark/dump'
import type { Window } from '../anchors/scan_plan.ts'
import type { ScanInput } from '../memory/scan_input.ts'
import type { ScannerPool, ScannerTask } from './scanner_task.ts'
import { searchWindow, type WindowResult } from './window_result.ts'
import type { WindowScanner } from './window_scanner.ts'

export interface SearchStart {
  readonly input: ScanInput
  readonly hashKey: Uint8Array
}

/** First the start; then the task of later windows, a window to search, or the end. */
export type SearchOrder =
  | { readonly kind: 'start'; readonly start: SearchStart }
  | { readonly kind: 'task'; readonly task: ScannerTask }
  | { readonly kind: 'window'; readonly window: Window }
  | { readonly kind: 'done' }

/** `started`: its file is open; a result for each window; `wiped`: its memory is wiped. */
export type ThreadAnswer = WindowResult | 'started' | 'wiped'

export interface Planned {
  readonly index: number
  readonly window: Window
}

const PATIENCE_MS = 2000
/** Memory of a thread besides its window: more is a fault of this program, and ends it. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 }
const SCRIPT = new URL('./scan_worker.ts', import.meta.url)

export abstract class Searcher {
  given: Planned[] = []
  /** Before, it has begun no window. */
  hasStarted: boolean = true
  isOver: boolean = false
  /** The answer to the first unanswered window; undefined where there was an internal error. */
  onAnswer: (result: WindowResult | undefined) => void = () => {}
  onEnd: () => void = () => {}
  abstract readonly atHand: number

  abstract send(order: SearchOrder): void

  /** Resolves once its memory is wiped and its file closed. Then it ends by itself. */
  abstract close(): Promise<void>

  leave(): void {
    this.given = []
    this.onAnswer = () => {}
    this.onEnd = () => {}
  }
}

/** A thread of its own; terminated if it does not end soon. */
export class SearchThread extends Searcher {
  /** One more than it is at: a calling thread in a slow window assigns none. */
  readonly atHand = 2
  readonly #worker: Worker
  #onWiped: () => void = () => {}

  constructor(start: SearchStart) {
    super()
    this.hasStarted = false
    this.#worker = new Worker(SCRIPT, { resourceLimits: HEAP_MB })
    this.#worker.on('message', (answer: ThreadAnswer) => {
      if (answer === 'started') this.hasStarted = true
      else if (answer === 'wiped') this.#onWiped()
      else this.onAnswer(answer)
    })
    // Its message is dropped: it may quote what was being read. What the thread answered before may
    // come after it, but not after the exit.
    this.#worker.on('error', () => {})
    this.#worker.on('exit', () => this.#end())
    this.send({ kind: 'start', start })
  }

  send(order: SearchOrder): void {
    this.#worker.postMessage(order, [])
  }

  async close(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    const wiped = new Promise<void>((resolve) => {
      this.#onWiped = resolve
      this.#worker.once('exit', () => resolve())
    })
    this.send({ kind: 'done' })
    const timer = setTimeout(() => {
      void this.#worker.terminate()
    }, PATIENCE_MS)
    await wiped
    clearTimeout(timer)
  }

  #end(): void {
    if (this.isOver) return
    this.isOver = true
    this.onEnd()
  }
}

export class SearchHere extends Searcher {
  /** Results of other threads must not wait for several windows. */
  readonly atHand = 1
  readonly #source: ByteSource
  readonly #hashKey: Uint8Array
  readonly #scanners: ScannerPool
  #task: ScannerTask | undefined
  #scanner: WindowScanner | undefined

  constructor(source: ByteSource, hashKey: Uint8Array, scanners: ScannerPool) {
    super()
    this.#source = source
    this.#hashKey = hashKey
    this.#scanners = scanners
  }

  send(order: SearchOrder): void {
    if (order.kind === 'window') {
      setImmediate(() => this.#search(order.window))
      return
    }
    this.#release()
    this.#task = order.kind === 'task' ? order.task : undefined
  }

  close(): Promise<void> {
    this.isOver = true
    this.#release()
    return Promise.resolve()
  }

  #search(window: Window): void {
    const task = this.#task
    if (task === undefined) return
    let result: WindowResult | undefined
    try {
      this.#scanner ??= this.#scanners.take(task)
      result = searchWindow(this.#scanner, this.#source, window, this.#hashKey)
    } catch {
      // Its message may quote what was being read: it is dropped, and the window is reported lost.
    }
    this.onAnswer(result)
  }

  #release(): void {
    if (this.#task !== undefined && this.#scanner !== undefined) {
      this.#scanners.giveBack(this.#task, this.#scanner)
    }
    this.#task = undefined
    this.#scanner = undefined
  }
}
