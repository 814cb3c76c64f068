import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { claim, newClaims } from '../../src/engine/claims.ts'

const WINDOWS = 900

it('a window is claimed once, and again only once its offset belongs to a later one', () => {
  const claims = newClaims()
  assert.deepEqual(
    [0, 1, 0, 1, claims.length, 0].map((index) => claim(claims, index)),
    [true, true, false, false, true, true],
  )
})

it('of threads that claim all windows at once, each has what no other has, and all have everything', async () => {
  const claims = newClaims()
  const url = new URL('../../src/engine/claims.ts', import.meta.url).href
  const code = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(${JSON.stringify(url)}).then(({ claim }) => {
      const own = []
      for (let index = 0; index < ${WINDOWS}; index++) if (claim(workerData, index)) own.push(index)
      parentPort.postMessage(own)
    })`
  const shares = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<number[]>((resolve, reject) => {
          const worker = new Worker(code, { eval: true, workerData: claims })
          worker.once('message', resolve)
          worker.once('error', reject)
        }),
    ),
  )
  const all = shares.flat().toSorted((a, b) => a - b)
  assert.deepEqual(
    all,
    Array.from({ length: WINDOWS }, (_, index) => index),
  )
})
