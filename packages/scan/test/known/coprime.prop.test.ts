/** The kernel of `coprime.ts`, held against Euclid's algorithm. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import { fromBigEndian, gcd as gcdReference } from '@mintmark/keys/arithmetic/modular'
import * as fc from 'fast-check'
import { commonDivisor } from '../../src/known/rsa/coprime.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2000)

/** Of all lengths; many with long runs of zeros or ones, which steps on leading bits stumble over. */
const numbers = fc.oneof(
  fc.bigInt({ min: 0n, max: 1n << 2200n }),
  fc.tuple(fc.nat(2200), fc.bigInt({ min: -5n, max: 5n })).map(([bits, more]) => {
    const number = (1n << BigInt(bits)) + more
    return number < 0n ? -number : number
  }),
  fc.bigInt({ min: 0n, max: 1n << 70n }),
)

it('the gcd of two numbers is that of Euclid, by both ways', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.bigInt({ min: 1n, max: 1n << 40n }), (a, b, common) => {
      const [x, y] = [a * common, b * common]
      const expected = gcdReference(x, y)
      assert.equal(commonDivisor(x, y), expected)
      assert.equal(fastGcd(x, y), expected)
      assert.equal(commonDivisor(y, x), expected)
    }),
    { numRuns },
  )
})

it('numbers of the size of moduli that have nothing in common are told by the kernel', () => {
  // The kernel may leave a pair to the slower way, and nothing but its time would show that it leaves all of them.
  const pairs = Array.from({ length: 400 }, () => {
    const [a, b] = [fromBigEndian(randomBytes(256)), fromBigEndian(randomBytes(256))]
    return [a, b] as const
  }).filter(([a, b]) => gcdReference(a, b) === 1n)
  const [quick, slow] = [commonDivisor, gcdReference].map((divisorOf) => {
    const began = process.cpuUsage()
    for (const [a, b] of pairs) assert.equal(divisorOf(a, b), 1n)
    return process.cpuUsage(began).user
  })
  assert.ok((quick ?? 0) * 3 < (slow ?? 0), `${quick} µs beside ${slow}`)
})

it('numbers of four thousand limbs and more have their gcd, too', () => {
  const [p, q] = [fromBigEndian(randomBytes(20_000)), fromBigEndian(randomBytes(20_000))]
  assert.equal(commonDivisor(6n * p, 10n * p), 2n * p)
  assert.equal(commonDivisor(p, q), gcdReference(p, q))
})
