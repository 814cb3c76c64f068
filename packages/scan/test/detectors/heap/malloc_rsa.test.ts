import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { MALLOC_RSA_ANCHORS } from '../../../src/detectors/heap/malloc_rsa.ts'
import { expected, foundBy, heapOf, hitsBy, keyOf, limbs } from './malloc_heap.ts'

/** What `free` writes: where the next chunk is, and a number that marks this one as free. */
const FREED = Uint8Array.from(Buffer.from('b0a5461d7c560000c91f4e8a63d2075b', 'hex'))

function numberEndingIn1(length: number): Uint8Array {
  const bytes = randomBytes(length)
  bytes.writeUInt32LE(1)
  return bytes.fill(0x80, length - 1)
}

const found = (bytes: Uint8Array) => foundBy(MALLOC_RSA_ANCHORS, bytes)

describe('a modulus in a chunk of malloc, with its primes in others', () => {
  for (const bits of [1024, 2048, 3072, 4096]) {
    it(`of ${bits} bits is a key`, () => {
      const jwk = keyOf(bits).export({ format: 'jwk' })
      const { bytes, offsets } = heapOf([jwk.n, jwk.d, jwk.q, jwk.dp, jwk.p].map(limbs))
      assert.deepEqual(found(bytes), expected(jwk, offsets[2] ?? 0))
    })
  }

  it('is a key though its primes have room for a limb or two more', () => {
    const jwk = keyOf(2048).export({ format: 'jwk' })
    const [n, p, q] = [jwk.n, jwk.p, jwk.q].map(limbs)
    assert.ok(n && p && q)
    const primes = heapOf([p, q], 16)
    const { bytes, offsets } = heapOf([n])
    bytes.set(primes.bytes.subarray(0, 4096), 4096)
    assert.deepEqual(found(bytes), expected(jwk, (primes.offsets[0] ?? 0) + 4096))
    assert.equal(offsets.length, 1)
  })

  it('has the exponent whose d is near', () => {
    const jwk = keyOf(2048, 3).export({ format: 'jwk' })
    const { bytes, offsets } = heapOf([jwk.p, jwk.q, jwk.d, jwk.n].map(limbs))
    assert.deepEqual(found(bytes), expected(jwk, offsets[0] ?? 0, 3n))
  })

  it('is a key highest byte first, as wolfSSL reads it', () => {
    const jwk = keyOf(2048, 3).export({ format: 'jwk' })
    const numbers = [jwk.n, jwk.d, jwk.p, jwk.q].map((text) => limbs(text).toReversed())
    const { bytes, offsets } = heapOf(numbers)
    assert.deepEqual(found(bytes), expected(jwk, offsets[2] ?? 0, 3n, 'limbs-be'))
  })

  it('is a key where its primes and d were freed, which costs two words of each', () => {
    const jwk = keyOf(2048, 17).export({ format: 'jwk' })
    const { bytes, offsets } = heapOf([jwk.d, jwk.p, jwk.n, jwk.q].map(limbs))
    const lost = 16
    for (const index of [0, 1, 3]) bytes.set(FREED.subarray(0, lost), offsets[index])
    const [own] = expected(jwk, (offsets[1] ?? 0) + lost, 17n)
    assert.deepEqual(found(bytes), [{ ...own, length: 128 - lost }])
    // With one bit behind them wrong it is nothing.
    const third = (offsets[3] ?? 0) + lost + 8
    bytes[third] = (bytes[third] ?? 0) ^ 1
    assert.deepEqual(found(bytes), [])
  })

  it('is nothing with one prime of it, or with those of another', () => {
    const jwk = keyOf(2048).export({ format: 'jwk' })
    const other = keyOf(2048).export({ format: 'jwk' })
    for (const numbers of [
      [jwk.n, jwk.p, other.q],
      [other.n, jwk.p, jwk.q],
      [jwk.n, jwk.p],
    ]) {
      assert.deepEqual(found(heapOf(numbers.map(limbs)).bytes), [])
    }
  })
})

it('counts the cost of each pair of numbers that may be the primes of a modulus', () => {
  const primes = 40
  const { bytes } = heapOf([
    numberEndingIn1(128),
    ...Array.from({ length: primes }, () => numberEndingIn1(64)),
  ])
  const budget = new WorkBudget()
  assert.deepEqual(hitsBy(MALLOC_RSA_ANCHORS, bytes, budget), [])
  const { cost } = budget.end()
  assert.ok(cost > 1500 * ((primes * (primes - 1)) / 2), `${cost}`)
})
