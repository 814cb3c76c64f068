import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian, gcd, inverse, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { MALLOC_FACTOR_ANCHORS } from '../../../src/detectors/heap/malloc_factors.ts'
import { expected, foundBy, heapOf, hitsBy, keyOf, limbs } from './malloc_heap.ts'

const found = (bytes: Uint8Array) => foundBy(MALLOC_FACTOR_ANCHORS, bytes)
const hitsOf = (bytes: Uint8Array) => hitsBy(MALLOC_FACTOR_ANCHORS, bytes)

describe('primes in chunks of malloc, with their exponents in others', () => {
  for (const bits of [1024, 2048, 3072, 4096])
    it(`are a key of ${bits} bits, though its modulus is nowhere`, () => {
      const jwk = keyOf(bits).export({ format: 'jwk' })
      const { bytes, offsets } = heapOf([jwk.dq, jwk.p, jwk.qi, jwk.q, jwk.dp].map(limbs))
      const [p = 0, q = 0] = [offsets[1], offsets[3]]
      assert.deepEqual(found(bytes), [...expected(jwk, p), ...expected(jwk, q)])
    })

  it('are a key of another exponent', () => {
    const jwk = keyOf(2048, 3).export({ format: 'jwk' })
    const { bytes, offsets } = heapOf([jwk.p, jwk.q, jwk.dp, jwk.dq].map(limbs))
    const [p = 0, q = 0] = offsets
    assert.deepEqual(found(bytes), [...expected(jwk, p, 3n), ...expected(jwk, q, 3n)])
  })

  it('are a candidate without one of the four, or with that of another key', () => {
    const one = keyOf(2048).export({ format: 'jwk' })
    const other = keyOf(2048).export({ format: 'jwk' })
    const halves = [one.p, one.q, one.dp, one.dq]
    for (const at of halves.keys()) {
      const left = halves.filter((_, k) => k !== at)
      const mixed = halves.map((half, k) => (k === at ? other.dp : half))
      for (const numbers of [left, mixed]) {
        const hits = hitsOf(heapOf(numbers.map(limbs)).bytes)
        assert.deepEqual(
          hits.map(({ certainty, possible }) => [certainty, possible?.length]),
          [['candidate', 1]],
        )
      }
    }
  })

  describe('close to those of another key', () => {
    const [one, other] = [keyOf(2048), keyOf(2048)].map((key) => key.export({ format: 'jwk' }))
    assert.ok(one && other)
    const halves = [one.p, other.p, one.dp, one.q, other.dp, one.dq, other.q, other.dq].map(limbs)
    const whose = (numbers: readonly Uint8Array[]) =>
      hitsOf(heapOf([...halves, ...numbers]).bytes).map(({ certainty, material }) =>
        material?.type === 'rsa' ? material.n : certainty,
      )
    const [n, m] = [one.n, other.n].map((text) =>
      fromBigEndian(Buffer.from(text ?? '', 'base64url')),
    )

    it('are distinguished by the inverse of one modulo the other', () => {
      assert.deepEqual(whose([limbs(one.qi), limbs(other.qi)]), [n, m, n, m])
    })

    it('are distinguished by their product', () => {
      assert.deepEqual(whose([limbs(one.n), limbs(other.n)]), [n, m, n, m])
    })

    it('are candidates of no key where nothing distinguishes them', () => {
      assert.deepEqual(whose([]), ['candidate', 'candidate', 'candidate', 'candidate'])
    })
  })
})

describe('a prime in a chunk of malloc with its exponent, whose other prime is elsewhere', () => {
  const { n, d, p, q, dq } = usualKey().export({ format: 'jwk' })
  const { bytes, offsets } = heapOf([d, q, dq].map(limbs))
  /** With another number of the key further off, in no chunk. */
  const beside = (number: Uint8Array): Uint8Array => {
    const more = Buffer.alloc(40_000)
    more.set(bytes)
    more.set(number, 30_001)
    return more
  }
  /** d modulo the least number that is enough: (p − 1)(q − 1) by what both have in common. */
  const least = (): Uint8Array => {
    const [e, one, other] = [65_537n, numberIn(p) - 1n, numberIn(q) - 1n]
    const exponent = inverse(e, (one * other) / gcd(one, other))
    assert.ok(exponent !== undefined)
    return toBigEndian(exponent, 256).toReversed()
  }

  for (const [name, number] of [
    ['p', p],
    ['n', n],
  ] as const)
    it(`is a key by d, which is near, and by ${name}, as PyCryptodome leaves them`, () => {
      const [hit] = hitsOf(beside(limbs(number)))
      assert.deepEqual([hit?.certainty, hit?.offset], ['proven', offsets[1]])
      assert.ok(hit?.material?.type === 'rsa')
      assert.equal(hit.material.n, numberIn(n))
    })

  it('is never another key, whatever d was taken modulo', () => {
    const other = heapOf([least(), limbs(q), limbs(dq)])
    other.bytes.set(limbs(n), 12_001)
    const [hit] = hitsOf(other.bytes)
    if (hit?.certainty !== 'proven') return
    assert.ok(hit.material?.type === 'rsa')
    assert.equal(hit.material.n, numberIn(n))
  })

  it('is a candidate where nothing else of the key is there, or d is that of another', () => {
    assert.equal(hitsOf(bytes)[0]?.certainty, 'candidate')
    const foreign = keyOf(3072).export({ format: 'jwk' }).d
    const [hit] = hitsOf(heapOf([limbs(foreign).subarray(0, 256), limbs(q), limbs(dq)]).bytes)
    assert.equal(hit?.certainty, 'candidate')
  })
})

/** A key for which p − 1 and q − 1 have little in common, as of nine in ten: of others d alone is not enough. */
function usualKey(): KeyObject {
  for (;;) {
    const key = keyOf(2048)
    const { p, q } = key.export({ format: 'jwk' })
    if ([2n, 4n, 6n, 8n, 12n].includes(gcd(numberIn(p) - 1n, numberIn(q) - 1n))) return key
  }
}

function numberIn(member: string | undefined): bigint {
  return fromBigEndian(Buffer.from(member ?? '', 'base64url'))
}
