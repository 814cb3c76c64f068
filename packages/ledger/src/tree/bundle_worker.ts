/** A thread that reads batches of bundles, in order. Each thread loads its imports: few. */
import { parentPort, workerData } from 'node:worker_threads'
import { type BundleBatch, readBatch } from './bundle_batch.ts'
import type { BundleThreadData } from './bundle_threads.ts'
import { BundleReader } from './tree_hashes.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whoever starts the thread has put it there
const { module, up } = workerData as BundleThreadData
const reader = new BundleReader(module)

parentPort?.on('message', (batch: BundleBatch) => {
  const reading = readBatch(reader, batch)
  const memory = reading === undefined ? [] : [reading.roots.buffer, reading.outlines.buffer]
  parentPort?.postMessage(reading, memory)
})
Atomics.store(up, 0, 1)
