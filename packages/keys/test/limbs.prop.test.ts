import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { limbs28 } from '../src/arithmetic/limbs.ts'

it('the lowest limbs of 28 bits are those that shifts give, whatever their number', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 1n << 600n }),
      fc.integer({ min: 1, max: 40 }),
      (n, count) => {
        const expected = Array.from({ length: count }, (_, k) =>
          Number((n >> BigInt(28 * k)) & 0xfffffffn),
        )
        assert.deepEqual(limbs28(n, count), expected)
      },
    ),
  )
})
