/** The line of progress: what it says, and what it never says. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { progressLine } from '../src/process/progress.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const line = (done: number, total: number, elapsedMs: number) =>
  progressLine({ step: 'reading', done, total, elapsedMs }, 80)

describe('a line of progress', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['with an estimate', line(50, 100, 12_000), /^reading \[={15}-{15}\] 50 % {2}about 12 s left$/],
    ['in minutes', line(10, 100, 60_000), /about 9 min left$/],
    ['in hours', line(10, 100, 3_600_000), /about 9 h left$/],
    ['without one at the beginning', line(0, 100, 5000), /\] 0 %$/],
    ['without one where nothing is left', line(100, 100, 5000), /\] 100 %$/],
    ['without a bar where the total is unknown', line(5, 0, 5000), /^reading …$/],
  ]
  for (const [name, printed, wanted] of cases)
    it(`is printed ${name}`, () => assert.match(printed, wanted))

  it('never says NaN, INF or 0 s, and fits its terminal', () => {
    const number = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(0, -1, Number.NaN, Infinity))
    fc.assert(
      fc.property(number, number, number, fc.integer({ min: 60, max: 200 }), (...given) => {
        const [done, total, elapsedMs, width] = given
        const printed = progressLine({ step: 'a step', done, total, elapsedMs }, width)
        assert.doesNotMatch(printed, /NaN|INF|Infinity|\b0 ?s\b/)
        assert.ok(printed.length <= width, printed)
      }),
      { numRuns },
    )
  })
})
