import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gcd, inverse } from '@mintmark/keys/arithmetic/modular'
import * as fc from 'fast-check'
import { BEFORE, ORDERS } from '../../src/slices/conjugate.ts'
import { groups, joined, KEYS, kernel, laid, RUNS } from './conjugate_world.ts'
import { exponentsReference } from './reference/exponents.ts'

/** Bytes with the private exponent of a key, of which some bits may be wrong. */
const withExponent = fc
  .record({
    before: joined,
    key: fc.constantFrom(...KEYS),
    order: fc.nat(5),
    isLambda: fc.boolean(),
    flipped: fc.constantFrom(0n, 1n, 1n << 100n, 1n << 500n),
    behind: joined,
  })
  .map(({ before, key: { n, e, p, q }, order, isLambda, flipped, behind }) => {
    const phi = (p - 1n) * (q - 1n)
    const d = inverse(e, isLambda ? phi / gcd(p - 1n, q - 1n) : phi) ?? 0n
    const length = n >> 600n === 0n ? 64 : 128
    return new Uint8Array(Buffer.concat([before, laid(d ^ flipped, length, order), behind]))
  })
const lanes = fc.constantFrom(0xffff, 0x0101, 0)

describe('the kernel of exponents', () => {
  for (const group of groups) {
    it(`finds what the reference finds (${group.bits} bits)`, () => {
      let hits = 0
      fc.assert(
        fc.property(withExponent, lanes, lanes, (bytes, plain, others) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          assert.ok(group.exponents !== undefined)
          const places = { lanes: plain, others, orders: ORDERS.length }
          const { found } = kernel.exponents(group.exponents, bytes.length, {
            ...places,
            budget: 2 ** 60,
          })
          const expected = exponentsReference(slice, bytes.length, group.bits, group.keys, places)
          const named = found.map(({ at, order, key }) => ({ at, order, key }))
          assert.deepEqual(named.toSorted(byOffset), expected.toSorted(byOffset))
          hits += expected.length
        }),
        { numRuns: RUNS },
      )
      assert.ok(hits > RUNS / 20, `only ${hits} exponents were planted`)
    })
  }
})

interface Addressed {
  readonly at: number
  readonly order: number
  readonly key: number
}

function byOffset(a: Addressed, b: Addressed): number {
  return a.at - b.at || a.order - b.order || a.key - b.key
}
