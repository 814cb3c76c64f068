import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import * as fc from 'fast-check'
import { BEFORE, type Candidate } from '../../src/slices/conjugate.ts'
import {
  EVERY,
  groups,
  inOrder,
  joined,
  KEYS,
  kernel,
  LISTS,
  laid,
  named,
  RUNS,
} from './conjugate_world.ts'
import {
  gatherReference,
  isSievedReference,
  pairsReference,
  spanOf,
} from './reference/conjugate.ts'

/** Bytes with a factor of one key at least, and its cofactor. */
const withPair = fc
  .tuple(joined, fc.constantFrom(...KEYS), fc.nat(5), fc.nat(5), joined)
  .map(([before, { n, p, q }, first, second, behind]) => {
    const length = n >> 600n === 0n ? 32 : 64
    const lead = new Uint8Array(16 - (before.length % 8))
    const parts = [before, lead, laid(p, length, first), laid(q, length, second), lead, behind]
    return new Uint8Array(Buffer.concat(parts))
  })

describe('the conjugate kernel', () => {
  for (const group of groups) {
    for (const isSieved of [false, true]) {
      const which = isSieved ? 'windows that small primes leave' : 'all windows'
      it(`pairs ${which} as the reference does (${group.bits} bits)`, () => {
        let pairs = 0
        fc.assert(
          fc.property(withPair, (bytes) => {
            kernel.load(bytes, 0, bytes.length)
            const slice = kernel.slice.slice(BEFORE)
            kernel.candidates(group.shape, bytes.length, EVERY)
            kernel.reset()
            const numberOf = ({ at, order }: Candidate): bigint => {
              const { length } = group.shape
              const window = slice.subarray(at, at + spanOf(order, length))
              return fromLittleEndian(gatherReference(window, order).subarray(0, length))
            }
            const kept = LISTS.flatMap((list) => kernel.listed(list)).filter(
              (window) => !isSieved || isSievedReference(numberOf(window)),
            )
            for (const list of LISTS) {
              kernel.keepLowLimbs(list, kernel.sizes[list] ?? 0, group.shape, isSieved)
            }
            assert.equal(kernel.kept, kept.length)
            const limbs = kept.map((window) => BigInt.asUintN(64, numberOf(window)))
            const found = kernel.conjugates(group.table).map(({ a, b, key }) => ({
              a: named(a),
              limb: BigInt.asUintN(64, numberOf(b)),
              key,
            }))
            const moduli = group.keys.map(({ n }) => n)
            const expected = pairsReference(limbs, moduli).map(({ a, b, key }) => ({
              a: kept[a] && named(kept[a]),
              limb: limbs[b],
              key,
            }))
            assert.deepEqual(inOrder(found), inOrder(expected))
            pairs += expected.length
          }),
          { numRuns: RUNS },
        )
        assert.ok(pairs > RUNS / 8, `only ${pairs} pairs were planted`)
      })
    }
  }
})
