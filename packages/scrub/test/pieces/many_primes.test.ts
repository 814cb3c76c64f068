import assert from 'node:assert/strict'
import { generatePrimeSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian, gcd, inverse, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { KnownKeySearch } from '@mintmark/scan/known/secrets/known_key_search'
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

describe('a key of more than two primes', () => {
  for (const [count, bits] of [
    [3, 2048],
    [4, 4096],
    [5, 4096],
  ] as const) {
    const primes = primesOf(count, bits)
    const n = product(primes)
    const lambda = primes.map((prime) => prime - 1n).reduce((a, b) => (a * b) / gcd(a, b))
    const phi = product(primes.map((prime) => prime - 1n))
    const key: RsaMaterial = { type: 'rsa', n, e: E, p: undefined, q: undefined, d: undefined }

    // Of exponents modulo λ(n) those of common factors up to 64 are followed.
    const orders = phi / lambda <= 64n ? { lambda, phi } : { phi }
    for (const [name, order] of Object.entries(orders)) {
      it(`${count} of them, is found by its d modulo ${name}, with all that can lie around of it`, () => {
        const d = inverse(E, order) ?? 0n
        const bytes = new Uint8Array(8192)
        const field = Buffer.from(
          toBigEndian(d, Math.ceil(n.toString(2).length / 64) * 8).toReversed(),
        )
        bytes.set(field, 4096)
        const search = new KnownKeySearch([keyWith(key, {})], { deep: false, leavesValues: true })
        const [found] = search.search(bytes, 0, bytes.length)
        assert.deepEqual(
          [found?.certainty, found?.offset, found?.note],
          ['proven', 4096, undefined],
        )
        assert.ok(found?.material?.type === 'rsa')
        const { p, q, others } = found.material
        assert.deepEqual([p, q, ...(others ?? [])], primes)
        const values = new Set(derivedValues(found.material).map(({ value }) => value))
        for (const [index, prime] of primes.entries()) {
          const before = product([1n, ...primes.slice(0, index)])
          for (const value of [prime, inverse(E, prime - 1n), inverse(before, prime)]) {
            assert.ok(value === 1n || values.has(value ?? 0n), `prime ${index}`)
          }
        }
        for (const value of [phi, lambda]) {
          assert.ok(values.has(value) && values.has(inverse(E, value) ?? 0n))
        }
      })
    }
  }
})

it('of φ(n) of three primes all is looked for in pieces that is not that of n', () => {
  const [p = 0n, q = 0n, third = 0n] = primesOf(3, 1536)
  const material: RsaMaterial = { type: 'rsa', n: p * q * third, e: E, p, q, d: undefined }
  const phi = (p - 1n) * (q - 1n) * (third - 1n)
  const pieces = secretPatterns([material], 0).filter(
    ({ value, form }) => value === 'lower part of phi' && form === 'limbs-be',
  )
  const spelled = pieces.map(({ bytes }) => fromBigEndian(bytes))
  assert.ok(spelled.includes(BigInt.asUintN(1024, phi)))
  // Two bits of a sum are above.
  assert.ok(material.n >> 1028n === phi >> 1028n || (material.n >> 1028n) - (phi >> 1028n) === 1n)
})

it('a key of more than two primes is not made of numbers whose upper part alone fits, however many', () => {
  // Their product takes 128 bytes.
  const primes = primesOf(3, 1023)
  const n = product(primes)
  const key: RsaMaterial = { type: 'rsa', n, e: E, p: undefined, q: undefined, d: undefined }
  // A fraction of n by e, as exponents are, and something less.
  const near = (n * 12_345n) / E - (1n << 600n)
  const bytes = new Uint8Array(256 * 1024)
  for (let k = 0; k < 1000; k++) {
    bytes.set(toBigEndian(near - BigInt(k), 128).toReversed(), 256 * k)
  }
  const before = process.cpuUsage().user
  const [search, other] = [0, 1].map(
    () => new KnownKeySearch([keyWith(key, {})], { deep: false, leavesValues: true }),
  )
  assert.ok(search !== undefined && other !== undefined)
  const found = search.search(bytes, 0, bytes.length)
  assert.deepEqual(
    found.filter(({ note }) => note === undefined),
    [],
  )
  assert.ok(process.cpuUsage().user - before < 20e6)
  assert.ok(search.limits.includes('exponents'))
  // What one search was made to look at is nothing to another of the same process.
  const d = inverse(E, product(primes.map((prime) => prime - 1n))) ?? 0n
  const whole = new Uint8Array(4096)
  whole.set(toBigEndian(d, 128).toReversed(), 1024)
  assert.equal(other.search(whole, 0, whole.length)[0]?.offset, 1024)
})
