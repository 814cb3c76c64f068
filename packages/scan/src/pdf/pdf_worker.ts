/**
 * The thread that reads PDFs, one at a time.
 *
 * It is by itself, so that its memory goes when it ends: letters pass through strings there, which nothing can overwrite.
 *
 * @module
 */
import { parentPort } from 'node:worker_threads'
import type { PdfAnswer, PdfOrder } from './pdf_messages.ts'
import { PdfReading } from './pdf_reading.ts'

if (parentPort === null) throw new TypeError('not started by the reader of PDFs')
const port = parentPort

port.on('message', (order: PdfOrder) => {
  void new PdfReading(order, tell).read().then(() => tell({ kind: 'end' }))
})

function tell(answer: PdfAnswer, moved: readonly ArrayBuffer[] = []): void {
  port.postMessage(answer, [...moved])
}
