/**
 * The thread that reads PDFs: kept for the next for a moment, since to load its modules takes longer than most files.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'

const HEAP_MB = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 }
const SCRIPT = new URL('./pdf_worker.js', import.meta.url)
/** What it read lies in its memory until it ends. */
const KEPT_MS = 500
/** Of the process: where a file took more, the next begins anew. */
const MOST_MEMORY = 256 << 20

let waiting: { readonly thread: Worker; readonly timer: NodeJS.Timeout } | undefined

/** A thread that nobody else uses. */
export function takeThread(): Worker {
  const kept = waiting
  waiting = undefined
  if (kept === undefined)
    return new Worker(SCRIPT, { resourceLimits: HEAP_MB, stdout: true, stderr: true })
  clearTimeout(kept.timer)
  kept.thread.off('error', forget).off('exit', forget)
  kept.thread.ref()
  return kept.thread
}

/** It does not keep the process alive, and ends soon. */
export function keepThread(thread: Worker): void {
  if (waiting !== undefined || process.memoryUsage.rss() > MOST_MEMORY) {
    void thread.terminate()
    return
  }
  const timer = setTimeout(() => {
    waiting = undefined
    void thread.terminate()
  }, KEPT_MS).unref()
  thread.on('error', forget)
  thread.on('exit', forget)
  thread.unref()
  waiting = { thread, timer }
}

function forget(): void {
  waiting = undefined
}
