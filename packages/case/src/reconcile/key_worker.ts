/** The thread of `KeyThread`: compares the keys of one file after another. */
import { parentPort } from 'node:worker_threads'
import { sizeOfNumbers, takeNumbers } from '../numbers_file.ts'
import type { NumbersFile } from '../session.ts'
import { KeyDifference } from './key_difference.ts'

const difference = new KeyDifference()

parentPort?.on('message', (file: NumbersFile) => {
  const missing = difference.missing({
    maxBytes: sizeOfNumbers(file),
    take: (memory, roomBytes) => takeNumbers(file, memory, roomBytes),
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
  parentPort?.postMessage(missing)
})
