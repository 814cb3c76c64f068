import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  areUpperFactors,
  fromLowerFactor,
  fromUpperFactors,
} from '@mintmark/keys/arithmetic/damaged_factors'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { keyOf } from './malloc_heap.ts'

const numberOf = (text: string | undefined): bigint =>
  fromBigEndian(Buffer.from(text ?? '', 'base64url'))

const without = (value: bigint, lost: number): bigint => (value >> BigInt(lost)) << BigInt(lost)

describe('factors whose lowest bits are lost', () => {
  for (const bits of [512, 1024, 2048]) {
    const jwk = keyOf(bits).export({ format: 'jwk' })
    const [n, p, q] = [numberOf(jwk.n), numberOf(jwk.p), numberOf(jwk.q)] as const

    it(`of ${bits} bits are had again from n, up to a quarter of them`, () => {
      for (const lost of [0, 1, 8, 64, 128, bits / 8]) {
        if (lost > bits / 8) continue
        assert.deepEqual(fromUpperFactors(n, without(p, lost), without(q, lost), lost), { p, q })
        assert.deepEqual(fromUpperFactors(n, without(q, lost), without(p, lost), lost), {
          p: q,
          q: p,
        })
      }
      const most = bits / 8 + 8
      assert.equal(fromUpperFactors(n, without(p, most), without(q, most), most), undefined)
    })

    it(`of ${bits} bits are none where one bit above them is wrong, or n is another`, () => {
      const lost = 64
      const [upper, other] = [without(p, lost), without(q, lost)]
      for (const wrong of [upper + (1n << 70n), upper - (1n << 70n), other]) {
        assert.equal(areUpperFactors(n, wrong, other, lost), false)
        assert.equal(fromUpperFactors(n, wrong, other, lost), undefined)
      }
      // Near enough, but no product.
      assert.equal(fromUpperFactors(n + 2n, upper, other, lost), undefined)
    })
  }
})

const low = (value: bigint, known: number): bigint => value & ((1n << BigInt(known)) - 1n)

describe('a factor whose highest bits are lost', () => {
  for (const bits of [512, 1024, 2048, 4096]) {
    const jwk = keyOf(bits).export({ format: 'jwk' })
    const [n, p, q] = [numberOf(jwk.n), numberOf(jwk.p), numberOf(jwk.q)] as const
    const half = bits / 2

    it(`of ${bits} bits is had again from n, as far as nearly two thirds are known`, () => {
      const most = Math.floor((half - 64) / 3)
      for (const lost of [1, 8, 60, 120, 128, most]) {
        if (lost > most) continue
        const known = half - lost
        assert.deepEqual(fromLowerFactor(n, low(p, known), known, lost), { p, q }, `${lost}`)
        assert.deepEqual(fromLowerFactor(n, low(q, known), known, lost), { p: q, q: p }, `${lost}`)
      }
      const known = half - most - 1
      assert.equal(fromLowerFactor(n, low(p, known), known, most + 1), undefined)
    })

    it(`of ${bits} bits is none where a bit of it is wrong, or n is another`, () => {
      const known = half - 48
      for (const bit of [1, 31, 64, known - 1]) {
        const wrong = low(p, known) ^ (1n << BigInt(bit))
        assert.equal(fromLowerFactor(n, wrong, known, 48), undefined, `${bit}`)
      }
      assert.equal(fromLowerFactor(n + 2n, low(p, known), known, 48), undefined)
    })
  }
})
