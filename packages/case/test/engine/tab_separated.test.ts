import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { timeCell } from '../../src/engine/rows.ts'

describe('a time of a row of text', () => {
  for (const [ms, cell] of [
    [1, '1970-01-01 00:00:00.001'],
    [Date.UTC(2023, 5, 1) + 0.9, '2023-06-01 00:00:00.000'],
    [Number.MAX_SAFE_INTEGER, '2299-12-31 23:59:59.999'],
    [Number.POSITIVE_INFINITY, '2299-12-31 23:59:59.999'],
    [0, null],
    [-1, null],
    [Number.NaN, null],
  ] as const)
    it(`is ${cell ?? 'none'} for ${ms} ms`, () => assert.equal(timeCell(ms), cell))
})
