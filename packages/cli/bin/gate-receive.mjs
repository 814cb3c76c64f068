import { bundled } from './bundled.cjs'

const { receiveFromKernel } = bundled('gate_receiver.cjs') ?? (await import('../dist/src/gate_receiver.js'))
process.exit(await receiveFromKernel(process.argv.slice(2)))
