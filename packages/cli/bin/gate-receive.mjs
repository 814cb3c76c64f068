import { receiveFromKernel } from '../dist/src/gate_receiver.js'

process.exit(await receiveFromKernel(process.argv.slice(2)))
