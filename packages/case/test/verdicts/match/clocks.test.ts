import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clocksBy } from '../../../src/verdicts/match/clocks.ts'

const HOUR_MS = 3_600_000
/** Tokens of one sign-in file and one audit file that show one difference, in quarters of an hour. */
const pair = (steps: number, tokens: number, madeIn = 1, usedIn = 7) => ({
  tenant: 'a',
  madeLog: 'entra-signin interactive',
  usedLog: 'ual a',
  madeIn,
  usedIn,
  steps,
  tokens,
})

describe('a clock', () => {
  it('that is right is left alone, whatever a few tokens say', () => {
    assert.deepEqual(clocksBy([pair(0, 90), pair(-8, 20), pair(4, 3)]).found, [])
  })

  it('of a whole log that is two hours ahead is found, and moved back', () => {
    const { found, issuance, access } = clocksBy([pair(-8, 99), pair(0, 1)])
    assert.deepEqual(
      found.map(({ side, aheadMs, tokens, of }) => [side, aheadMs, tokens, of]),
      [['issuance', 2 * HOUR_MS, 99, 100]],
    )
    assert.deepEqual([...issuance], [[1, -2 * HOUR_MS]])
    assert.equal(access.size, 0)
  })

  it('is the same however the log is cut into files', () => {
    const whole = clocksBy([pair(20, 60)])
    const cut = clocksBy([pair(20, 20), pair(20, 20, 2), pair(20, 20, 3)])
    assert.deepEqual(
      cut.found.map(({ aheadMs, tokens }) => [aheadMs, tokens]),
      whole.found.map(({ aheadMs, tokens }) => [aheadMs, tokens]),
    )
    assert.deepEqual([...cut.issuance.values()], [5 * HOUR_MS, 5 * HOUR_MS, 5 * HOUR_MS])
  })

  it('of one audit file among many is corrected there', () => {
    const { issuance, access } = clocksBy([pair(0, 90, 1, 7), pair(4, 20, 1, 8)])
    assert.equal(issuance.size, 0)
    assert.deepEqual([...access], [[8, -HOUR_MS]])
  })

  it('is not found in too few tokens', () => {
    assert.deepEqual(clocksBy([pair(-8, 7)]).found, [])
  })
})
