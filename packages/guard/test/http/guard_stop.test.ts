/** What a guard says when it is stopped. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startGuardWorld } from './served_guard.ts'

it('a guard that stops says for how many tokens no ledger answered', async () => {
  const world = await startGuardWorld()
  try {
    assert.equal((await world.post('/introspect', { token: await world.mint() })).status, 200)
    await world.stopLedger()
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as requests come
    for (const jti of ['first', 'second'])
      await world.post('/introspect', { token: world.forge({ jti }) })
  } finally {
    await world.stop()
  }
  const said = world.lines.filter((line) => line.includes('"event":"unsettled"'))
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /2 tokens are forgotten before a ledger answered for them/)
})
