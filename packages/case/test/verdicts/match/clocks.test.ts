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
    assert.deepEqual(clocksBy([pair(0, 90), pair(-8, 20), pair(4, 3)]), [])
  })

  it('of a whole log that is two hours ahead is found', () => {
    const found = clocksBy([pair(-8, 99), pair(0, 1)])
    assert.deepEqual(
      found.map(({ side, evidence, aheadMs, tokens, of }) => [side, evidence, aheadMs, tokens, of]),
      [['issuance', [1], 2 * HOUR_MS, 99, 100]],
    )
  })

  it('is the same however the log is cut into files', () => {
    const whole = clocksBy([pair(20, 60)])
    const cut = clocksBy([pair(20, 20), pair(20, 20, 2), pair(20, 20, 3)])
    assert.deepEqual(
      cut.map(({ aheadMs, tokens }) => [aheadMs, tokens]),
      whole.map(({ aheadMs, tokens }) => [aheadMs, tokens]),
    )
    assert.deepEqual(
      cut.map(({ side, evidence, aheadMs }) => [side, evidence, aheadMs]),
      [['issuance', [1, 2, 3], -5 * HOUR_MS]],
    )
  })

  it('of one audit file among many is corrected there', () => {
    const found = clocksBy([pair(0, 90, 1, 7), pair(4, 20, 1, 8)])
    assert.deepEqual(
      found.map(({ side, evidence, aheadMs }) => [side, evidence, aheadMs]),
      [['access', [8], HOUR_MS]],
    )
  })

  it('is not found in too few tokens', () => {
    assert.deepEqual(clocksBy([pair(-8, 7)]), [])
  })
})
