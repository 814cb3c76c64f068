import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import * as fc from 'fast-check'
import type { RsaGroup } from '../../src/known/rsa/rsa_group.ts'
import { BEFORE } from '../../src/slices/conjugate.ts'
import {
  EVERY,
  groups,
  inOrder,
  KEYS,
  kernel,
  LISTS,
  laid,
  named,
  RUNS,
} from './conjugate_world.ts'
import { gatherReference, pairsReference, spanOf } from './reference/conjugate.ts'

const MOST_LISTED = 1100
/** The reference multiplies each window with each. */
const MANY_RUNS = Math.ceil(RUNS / 200)

/** Odd numbers of that size, and the moduli of a group among them. */
function manyModuli({ bits, keys }: RsaGroup): bigint[] {
  const others = Array.from({ length: 18 }, () => {
    const random = BigInt(`0x${randomBytes(bits / 8).toString('hex')}`)
    return random | 1n | (1n << BigInt(bits - 1))
  })
  return [...others.slice(9), ...keys.map(({ n }) => n), ...others.slice(0, 9)]
}

// Of so many windows and keys the pairs of a key are looked for all at once.
describe('the conjugate kernel of many keys among many windows', () => {
  for (const group of groups) {
    it(`pairs thousands of windows as the reference does (${group.bits} bits)`, () => {
      const { length } = group.shape
      const own = KEYS.filter(({ n }) => n.toString(2).length === group.bits)
      const moduli = manyModuli(group)
      const mark = kernel.mark()
      const table = kernel.enterKeys(moduli, group.bits)
      const isPaired = (lead: Uint8Array): void => {
        const parts = own.flatMap(({ p, q }) => [p, q, p].map((value) => laid(value, length, 0)))
        const noise = parts.flatMap((part) => [randomBytes(64), part])
        const bytes = new Uint8Array(Buffer.concat([lead, ...noise, randomBytes(24_576)]))
        kernel.load(bytes, 0, bytes.length)
        const slice = kernel.slice.slice(BEFORE)
        kernel.candidates(group.shape, bytes.length, EVERY)
        kernel.reset()
        const kept = LISTS.flatMap((list) => kernel.listed(list).slice(0, MOST_LISTED))
        for (const list of LISTS) {
          kernel.keepLowLimbs(list, MOST_LISTED, group.shape, false)
        }
        assert.ok(kept.length > 1000, `only ${kept.length} windows`)
        const limbs = kept.map(({ at, order }) => {
          const window = slice.subarray(at, at + spanOf(order, length))
          return fromLittleEndian(gatherReference(window, order).subarray(0, 8))
        })
        // What is left behind in the maps would be found again.
        const [found, again] = [kernel.conjugates(table), kernel.conjugates(table)]
        assert.deepEqual(found, again)
        const expected = pairsReference(limbs, moduli)
        assert.ok(expected.length >= 3 * own.length)
        assert.deepEqual(
          inOrder(found.map(({ a, key }) => ({ a: named(a), key }))),
          inOrder(expected.map(({ a, key }) => ({ a: kept[a] && named(kept[a]), key }))),
        )
      }
      fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), isPaired), { numRuns: MANY_RUNS })
      kernel.release(mark)
    })
  }
})
