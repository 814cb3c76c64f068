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
function reference(form: DigitEncoding, value: bigint, bits: number): Uint8Array {
  const bytes = new Uint8Array(digitCount(form, bits) * form.slot)
  let rest = value
  for (let k = 0; k < digitCount(form, bits); k++) {
    let word = wordOfDigit(form, rest % (1n << BigInt(form.width)))
    for (let b = 0; b < form.slot; b++, word >>= 8n) bytes[k * form.slot + b] = Number(word & 255n)
    rest >>= BigInt(form.width)
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
      (form, { value, bits }) => {
        assert.deepEqual(digitBytes(form, value, bits), reference(form, value, bits))
      },
    ),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) },
  )
})
