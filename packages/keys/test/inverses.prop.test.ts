/** Inverses of many numbers at once, held against those of one at a time. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { inverse, inversesModPrime } from '../src/arithmetic/modular.ts'
import { montgomeryOfEach } from '../src/arithmetic/okp.ts'

const FIELD = (1n << 255n) - 19n
/** Zeros and multiples of the prime are common, not 1 in 2^255. */
const values = (prime: bigint) =>
  fc.array(
    fc.oneof(
      fc.constantFrom(0n, 1n, prime - 1n, prime, 2n * prime),
      fc.bigInt({ min: 0n, max: prime }),
    ),
    { maxLength: 20 },
  )

for (const prime of [2n, 7n, FIELD]) {
  it(`all inverses modulo a prime of ${prime.toString(2).length} bits are those of each`, () => {
    fc.assert(
      fc.property(values(prime), (numbers) => {
        const each = numbers.map((number) => inverse(number % prime, prime))
        assert.deepEqual(inversesModPrime(numbers, prime), each)
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
  })
}

it('points of X25519 are the same for many keys as for each, and none where there is none', () => {
  const one = Uint8Array.from([1, ...new Uint8Array(31)])
  const keys = Array.from({ length: 8 }, () => {
    const spki = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' })
    return new Uint8Array(spki.subarray(-32))
  })
  const all = [...keys, one, ...keys.toReversed()]
  const points = montgomeryOfEach(all)
  assert.deepEqual(
    points,
    all.map((key) => montgomeryOfEach([key])[0]),
  )
  assert.equal(points[keys.length], undefined)
  for (const point of points.slice(0, keys.length)) assert.equal(point?.length, 32)
})
