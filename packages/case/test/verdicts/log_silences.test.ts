import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endsInHole } from '../../src/verdicts/gap_intervals.ts'
import { HOUR_MS } from '../../src/verdicts/losses/loss.ts'

/** A Monday, 00:00 UTC. */
const ORIGIN = Date.UTC(2023, 4, 1)
const WEEK = 168

/** Records by hour of a log whose hour `n` has `of(n)` of them. */
function log(hours: number, of: (hour: number) => number): (readonly [number, number])[] {
  return Array.from(
    { length: hours },
    (_, hour) => [ORIGIN + hour * HOUR_MS, of(hour)] as const,
  ).filter(([, records]) => records > 0)
}

const isOffice = (hour: number) => hour % 24 >= 9 && hour % 24 < 17 && Math.floor(hour / 24) % 7 < 5

/** Logs that end with the first record after a silence. */
const cases: readonly (readonly [string, boolean, readonly (readonly [number, number])[]])[] = [
  ['a log without records', false, []],
  ['a log of one hour', false, log(1, () => 3)],
  ['a log that is always on', false, log(6 * WEEK, () => 3)],
  ['a night', false, log(5 * WEEK + 34, (h) => (isOffice(h) ? 3 : 0))],
  ['a weekend', false, log(5 * WEEK + 10, (h) => (isOffice(h) ? 3 : 0))],
  [
    'a Monday without a record',
    true,
    log(5 * WEEK + 34, (h) => (isOffice(h) && (h < 5 * WEEK || h > 5 * WEEK + 24) ? 3 : 0)),
  ],
  ['an hour of a log with forty in each', true, log(802, (h) => (h === 800 ? 0 : 40))],
  ['an hour of a log with one or two', false, log(802, (h) => (h === 800 ? 0 : 1 + (h % 2)))],
  ['half a day of a log with one an hour', true, log(813, (h) => (h >= 800 && h < 812 ? 0 : 1))],
  [
    'a week of a log with three records a day at any hour',
    true,
    log(7 * WEEK + 8, (h) => ((h >= 6 * WEEK && h < 7 * WEEK) || (h * 7919) % 8 !== 0 ? 0 : 1)),
  ],
  [
    'months of a log with a few busy days',
    false,
    log(91 * 24, (h) => ([3, 40, 41, 90].includes(Math.floor(h / 24)) ? 5 : 0)),
  ],
  ['a day between two bursts', false, log(49, (h) => (h === 0 || h === 48 ? 20 : 0))],
]

describe('a silence at the end of a log', () => {
  for (const [name, isHole, counts] of cases)
    it(`is ${isHole ? 'a hole' : 'ordinary'}: ${name}`, () =>
      assert.equal(endsInHole(counts), isHole))
})
