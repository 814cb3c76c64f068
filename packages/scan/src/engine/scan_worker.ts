/** A thread that searches windows of one file. It answers each window with findings, never with bytes of the file. @module */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { KernelMemory } from '../anchors/kernel_memory.ts'
import { WINDOW_CAPACITY } from '../anchors/scan_plan.ts'
import { openInput } from '../memory/scan_input.ts'
import { type Claims, claim } from './claims.ts'
import { type ScannerTask, scannerFor } from './scanner_task.ts'
import type { GivenWindow, SearchOrder, ThreadAnswer } from './searcher.ts'
import { searchWindow } from './window_result.ts'
import type { WindowScanner } from './window_scanner.ts'

if (parentPort === null) throw new TypeError('not started by the pool')

/** What the thread was sent, and what it searches with. */
class SearchOfThread {
  readonly #port: MessagePort
  readonly #memory: KernelMemory = new KernelMemory(WINDOW_CAPACITY)
  #start:
    | { readonly hashKey: Uint8Array; readonly source: ReturnType<typeof openInput> }
    | undefined
  #task:
    | { readonly task: ScannerTask; readonly claims: Claims; readonly scanner: WindowScanner }
    | undefined

  constructor(port: MessagePort) {
    this.#port = port
  }

  take(order: SearchOrder): void {
    if (order.kind === 'start') {
      const { input, hashKey } = order.start
      this.#start = { hashKey, source: openInput(input) }
      return
    }
    if (order.kind === 'window') {
      this.#search(order)
      return
    }
    this.#task?.scanner.wipe()
    this.#task = undefined
    if (order.kind === 'task') {
      const { task, claims } = order
      this.#task = { task, claims, scanner: scannerFor(task, { memory: this.#memory }) }
      return
    }
    this.#start?.source.close()
    this.#answer('wiped')
    this.#port.close()
  }

  #search({ index, window, ticket }: GivenWindow): void {
    const start = this.#start
    if (start === undefined || this.#task === undefined)
      throw new TypeError('a window before its task')
    const { task, claims, scanner } = this.#task
    if (!claim(claims, ticket)) return
    const how = { hashKey: start.hashKey, hasMaterial: task.hasMaterial ?? false }
    this.#answer({ index, result: searchWindow(scanner, start.source, window, how) })
  }

  #answer(answer: ThreadAnswer): void {
    this.#port.postMessage(answer, [])
  }
}

const search = new SearchOfThread(parentPort)
parentPort.on('message', (order: SearchOrder) => search.take(order))
