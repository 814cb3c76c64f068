import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { smallDivisors } from '../src/arithmetic/small_divisors.ts'

/** One by one. */
function reference(number: bigint, from: bigint, to: bigint): bigint[] {
  const found: bigint[] = []
  for (let k = from > 1n ? from : 1n; k <= to && k <= 65_536n; k++) {
    if (number % k === 0n) found.push(k)
  }
  return found
}

it('divisors are those that are found one by one', () => {
  const factors = fc.array(fc.bigInt(1n, 70_000n), { maxLength: 8 })
  const number = fc
    .tuple(factors, fc.nat(20), fc.bigInt(1n, 1n << 300n))
    .map(([small, twos, large]) => small.reduce((a, b) => a * b, large) << BigInt(twos))
  const bounds = fc.tuple(fc.bigInt(0n, 70_000n), fc.bigInt(0n, 70_000n))
  fc.assert(
    fc.property(number, bounds, (n, [from, to]) => {
      assert.deepEqual(smallDivisors(n, from, to), reference(n, from, to))
    }),
    { numRuns: Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 500) / 5) },
  )
})

it('every divisor of a number with as many as can be', () => {
  const number = 2n ** 16n * 3n ** 10n * 5n ** 7n * 7n ** 5n * 11n ** 4n * 13n ** 4n * 65_521n
  assert.deepEqual(smallDivisors(number, 1n, 65_536n), reference(number, 1n, 65_536n))
})
