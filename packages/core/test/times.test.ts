import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { dateOrderOf, epochMs, isoOf, readSlashDate, utcMs } from '../src/times.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }
const at = (iso: string) => Date.parse(iso)

describe('utcMs reads', () => {
  const cases = [
    { text: '2023-05-15T08:01:02', iso: '2023-05-15T08:01:02Z' },
    { text: '2023-05-15T08:01:02Z', iso: '2023-05-15T08:01:02Z' },
    { text: '2023-05-15T08:01:02.5', iso: '2023-05-15T08:01:02.500Z' },
    { text: '2023-05-15T08:01:02.1239999Z', iso: '2023-05-15T08:01:02.123Z' },
    { text: '2023-05-15T08:01:02,123456789Z', iso: '2023-05-15T08:01:02.123Z' },
    { text: '2023-05-15 08:01:02', iso: '2023-05-15T08:01:02Z' },
    { text: '2023-05-15 08:01:02 UTC', iso: '2023-05-15T08:01:02Z' },
    { text: '2023-05-15T08:01:02+02:00', iso: '2023-05-15T06:01:02Z' },
    { text: '2023-05-15T08:01:02.250-0530', iso: '2023-05-15T13:31:02.250Z' },
    { text: '2023-05-15T08:01:02+00', iso: '2023-05-15T08:01:02Z' },
    { text: '2023-05-15T08:01Z', iso: '2023-05-15T08:01:00Z' },
    { text: '2023-05-15', iso: '2023-05-15T00:00:00Z' },
    { text: ' 2023-05-15T08:01:02Z\r\n', iso: '2023-05-15T08:01:02Z' },
    { text: '2024-02-29T23:59:59Z', iso: '2024-02-29T23:59:59Z' },
    { text: '/Date(1684137662123)/', iso: '2023-05-15T08:01:02.123Z' },
    { text: '/Date(1684137662123+0200)/', iso: '2023-05-15T08:01:02.123Z' },
  ]
  for (const { text, iso } of cases) {
    it(text.trim(), () => assert.equal(utcMs(text), at(iso)))
  }
})

describe('utcMs finds no time in', () => {
  const cases = [
    '2023-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-00-10T00:00:00Z',
    '2023-01-00T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:60:00Z',
    '2023-01-01T00:00:60Z',
    '2023-01-01T00:00:00.Z',
    '2023-01-01T00:00:00Zz',
    '2023-01-01T00:00:00 2023',
    '2023-01-01T00:00:00+99:00',
    '0001-01-01T00:00:00',
    '9999-12-31T23:59:59Z',
    '9/20/2023 4:05:03 AM',
    'yesterday, or so',
    '',
    1684137662123,
    null,
    `2023-01-01T00:00:00.${'1'.repeat(100)}`,
  ]
  for (const value of cases) {
    it(JSON.stringify(value).slice(0, 40), () => assert.equal(utcMs(value), undefined))
  }
})

describe('readSlashDate reads', () => {
  const order = 'month-first'
  const cases = [
    { text: '9/20/2023 4:05:03 AM', order, iso: '2023-09-20T04:05:03Z' },
    { text: '9/20/2023 4:05:03\u202fPM', order, iso: '2023-09-20T16:05:03Z' },
    { text: '9/20/2023 12:00:00 AM', order, iso: '2023-09-20T00:00:00Z' },
    { text: '9/20/2023 12:00:00 PM', order, iso: '2023-09-20T12:00:00Z' },
    { text: '4/28/2021, 3:05:26.000 PM', order, iso: '2021-04-28T15:05:26Z' },
    { text: '4/28/2021, 15:05:26.250', order, iso: '2021-04-28T15:05:26.250Z' },
    { text: '03/04/2021 10:00', order, iso: '2021-03-04T10:00:00Z' },
    { text: '03/04/2021 10:00', order: 'day-first', iso: '2021-04-03T10:00:00Z' },
    { text: '28.04.2021 15:05:26', order: 'day-first', iso: '2021-04-28T15:05:26Z' },
    { text: '28-04-2021 3:05 p.m.', order: 'day-first', iso: '2021-04-28T15:05:00Z' },
    { text: '28/04/2021', order: 'unproven', iso: '2021-04-28T00:00:00Z' },
    { text: '4/4/2021 1:00:00 AM', order: 'unproven', iso: '2021-04-04T01:00:00Z' },
    { text: '2021/4/28 15:05:26', order: 'unproven', iso: '2021-04-28T15:05:26Z' },
    { text: '2021/04/28 15:05:26Z', order: 'day-first', iso: '2021-04-28T15:05:26Z' },
    { text: '28/04/2021 15:05:26 +0200', order: 'day-first', iso: '2021-04-28T13:05:26Z' },
  ] as const
  for (const { text, order: stated, iso } of cases) {
    it(`${text} ${stated}`, () => assert.equal(readSlashDate(text, stated), at(iso)))
  }

  const refused = [
    { text: '03/04/2021 10:00', order: 'unproven' },
    { text: '28/04/2021 10:00', order: 'month-first' },
    { text: '9/20/2023', order: 'day-first' },
    { text: '31/02/2023', order: 'day-first' },
    { text: '9/20/23 4:05:03 AM', order },
    { text: '9/20/2023 15:05:03 AM', order },
    { text: '9/20/2023 0:05:03 PM', order },
    { text: '9/20-2023', order },
    { text: '', order },
  ] as const
  for (const { text, order: stated } of refused) {
    it(`nothing from ${text} ${stated}`, () => assert.equal(readSlashDate(text, stated), undefined))
  }
})

