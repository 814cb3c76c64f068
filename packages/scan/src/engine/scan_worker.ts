/** A thread that searches windows of one file. It answers each window with findings, never with bytes of the file. @module */
import { parentPort } from 'node:worker_threads'
import { KernelMemory } from '../anchors/kernel_memory.ts'
import { WINDOW_CAPACITY } from '../anchors/scan_plan.ts'
import { openInput } from '../memory/scan_input.ts'
import { type Claims, claim } from './claims.ts'
import { type ScannerTask, scannerFor } from './scanner_task.ts'
import type { SearchOrder, SearchStart, ThreadAnswer } from './searcher.ts'
import { searchWindow } from './window_result.ts'
import type { WindowScanner } from './window_scanner.ts'

if (parentPort === null) throw new TypeError('not started by the pool')
const port = parentPort
const memory = new KernelMemory(WINDOW_CAPACITY)
let search:
  | { readonly start: SearchStart; readonly source: ReturnType<typeof openInput> }
  | undefined
let task: ScannerTask | undefined
let scanner: WindowScanner | undefined
let claims: Claims | undefined

const answerWith = (answer: ThreadAnswer): void => port.postMessage(answer, [])

port.on('message', (order: SearchOrder) => {
  if (order.kind === 'start') {
    search = { start: order.start, source: openInput(order.start.input) }
    return
  }
  if (order.kind === 'window') {
    if (search === undefined || task === undefined || scanner === undefined || !claims) {
      throw new TypeError('a window before its task')
    }
    if (!claim(claims, order.ticket)) return
    const { hashKey } = search.start
    const how = { hashKey, hasMaterial: task.hasMaterial ?? false }
    const result = searchWindow(scanner, search.source, order.window, how)
    answerWith({ index: order.index, result })
    return
  }
  scanner?.wipe()
  scanner = undefined
  if (order.kind === 'task') {
    task = order.task
    claims = order.claims
    scanner = scannerFor(task, { memory })
    return
  }
  search?.source.close()
  answerWith('wiped')
  port.close()
})
