import { readFirst } from '@mintmark/scan/first-bytes'

// Read before anything else is loaded: a process waits for it.
const called = readFirst(process.argv.slice(2))
const { bundled } = await import('./bundled.cjs')
const { receiveFromKernel } = bundled('gate_receiver.cjs') ?? (await import('../dist/src/gate_receiver.js'))
process.exit(await receiveFromKernel(called))
