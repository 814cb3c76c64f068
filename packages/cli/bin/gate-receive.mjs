import { load } from './load.mjs'

const { receiveFromKernel } = await load('gate_receiver')
process.exit(await receiveFromKernel(process.argv.slice(2)))
