/**
 * Opens a PDF: its own bytes, and behind them the text of its pages and what its streams hold.
 *
 * What a hostile file can do is bounded: a thread reads it, to which some time and memory are given.
 *
 * @module
 */
import type { Worker } from 'node:worker_threads'
import type { FileSource } from '@mintmark/dump'
import type { CoreHold } from '../gate/core_hold.ts'
import type { PdfAnswer, PdfOrder } from './pdf_messages.ts'
import { type OpenedPdf, PdfParts } from './pdf_parts.ts'
import { keepThread, takeThread } from './pdf_thread.ts'

/** Larger ones are not opened: a reader of PDF has all of it in memory, more than once. */
const MOST_FILE_BYTES = 64 << 20
/**
 * No page is begun after that; the thread is stopped after half as much again. A small file has less: some ten times what usual
 * ones of its size take (one of 1.3 MB with 440 pages of text takes 5 s). A deep scan waits longer.
 */
const PATIENCE_MS = 30_000
const LEAST_PATIENCE_MS = 4000
const PATIENCE_MS_PER_MB = 40_000
const DEEP_PATIENCE_MS = 600_000
/** Of the whole process before a page is begun; if it has much already, so much more. */
const MOST_MEMORY = 384 << 20
const MORE_MEMORY = 96 << 20
/** Above that, at any time. */
const STOP_MEMORY = 64 << 20
const WATCH_MS = 20

/** `%PDF-` stands within so many bytes: what is before it does not count. */
const HEAD_BYTES = 1024

/** Whether a file says that it is a PDF. */
export function isPdf(source: Pick<FileSource, 'read'>): boolean {
  const head = Buffer.alloc(HEAD_BYTES)
  return head.subarray(0, source.read(0, head)).includes('%PDF-')
}

/**
 * Reads a PDF into a hold. What is in it is never an error: it is told as trouble.
 *
 * @returns undefined where it is too large
 * @throws {MintmarkError} `INPUT_UNREADABLE` if it cannot be read
 * @throws the system's own error if it cannot be held (`ENOSPC`: the disk is full)
 */
export async function openPdf(
  source: FileSource,
  hold: CoreHold,
  isDeep: boolean,
): Promise<OpenedPdf | undefined> {
  if (source.size > MOST_FILE_BYTES) return undefined
  const room = new Uint8Array(source.size)
  const bytes = room.subarray(0, source.read(0, room))
  const opened = new PdfParts(hold)
  opened.addFile(bytes)
  const patience = isDeep ? DEEP_PATIENCE_MS : patienceFor(source.size)
  const mostMemory = Math.max(MOST_MEMORY, process.memoryUsage.rss() + MORE_MEMORY)
  const order = { bytes, until: Date.now() + patience, mostMemory }
  await readInThread(order, 1.5 * patience, (answer) => opened.add(answer))
  return opened.end()
}

/** Milliseconds for a file of so many bytes. */
export function patienceFor(size: number): number {
  return Math.min(PATIENCE_MS, LEAST_PATIENCE_MS + (PATIENCE_MS_PER_MB * size) / 1e6)
}

async function readInThread(
  order: PdfOrder,
  mostMs: number,
  onAnswer: (answer: PdfAnswer) => void,
): Promise<void> {
  const thread = takeThread()
  const stopAt = Date.now() + mostMs
  const stopMemory = order.mostMemory + STOP_MEMORY
  const watch = setInterval(() => {
    const isTooMuch = Date.now() > stopAt || process.memoryUsage.rss() > stopMemory
    if (isTooMuch) void thread.terminate()
  }, WATCH_MS)
  try {
    const end = answersOf(thread, onAnswer)
    thread.postMessage(order, [order.bytes.buffer])
    if (await end) keepThread(thread)
    else onAnswer({ kind: 'trouble', trouble: 'too much' })
  } catch (error) {
    await thread.terminate()
    throw error
  } finally {
    clearInterval(watch)
  }
}

/** @returns whether the order was carried out; false where the thread ended */
async function answersOf(thread: Worker, onAnswer: (answer: PdfAnswer) => void): Promise<boolean> {
  const over = new AbortController()
  try {
    return await new Promise((resolve, reject) => {
      const hear = (answer: PdfAnswer) => {
        try {
          if (answer.kind === 'end') resolve(true)
          else onAnswer(answer)
        } catch (error) {
          reject(error)
        }
      }
      const lose = () => resolve(false)
      thread.on('message', hear).on('error', lose).on('exit', lose)
      over.signal.addEventListener('abort', () =>
        thread.off('message', hear).off('error', lose).off('exit', lose),
      )
    })
  } finally {
    over.abort()
  }
}
