/**
 * A thread that searches windows of one file. It answers each window with findings, never with bytes of the file.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { KernelMemory } from './kernel_memory.ts'
import { openInput } from './scan_input.ts'
import { WINDOW_CAPACITY } from './scan_plan.ts'
import { type ScannerTask, scannerFor } from './scanner_task.ts'
import { isSearchStart, type SearchOrder, type WindowAnswer } from './searcher.ts'
import { searchWindow } from './window_result.ts'
import type { WindowScanner } from './window_scanner.ts'

const start: unknown = workerData
if (!isSearchStart(start) || parentPort === null) throw new TypeError('not started by the pool')
const port = parentPort
const { hashKey } = start
const source = openInput(start.input)
const memory = new KernelMemory(WINDOW_CAPACITY)
let task: ScannerTask | undefined
let scanner: WindowScanner | undefined

port.on('message', (order: SearchOrder) => {
  if (order.kind === 'window') {
    if (task === undefined || scanner === undefined) throw new TypeError('a window before its task')
    const search = { hashKey, hasMaterial: task.hasMaterial ?? false }
    const result = searchWindow(scanner, source, order.window, search)
    const answer: WindowAnswer = { index: order.index, result }
    port.postMessage(answer, [])
    return
  }
  scanner?.wipe()
  scanner = undefined
  if (order.kind === 'task') {
    task = order.task
    scanner = scannerFor(task, { memory })
    return
  }
  source.close()
  port.close()
})
