import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { areUpperFactors, fromUpperFactors } from '../src/arithmetic/damaged_factors.ts'
import { fromBigEndian } from '../src/arithmetic/modular.ts'
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
