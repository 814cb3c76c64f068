import { readFirst } from '#read-first'

// Read before anything else is loaded: a process waits for it.
const called = readFirst(process.argv.slice(2))
const { load } = await import('./load.mjs')
const { receiveFromKernel } = await load('gate_receiver')
process.exit(await receiveFromKernel(called))
