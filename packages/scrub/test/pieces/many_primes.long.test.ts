import assert from 'node:assert/strict'
import { generatePrimeSync } from 'node:crypto'
import { it } from 'node:test'
import { fromBigEndian, gcd, inverse } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { derivedValues } from '@mintmark/scan/known/values/derived_values'
import { secretPatterns } from '../../src/pieces/secret_pattern.ts'

const E = 65_537n

/** Primes, largest first, of a key of so many bits. */
function primesOf(count: number, bits: number): bigint[] {
  const size = Math.ceil(bits / count)
  for (;;) {
    const primes = Array.from({ length: count }, () => generatePrimeSync(size, { bigint: true }))
    const common = primes.map((prime) => gcd(E * 3n, prime - 1n))
    const isUsable = common.every((each) => each === 1n)
    if (isUsable) return primes.toSorted((a, b) => (a < b ? 1 : -1))
  }
}

const product = (numbers: readonly bigint[]): bigint => numbers.reduce((all, each) => all * each)

for (const [count, bits] of [
  [3, 2048],
  [5, 4096],
] as const)
  it(`of a key of ${count} primes each value of each prime is looked for`, () => {
    const primes = primesOf(count, bits)
    const [p = 0n, q = 0n, ...others] = primes
    const lambda = primes.map((prime) => prime - 1n).reduce((a, b) => (a * b) / gcd(a, b))
    const phi = product(primes.map((prime) => prime - 1n))
    const d = inverse(E, phi)
    const key: RsaMaterial = { type: 'rsa', n: product(primes), e: E, p, q, others, d }
    const values = new Set(derivedValues(key).map(({ value }) => value))
    for (const [index, prime] of primes.entries()) {
      const before = product([1n, ...primes.slice(0, index)])
      for (const value of [prime, inverse(E, prime - 1n), inverse(before, prime)]) {
        assert.ok(value === 1n || values.has(value ?? 0n), `prime ${index}`)
      }
    }
    for (const value of [phi, lambda])
      assert.ok(values.has(value) && values.has(inverse(E, value) ?? 0n))
  })

it('of φ(n) of three primes all is looked for in pieces that is not that of n', () => {
  const [p = 0n, q = 0n, third = 0n] = primesOf(3, 1536)
  const material: RsaMaterial = { type: 'rsa', n: p * q * third, e: E, p, q, d: undefined }
  const phi = (p - 1n) * (q - 1n) * (third - 1n)
  const pieces = secretPatterns([material], 0).filter(
    ({ value, encoding }) => value === 'lower part of phi' && encoding === 'limbs-be',
  )
  const spelled = pieces.map(({ bytes }) => fromBigEndian(bytes))
  assert.ok(spelled.includes(BigInt.asUintN(1024, phi)))
  // Two bits of a sum are above.
  assert.ok(material.n >> 1028n === phi >> 1028n || (material.n >> 1028n) - (phi >> 1028n) === 1n)
})
