/** Silences by day that no other day has in the same hours. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { outstanding } from '../../../src/verdicts/losses/holes.ts'
import { HOUR_MS, MINUTE_MS, type Period } from '../../../src/verdicts/losses/loss.ts'
import { type Pace, paceOf } from '../../../src/verdicts/losses/outages.ts'
import { MONDAY_MS, officeTimes, randomOf } from '../../office.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100)
const DAY_MS = 24 * HOUR_MS

function silencesOf(times: readonly number[]): Period[] {
  return times.slice(1).map((toMs, at) => ({ fromMs: times[at] ?? toMs, toMs }))
}

function found(times: readonly number[], others: readonly Pace[] = []): Period[] {
  return outstanding(silencesOf(times), { fromMs: times[0] ?? 0, toMs: times.at(-1) ?? 0 }, others)
}

/** The pace of a log with these records. */
function pace(times: readonly number[]): Pace {
  const minutes = new Set(times.map((time) => Math.floor(time / MINUTE_MS)))
  const active = new Map<number, number>()
  for (const minute of minutes) {
    const hour = Math.floor(minute / 60)
    active.set(hour, (active.get(hour) ?? 0) + 1)
  }
  const made = paceOf(active)
  assert.ok(made !== undefined)
  return made
}

/** A record every `step` minutes from eight to six, for so many days. */
function even(step: number, days: number): number[] {
  return Array.from({ length: days }, (_, day) =>
    Array.from(
      { length: Math.floor(600 / step) },
      (_record, at) => MONDAY_MS + day * DAY_MS + 8 * HOUR_MS + at * step * MINUTE_MS,
    ),
  ).flat()
}

const at = (day: number, hour: number) => MONDAY_MS + day * DAY_MS + hour * HOUR_MS
const without = (times: readonly number[], fromMs: number, toMs: number) =>
  times.filter((time) => time < fromMs || time >= toMs)

describe('a silence by day', () => {
  it('is a hole where the same hours of other days have none of a third of it', () => {
    const [hole, ...more] = found(without(even(10, 5), at(2, 10), at(2, 11)))
    assert.deepEqual(more, [])
    assert.ok(hole !== undefined && hole.fromMs < at(2, 10) && hole.toMs >= at(2, 11))
  })

  it('hides no other', () => {
    const times = without(without(even(5, 5), at(2, 10), at(2, 11)), at(3, 14), at(3, 16))
    assert.equal(found(times).length, 2)
  })

  it('is none where another day has one like it, in a night, or of too few days', () => {
    const twice = without(without(even(10, 5), at(2, 10), at(2, 11)), at(3, 10), at(3, 11))
    assert.deepEqual(found(twice), [])
    assert.deepEqual(found(even(10, 5)), [])
    assert.deepEqual(found(without(even(10, 3), at(1, 10), at(1, 11))), [])
    assert.deepEqual(found([]), [])
  })

  it('is long enough at twice the others where ten days compare', () => {
    const [few, many] = [5, 21].map((days) => {
      const times = without(even(5, days), at(2, 10), at(2, 11.25))
      return found(without(times, at(3, 10), at(3, 10.5))).length
    })
    assert.deepEqual([few, many], [0, 1])
  })

  it('with a night in it is a hole where another log shows people at work, and none on a holiday', () => {
    const whole = even(5, 12)
    const times = without(whole, at(2, 0), at(3, 0))
    assert.equal(found(times, [pace(whole)]).length, 1)
    assert.deepEqual(found(times, [pace(times)]), [])
    assert.deepEqual(found(times), [])
    const day = without(whole, at(2, 10), at(3, 10))
    assert.equal(found(day, [pace(whole)]).length, 1)
  })

  it('of three working hours is seen in a log of thirty people', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 30, max: 60 }), (seed, people) => {
        const random = randomOf(seed)
        const day = 2 + Math.floor(random() * 5) + 7
        const from = at(day % 7 > 4 ? day - 3 : day, 9 + random())
        const times = without(officeTimes({ seed, people, weeks: 3 }), from, from + 3 * HOUR_MS)
        const isSeen = found(times).some(
          ({ fromMs, toMs }) => fromMs < from + HOUR_MS && toMs > from + 2 * HOUR_MS,
        )
        assert.ok(isSeen, new Date(from).toISOString())
      }),
      { numRuns: Math.min(RUNS, 500) },
    )
  })

  it('is one of few in logs that lack nothing', () => {
    let wrong = 0
    for (let seed = 0; seed < 100; seed++)
      wrong += found(officeTimes({ seed, people: 4 + (seed % 30), weeks: 2 })).length
    assert.ok(wrong <= 5, `${wrong} of 100`)
  })
})

describe('a silence with a night in it', () => {
  it('half as long again as any other is a hole between workdays, and none at a weekend', () => {
    // Of 24 hours on the tenth day or on a Saturday, where a night has 14.
    const whole = even(5, 28)
    const weekday = without(whole, at(9, 10), at(10, 10))
    const saturday = without(whole, at(12, 10), at(13, 10))
    assert.equal(found(weekday, [pace(whole)]).length, 1)
    assert.deepEqual(found(saturday, [pace(whole)]), [])
  })

  it('is one of few in logs that lack nothing, beside half of their records', () => {
    let wrong = 0
    for (let seed = 0; seed < 100; seed++) {
      const times = officeTimes({ seed, people: 3 + (seed % 10), weeks: 3 })
      const [one, other] = [0, 1].map((half) => times.filter((_, index) => index % 2 === half))
      const long = found(one ?? [], [pace(other ?? [])]).filter(
        ({ fromMs, toMs }) => toMs - fromMs >= 6 * HOUR_MS,
      )
      wrong += long.length
    }
    assert.ok(wrong <= 2, `${wrong} of 100`)
  })
})
