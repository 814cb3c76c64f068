import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { Flow, giveBack } from '../../src/ingest/worker_protocol.ts'

const TAKES_LATER = `
  const { workerData } = require('node:worker_threads')
  const taken = new Int32Array(workerData)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
  Atomics.add(taken, 0, 1)
  Atomics.notify(taken, 0)
`

it('a producer may give two parts, and waits with the third until one is taken', async () => {
  const flow = new Flow()
  flow.given()
  flow.given()
  const worker = new Worker(TAKES_LATER, { eval: true, workerData: flow.memory })
  flow.given()
  assert.equal(new Int32Array(flow.memory)[0], 1)
  await worker.terminate()
})

it('a producer does not wait for parts that are already taken', () => {
  const flow = new Flow()
  for (let part = 0; part < 100; part++) {
    new Flow(flow.memory).taken()
    flow.given()
  }
  assert.equal(new Int32Array(flow.memory)[0], 100)
})

it('memory that is given back is gone, also where two share it', () => {
  const one = new Uint8Array(1000)
  const other = new Uint8Array(one.buffer, 500)
  giveBack([one, other, new Uint8Array(10)])
  assert.equal(one.length, 0)
  assert.equal(other.length, 0)
})
