import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { hexRanges, LEAST_HEX, textRanges } from '../../src/encoded/text_runs.ts'
import { letterValue } from '../../src/text/base64.ts'
import { hexRangesReference, textRangesReference } from './text_runs_reference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300)
const valuesOf = (text: string): number[] => Array.from(Buffer.from(text), letterValue)

/** Letters that stand for anything, for ASCII, and hexadecimal digits, around the least length of a run. */
const random = fc.array(fc.nat(63), { maxLength: 70 })
const text = fc
  .array(fc.integer({ min: 32, max: 126 }), { minLength: 20, maxLength: 60 })
  .map((bytes) => valuesOf(Buffer.from(bytes).toString('base64url')))
const hex = fc
  .array(fc.nat(255), { minLength: LEAST_HEX / 2 - 3, maxLength: LEAST_HEX })
  .map((bytes) => valuesOf(Buffer.from(bytes).toString('hex')))
const runs = fc
  .array(fc.oneof(random, text, hex), { maxLength: 6 })
  .map((parts) => Uint8Array.from(parts.flat()))

describe('runs of letters', () => {
  it('of ASCII are those that a probe at each letter gives', () => {
    fc.assert(
      fc.property(runs, (values) => {
        assert.deepEqual(
          textRanges(values, values.length),
          textRangesReference(values, values.length),
        )
      }),
      { numRuns },
    )
  })

  it('of hexadecimal digits are those that a probe at each letter gives', () => {
    fc.assert(
      fc.property(runs, (values) => {
        assert.deepEqual(
          hexRanges(values, values.length),
          hexRangesReference(values, values.length),
        )
      }),
      { numRuns },
    )
  })

  it('are found at the least length and at no less, wherever they begin', () => {
    const digits = valuesOf('0a'.repeat(LEAST_HEX))
    const outside = letterValue('z'.charCodeAt(0))
    for (let at = 0; at < LEAST_HEX; at++) {
      for (const less of [0, 1]) {
        const before = Array.from({ length: at }, () => outside)
        const values = Uint8Array.from([...before, ...digits.slice(0, LEAST_HEX - less), outside])
        assert.equal(hexRanges(values, values.length).length, 1 - less)
      }
    }
  })
})
