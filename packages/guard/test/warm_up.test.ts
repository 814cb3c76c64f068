import assert from 'node:assert/strict'
import { it } from 'node:test'
import { warmUp } from '../src/index.ts'

it('a guard that warms up goes the way of a token that is let in, each time', async () => {
  let active = 0
  // A machine may be too busy for it: a try gives up after two seconds.
  for (let i = 0; i < 50 && active < 800; i++) {
    // oxlint-disable-next-line no-await-in-loop -- until it had the time
    active = await warmUp()
  }
  assert.equal(active, 800)
})
