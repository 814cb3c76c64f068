/**
 * A thread that searches windows of one file. It answers each window with findings, never with bytes of the file.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { isWorkerTask, type WindowAnswer, type WindowQuestion } from './pool.ts'
import { openInput } from './scan_input.ts'
import { scannerFor } from './scanner_task.ts'
import { searchWindow } from './window_result.ts'

const task: unknown = workerData
if (!isWorkerTask(task) || parentPort === null) throw new TypeError('not started by the pool')
const port = parentPort
const source = openInput(task.input)
const scanner = scannerFor(task)

port.on('message', (question: WindowQuestion) => {
  if (question === 'done') {
    scanner.wipe()
    source.close()
    port.close()
    return
  }
  const result = searchWindow(scanner, source, question.window, task)
  const answer: WindowAnswer = { index: question.index, result }
  port.postMessage(answer, [])
})
