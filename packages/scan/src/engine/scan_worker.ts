/** A thread that searches windows of one file. It answers with findings, never with bytes. */
import { parentPort } from 'node:worker_threads'
import { KernelMemory } from '../anchors/kernel_memory.ts'
import { WINDOW_CAPACITY } from '../anchors/scan_plan.ts'
import { openInput } from '../memory/scan_input.ts'
import { type ScannerTask, scannerFor } from './scanner_task.ts'
import type { SearchOrder, ThreadAnswer } from './searcher.ts'
import { searchWindow } from './window_result.ts'
import type { WindowScanner } from './window_scanner.ts'

if (parentPort === null) throw new TypeError('not started by the pool')
const port = parentPort
const answer = (given: ThreadAnswer): void => port.postMessage(given, [])

class SearchOfThread {
  readonly #memory: KernelMemory = new KernelMemory(WINDOW_CAPACITY)
  #start:
    | { readonly hashKey: Uint8Array; readonly source: ReturnType<typeof openInput> }
    | undefined
  #task: { readonly task: ScannerTask; readonly scanner: WindowScanner } | undefined

  take(order: SearchOrder): void {
    if (order.kind === 'start') {
      const { input, hashKey } = order.start
      this.#start = { hashKey, source: openInput(input) }
      answer('started')
      return
    }
    if (order.kind === 'window') {
      if (this.#start === undefined || this.#task === undefined)
        throw new TypeError('a window before its task')
      const { scanner } = this.#task
      const { hashKey, source } = this.#start
      answer(searchWindow(scanner, source, order.window, hashKey))
      return
    }
    this.#task?.scanner.wipe()
    this.#task = undefined
    if (order.kind === 'task') {
      const { task } = order
      this.#task = { task, scanner: scannerFor(task, this.#memory) }
      return
    }
    this.#start?.source.close()
    answer('wiped')
    port.close()
  }
}

const search = new SearchOfThread()
port.on('message', (order: SearchOrder) => search.take(order))
