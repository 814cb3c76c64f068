/**
 * Starts the first thread of a search before the modules of the search are loaded: it loads them at the same time.
 *
 * Loads nothing itself.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'

/** What a thread may use besides its window: more is a fault of ours, and ends it. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 }
const SCRIPT = new URL('./scan_worker.ts', import.meta.url)

let waiting: Worker | undefined

/** Files with less data than this are searched before a thread would have started. */
export const SMALL_BYTES: number = 96 << 20

/** From now on a thread loads what the next search needs. It does not keep the process alive. */
export function startEarly(): void {
  if (waiting !== undefined) return
  waiting = newWorker()
  waiting.unref()
  waiting.on('error', forget)
  waiting.on('exit', forget)
}

/** A thread that loads what a search needs, or has loaded it. */
export function takeWorker(): Worker {
  const worker = waiting ?? newWorker()
  waiting = undefined
  worker.off('error', forget)
  worker.off('exit', forget)
  worker.ref()
  return worker
}

const newWorker = (): Worker => new Worker(SCRIPT, { resourceLimits: HEAP_MB })

/** It ended before anything was asked of it: the next search starts another. */
function forget(): void {
  waiting = undefined
}
