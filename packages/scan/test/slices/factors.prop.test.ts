import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { BEFORE, ORDERS } from '../../src/slices/conjugate.ts'
import { EVERY, groups, joined, KEYS, kernel, laid, RUNS } from './conjugate_world.ts'
import { testReference } from './reference/conjugate.ts'

/** A budget that is never spent. */
const ENDLESS = 2 ** 60

describe('the kernel of factors', () => {
  for (const group of groups) {
    it(`finds the factors that the reference finds (${group.bits} bits)`, () => {
      let hits = 0
      fc.assert(
        fc.property(joined, (bytes) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice(BEFORE)
          kernel.candidates(group.shape, bytes.length, EVERY)
          kernel.reset()
          const moduli = group.keys.map(({ n }) => n)
          for (const list of [0, 1, 2, 3, 4]) {
            const found = kernel.test(list, group.shape, group.table, ENDLESS).hits
            const expected = kernel
              .listed(list)
              .flatMap((candidate) =>
                testReference(slice, candidate, group.shape, moduli).map((hit) =>
                  Object.assign({}, candidate, hit),
                ),
              )
            hits += expected.length
            assert.deepEqual(found, expected)
          }
        }),
        { numRuns: RUNS },
      )
      assert.ok(hits > RUNS / 50, `only ${hits} factors were planted`)
    })
  }
})

describe('the kernel of factors alone', () => {
  it('finds p in every order at every alignment that the order has', () => {
    const group = groups[1]
    const key = KEYS[2]
    assert.ok(group !== undefined && key !== undefined)
    for (const [order, { alignment }] of ORDERS.entries()) {
      for (let at = 0; at < 48; at += alignment) {
        const bytes = new Uint8Array(256)
        bytes.set(laid(key.p, 64, order), at)
        kernel.load(bytes, 0, bytes.length)
        kernel.candidates(group.shape, bytes.length, EVERY)
        kernel.reset()
        const { hits } = kernel.test(0, group.shape, group.table, ENDLESS)
        assert.ok(
          hits.some((hit) => hit.at === at && hit.order === order && hit.kind === 'factor'),
          `order ${order} at ${at}`,
        )
      }
    }
  })
})
