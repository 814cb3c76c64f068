import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { holes } from '../../src/verdicts/log_silences.ts'
import { HOUR_MS } from '../../src/verdicts/losses/loss.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200)
/** A Monday, 00:00 UTC. */
const ORIGIN = Date.UTC(2023, 4, 1)

/** Records by hour of a log whose hour `n` has `of(n)` of them. */
function log(hours: number, of: (hour: number) => number): (readonly [number, number])[] {
  return Array.from(
    { length: hours },
    (_, hour) => [ORIGIN + hour * HOUR_MS, of(hour)] as const,
  ).filter(([, records]) => records > 0)
}

const isOffice = (hour: number) => hour % 24 >= 9 && hour % 24 < 17 && Math.floor(hour / 24) % 7 < 5
const inside = (from: number, to: number) => (hour: number) => hour >= from && hour < to
const WEEK = 168

const cases: readonly {
  name: string
  log: readonly (readonly [number, number])[]
  found: readonly (readonly [from: number, to: number])[]
}[] = [
  { name: 'a log without records has none', log: [], found: [] },
  { name: 'one hour has none', log: log(1, () => 3), found: [] },
  { name: 'a log that is always on has none', log: log(6 * WEEK, () => 3), found: [] },
  {
    name: 'nights and weekends are none',
    log: log(6 * WEEK, (h) => (isOffice(h) ? 3 : 0)),
    found: [],
  },
  {
    name: 'a working day without a record is one',
    log: log(6 * WEEK, (h) => (isOffice(h) && !inside(2 * WEEK, 2 * WEEK + 24)(h) ? 3 : 0)),
    // From Friday's last hour to Tuesday's first.
    found: [[2 * WEEK - 48 - 7, 2 * WEEK + 24 + 9]],
  },
  {
    name: 'one hour of a log with forty records in each is one',
    log: log(6 * WEEK, (h) => (h === 500 ? 0 : 40)),
    found: [[500, 501]],
  },
  {
    name: 'one hour of a log with one or two is none',
    log: log(6 * WEEK, (h) => (h === 500 ? 0 : 1 + (h % 2))),
    found: [],
  },
  {
    name: 'half a day of a log with one an hour is one',
    log: log(6 * WEEK, (h) => (inside(500, 512)(h) ? 0 : 1)),
    found: [[500, 512]],
  },
  {
    name: 'a week of a log with three records a day at any hour is one',
    log: log(8 * WEEK, (h) => (inside(600, 600 + WEEK)(h) || (h * 7919) % 8 !== 0 ? 0 : 1)),
    found: [[600, 600 + WEEK]],
  },
  {
    name: 'months of a log with a few busy days are none',
    log: log(16 * WEEK, (h) => ([3, 40, 41, 90].includes(Math.floor(h / 24)) ? 5 : 0)),
    found: [],
  },
  {
    name: 'a day between two bursts is none',
    log: log(49, (h) => (h === 0 || h === 48 ? 20 : 0)),
    found: [],
  },
]

describe('holes in a log', () => {
  for (const one of cases)
    it(one.name, () => {
      const found = holes(one.log).map((hole) => [
        (hole.fromMs - ORIGIN) / HOUR_MS,
        (hole.toMs - ORIGIN) / HOUR_MS,
      ])
      // A interval may begin or end in hours that are empty anyway.
      assert.equal(found.length, one.found.length, JSON.stringify(found))
      for (const [i, [from, to]] of one.found.entries()) {
        const [begin = 0, end = 0] = found[i] ?? []
        assert.ok(begin <= from && from - begin < 24, `${begin} for ${from}`)
        assert.ok(end >= to && end - to < 24, `${end} for ${to}`)
      }
    })

  it('lie where there is no record, in order, whatever the log', () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 3000 }), { maxLength: 300 })
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 50 }), (numbers, records) => {
        const counts = numbers
          .toSorted((a, b) => a - b)
          .map((hour) => [ORIGIN + hour * HOUR_MS, records] as const)
        const found = holes(counts)
        for (const hole of found)
          assert.ok(!counts.some(([at]) => at >= hole.fromMs && at < hole.toMs))
        assert.deepEqual(
          found,
          found.toSorted((a, b) => a.fromMs - b.fromMs),
        )
      }),
      { numRuns: RUNS },
    )
  })
})
