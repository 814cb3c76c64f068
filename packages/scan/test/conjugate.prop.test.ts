import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { fromLittleEndian } from '../src/arithmetic/modular.ts'
import { BEFORE, type Candidate } from '../src/conjugate.ts'
import {
  gatherReference,
  isSievedReference,
  pairsReference,
  spanOf,
} from '../src/conjugate_reference.ts'
import type { RsaGroup } from '../src/known/rsa_group.ts'
import { EVERY, groups, joined, KEYS, kernel, laid, RUNS } from './conjugate_world.ts'

/** Factors, of which pairs are told. */
const LISTS = [0, 1, 2]
/** The reference multiplies each window with each. */
const MANY_RUNS = Math.ceil(RUNS / 200)

/** Bytes with a factor of one key at least, and its cofactor. */
const withPair = fc
  .tuple(joined, fc.constantFrom(...KEYS), fc.nat(5), fc.nat(5), joined)
  .map(([before, { n, p, q }, first, second, behind]) => {
    const length = n >> 600n === 0n ? 32 : 64
    const lead = new Uint8Array(16 - (before.length % 8))
    const parts = [before, lead, laid(p, length, first), laid(q, length, second), lead, behind]
    return new Uint8Array(Buffer.concat(parts))
  })

const named = ({ at, order }: Candidate): string => `${order} at ${at}`

interface Named {
  readonly a: string | undefined
  readonly key: number
}

/** The kernel goes through the keys first where there are few windows, and through classes where there are many. */
const inOrder = <T extends Named>(pairs: readonly T[]): T[] =>
  pairs.toSorted(
    (x, y) => x.key - y.key || Number(`${x.a}` > `${y.a}`) - Number(`${x.a}` < `${y.a}`),
  )

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
      for (let run = 0; run < MANY_RUNS; run++) {
        const parts = own.flatMap(({ p, q }) => [p, q, p].map((value) => laid(value, length, 0)))
        const noise = parts.flatMap((part) => [randomBytes(1024), part])
        const bytes = new Uint8Array(Buffer.concat([...noise, randomBytes(4096)]))
        kernel.load(bytes, 0, bytes.length)
        const slice = kernel.slice.slice(BEFORE)
        kernel.candidates(group.shape, bytes.length, EVERY)
        kernel.reset()
        const kept = LISTS.flatMap((list) => kernel.listed(list))
        for (const list of LISTS) {
          kernel.keepLowLimbs(list, kernel.sizes[list] ?? 0, group.shape, false)
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
      kernel.release(mark)
    })
  }
})
