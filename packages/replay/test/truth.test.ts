import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { expectForged, OUTAGE } from '../src/world/truth.ts'
import { World } from '../src/world/world.ts'

const HOUR = 3_600_000
const world = new World(77, 0.01)

function organisation(habit: 'backup-authentication' | 'ascii-token-id') {
  const found = world.organisations.find(({ habits }) => habits.includes(habit))
  assert.ok(found)
  return found
}

describe('a forged access whose look-back meets an outage', () => {
  // With seed 77 one was called determinable, 13 hours after the outage.
  for (const { name, atMs, isDeterminable } of [
    { name: 'within it', atMs: OUTAGE.fromMs + HOUR, isDeterminable: false },
    { name: '13 hours after it', atMs: OUTAGE.toMs + 13 * HOUR, isDeterminable: false },
    { name: '30 hours after it', atMs: OUTAGE.toMs + 30 * HOUR, isDeterminable: true },
    { name: 'before it', atMs: OUTAGE.fromMs - 2 * HOUR, isDeterminable: true },
  ])
    it(`${name} ${isDeterminable ? 'can' : 'cannot'} be decided for certain`, () => {
      const expected = expectForged(organisation('backup-authentication'), 'renewed', atMs, true)
      assert.equal(expected.determinable, isDeterminable)
      assert.ok(expected.verdicts.includes('unissued'))
    })

  it('can be decided where no backup issued tokens', () => {
    const of = organisation('ascii-token-id')
    assert.equal(expectForged(of, 'renewed', OUTAGE.fromMs, true).determinable, true)
  })
})
