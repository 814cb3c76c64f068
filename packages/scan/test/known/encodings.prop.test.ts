import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import {
  DIGIT_ENCODINGS,
  type DigitEncoding,
  digitBytes,
  digitCount,
  NARROW_DIGITS,
  wordOfDigit,
} from '../../src/known/values/digit_encodings.ts'

/** Digit by digit, by division. */
function reference(encoding: DigitEncoding, value: bigint, bits: number): Uint8Array {
  const bytes = new Uint8Array(digitCount(encoding, bits) * encoding.slot)
  let rest = value
  for (let k = 0; k < digitCount(encoding, bits); k++) {
    let word = wordOfDigit(encoding, rest % (1n << BigInt(encoding.width)))
    for (let b = 0; b < encoding.slot; b++, word >>= 8n)
      bytes[k * encoding.slot + b] = Number(word & 255n)
    rest >>= BigInt(encoding.width)
  }
  return bytes
}

it('digits are those that division gives, in every encoding', () => {
  const sized = fc
    .integer({ min: 8, max: 600 })
    .chain((bits) =>
      fc.record({ bits: fc.constant(bits), value: fc.bigInt(0n, (1n << BigInt(bits)) - 1n) }),
    )
  fc.assert(
    fc.property(
      fc.constantFrom(...DIGIT_ENCODINGS, NARROW_DIGITS),
      sized,
      (encoding, { value, bits }) => {
        assert.deepEqual(digitBytes(encoding, value, bits), reference(encoding, value, bits))
      },
    ),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) },
  )
})
