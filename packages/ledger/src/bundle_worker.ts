/** A thread that reads batches of bundles, in the order in which they come. What it imports is loaded for each thread: little. */
import { parentPort, workerData } from 'node:worker_threads'
import { type BundleBatch, readBatch } from './bundle_batch.ts'
import { BundleReader } from './tree_hashes.ts'

const reader = new BundleReader(workerData)

parentPort?.on('message', (batch: BundleBatch) => {
  const reading = readBatch(reader, batch)
  const memory = reading === undefined ? [] : [reading.roots.buffer, reading.outlines.buffer]
  parentPort?.postMessage(reading, memory)
})
