import { readFirst } from '@mintmark/scan/first-bytes'

const args = process.argv.slice(2)
// Read before anything else is loaded: a process waits for it.
const first = readFirst(args)
const { bundled } = await import('./bundled.cjs')
const { receiveFromKernel } = bundled('gate_receiver.cjs') ?? (await import('../dist/src/gate_receiver.js'))
process.exit(await receiveFromKernel(args, first))