describe('dateOrderOf', () => {
  const cases = [
    { text: '9/20/2023 4:05:03 AM', order: 'month-first' },
    { text: '20/9/2023 4:05:03 AM', order: 'day-first' },
    { text: '28.04.2021 15:05:26', order: 'day-first' },
    { text: '3/4/2023', order: undefined },
    { text: '4/4/2023', order: undefined },
    { text: '2021/4/28', order: undefined },
    { text: '2021-04-28T00:00:00Z', order: undefined },
    { text: '31/02/2023', order: undefined },
    { text: '9/20/2023 99:05:03', order: undefined },
    { text: 'x', order: undefined },
  ]
  for (const { text, order } of cases) {
    it(`${text} proves ${order}`, () => assert.equal(dateOrderOf(text), order))
  }
})

describe('epochMs', () => {
  const cases = [
    { value: 1684137662, unit: 's', ms: 1684137662000 },
    { value: '1684137662', unit: 's', ms: 1684137662000 },
    { value: 1684137662.5, unit: 's', ms: 1684137662500 },
    { value: 1684137662123, unit: 'ms', ms: 1684137662123 },
    { value: 1684137662123, unit: 's', ms: undefined },
    { value: 0, unit: 's', ms: undefined },
    { value: -5, unit: 's', ms: undefined },
    { value: Number.NaN, unit: 'ms', ms: undefined },
    { value: '0x10', unit: 's', ms: undefined },
    { value: null, unit: 's', ms: undefined },
  ] as const
  for (const { value, unit, ms } of cases) {
    it(`${String(value)} ${unit}`, () => assert.equal(epochMs(value, unit), ms))
  }
})

const part = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))

describe('time properties', () => {
  const instant = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2299, 11, 31) })

  it('utcMs reads what isoOf writes, with or without Z', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const iso = isoOf(ms)
        assert.equal(utcMs(iso), ms)
        assert.equal(utcMs(iso.slice(0, -1).replace('T', ' ')), ms)
      }),
      runs,
    )
  })

  it('a slash date in a stated order is the same instant', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const [, y, m, d, time] = /^(\d+)-(\d+)-(\d+)T(.*)Z$/.exec(isoOf(ms)) ?? []
        assert.equal(readSlashDate(`${m}/${d}/${y}, ${time}`, 'month-first'), ms)
        assert.equal(readSlashDate(`${Number(d)}.${m}.${y} ${time}`, 'day-first'), ms)
      }),
      runs,
    )
  })

  it('agrees with Date.parse on every day that has one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2299 }), part(13), part(32), (y, m, d) => {
        const day = new Date(Date.UTC(y, Number(m) - 1, Number(d)))
        const exists = day.toISOString().startsWith(`${y}-${m}-${d}`)
        assert.equal(utcMs(`${y}-${m}-${d}T00:00:00Z`), exists ? day.getTime() : undefined)
      }),
      runs,
    )
  })

  it('anything is read without a throw', () => {
    const like = fc.stringMatching(/^[\d/:.,TZ +-]{8,40}$/)
    fc.assert(
      fc.property(fc.oneof(fc.anything(), like), (value) => {
        utcMs(value)
        readSlashDate(value, 'unproven')
        dateOrderOf(value)
        epochMs(value, 'ms')
      }),
      runs,
    )
  })

  it('isoOf of no time is empty', () => {
    for (const ms of [Number.NaN, 1e20, -1e20]) assert.equal(isoOf(ms), '')
  })
})
