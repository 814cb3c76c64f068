import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MINUTE_MS } from '../../../src/verdicts/losses/loss.ts'
import { type MinuteLog, outages, paceOf } from '../../../src/verdicts/losses/outages.ts'
import { MONDAY_MS, type Office, officeTimes } from '../../office.ts'

const ERROR = 0.01
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

function logOf(times: readonly number[]): MinuteLog {
  const active = new Map<number, number>()
  const silences: { fromMs: number; toMs: number }[] = []
  let last = 0
  for (const at of times) {
    const minute = Math.floor(at / MINUTE_MS)
    if (Math.floor(last / MINUTE_MS) !== minute) {
      const hour = Math.floor(minute / 60)
      active.set(hour, (active.get(hour) ?? 0) + 1)
    }
    if (last > 0 && minute > Math.floor(last / MINUTE_MS) + 1) {
      silences.push({ fromMs: last, toMs: at })
    }
    last = at
  }
  return { active, silences, count: silences.length }
}

/** Day and hour of the log. */
const at = (day: number, hour: number) => MONDAY_MS + day * DAY_MS + hour * HOUR_MS
const without = (times: readonly number[], fromMs: number, toMs: number) =>
  times.filter((time) => time < fromMs || time >= toMs)

/** Holes of an office's log, as `day hour`, rounded to the hour. */
function holesOf(office: Office, [fromMs, toMs]: readonly [number, number] = [0, 0]): string[] {
  return outages(logOf(without(officeTimes(office), fromMs, toMs)), ERROR).map((hole) =>
    [hole.fromMs, hole.toMs]
      .map((ms) => {
        const hours = Math.round((ms - MONDAY_MS) / HOUR_MS)
        return `${Math.floor(hours / 24)} ${hours % 24}`
      })
      .join(' to '),
  )
}

/** Hours of `day hour`. */
function hourOf(spelled: string): number {
  const [day = 0, hour = 0] = spelled.split(' ').map(Number)
  return day * 24 + hour
}

const large = { seed: 1, people: 60, weeks: 4 }
const small = { seed: 1, people: 8, weeks: 6 }

describe('a hole in a log', () => {
  const found: readonly (readonly [string, Office, readonly [number, number], string])[] = [
    ['of three working hours of eight people', small, [at(16, 9), at(16, 12)], '16 9 to 16 12'],
    [
      'of an afternoon, after which nobody comes',
      small,
      [at(16, 13), at(16, 18)],
      '16 13 to 16 18',
    ],
    ['of one hour of sixty people', large, [at(9, 10), at(9, 11)], '9 10 to 9 11'],
    [
      'of twenty minutes of sixty people',
      large,
      [at(9, 10), at(9, 10) + 20 * MINUTE_MS],
      '9 10 to 9 10',
    ],
    ['in a log of two weeks', { ...large, weeks: 2 }, [at(8, 9), at(8, 12)], '8 9 to 8 12'],
  ]
  for (const [name, office, hole, is] of found)
    it(`is found: ${name}`, () => {
      const holes = holesOf(office, hole)
      assert.equal(holes.length, 1, holes.join())
      const [from = '', to = ''] = is.split(' to ')
      const [begin = '', end = ''] = (holes[0] ?? '').split(' to ')
      // A silence may begin before, and end after, what is missing of it.
      assert.ok(hourOf(begin) <= hourOf(from) && hourOf(from) - hourOf(begin) <= 1, holes[0])
      assert.ok(hourOf(end) >= hourOf(to) && hourOf(end) - hourOf(to) <= 1, holes[0])
    })

  it('is found on each of three days', () => {
    let times = officeTimes(large)
    for (const day of [8, 11, 16]) times = without(times, at(day, 10), at(day, 12))
    assert.equal(outages(logOf(times), ERROR).length, 3)
  })

  it('of a whole working day differs from a holiday by who else was at work', () => {
    const others = paceOf(logOf(officeTimes({ ...small, seed: 9 })).active)
    assert.ok(others !== undefined)
    const silent = logOf(without(officeTimes(small), at(16, 0), at(17, 0)))
    assert.equal(outages(silent, ERROR, [others]).length, 1)
    const away = paceOf(logOf(officeTimes({ ...small, seed: 9, holidays: [16] })).active)
    assert.ok(away !== undefined)
    const holiday = logOf(officeTimes({ ...small, holidays: [16] }))
    assert.deepEqual(outages(holiday, ERROR, [away]), [])
  })
})

describe('no hole in a log', () => {
  it('is a night, a weekend or a holiday with some who work', () => {
    const office = { ...large, weekend: 0.05, holidays: [10] }
    assert.deepEqual(holesOf(office), [])
  })

  it('is the time before a habit begins, or after it ends', () => {
    const times = officeTimes(large)
    // Somebody reads mail each night of two weeks, every few minutes.
    for (let day = 7; day < 21; day++)
      for (let minute = 0; minute < 300; minute += 3) times.push(at(day, 0) + minute * MINUTE_MS)
    assert.deepEqual(outages(logOf(times.toSorted((a, b) => a - b)), ERROR), [])
  })

  it('is found in more than one of fifty logs of offices of all sizes that lack nothing', () => {
    let holed = 0
    for (let seed = 100; seed < 150; seed++) {
      const people = [2, 5, 8, 20, 40][seed % 5] ?? 2
      holed += holesOf({ seed, people, weeks: 3 + (seed % 3), weekend: 0.05 }).length > 0 ? 1 : 0
    }
    assert.ok(holed <= 1, `${holed} of 50`)
  })

  it('is in a log of one hour, or of none', () => {
    assert.deepEqual(outages(logOf([]), ERROR), [])
    assert.deepEqual(outages(logOf([at(0, 9), at(0, 9) + 10 * MINUTE_MS]), ERROR), [])
  })
})
