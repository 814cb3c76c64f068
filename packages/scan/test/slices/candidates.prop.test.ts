import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import * as fc from 'fast-check'
import { BEFORE } from '../../src/slices/conjugate.ts'
import { byOffset, EVERY, groups, joined, kernel, RUNS } from './conjugate_world.ts'
import { candidatesReference } from './reference/conjugate.ts'

const few = fc.oneof(
  fc.uint8Array({ min: 0x70, max: 0x88, maxLength: 64 }),
  fc.uint8Array({ min: 0x20, max: 0x8f, maxLength: 64 }),
  fc.uint8Array({ min: 0, max: 3, maxLength: 24 }),
)
const random = fc.uint8Array({ minLength: 600, maxLength: 1200 })

describe('the kernel of candidates', () => {
  for (const group of groups) {
    it(`lists the candidates that the reference lists (${group.bits} bits)`, () => {
      fc.assert(
        fc.property(joined, fc.constantFrom(0xffff, 0x0101), (bytes, beside) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          const lost = kernel.candidates(group.shape, bytes.length, { ...EVERY, beside })
          assert.equal(lost, 0)
          const found = [0, 1, 2, 3, 4].map((list) => kernel.listed(list).toSorted(byOffset))
          const expected = candidatesReference(slice, group.shape, bytes.length, beside)
          assert.deepEqual(
            found,
            expected.map((list) => list.toSorted(byOffset)),
          )
        }),
        { numRuns: RUNS },
      )
    })

    it(`lists what is marked, and factors at multiples of 8, alone (${group.bits} bits)`, () => {
      const choice = { ...EVERY, isEvery: false, aligned: 2 ** 20 }
      let aligned = 0
      fc.assert(
        fc.property(joined, fc.integer({ min: 1, max: 6 }), (bytes, orders) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          assert.equal(kernel.candidates(group.shape, bytes.length, { ...choice, orders }), 0)
          assert.equal(kernel.leftOut, 0)
          const expected = candidatesReference(slice, group.shape, bytes.length, 0)
          for (const list of [0, 1, 2, 3, 4]) {
            const some = list === 2 || list === 3 ? [] : (expected[list] ?? [])
            const most = list === 1 ? 2 : orders
            assert.deepEqual(
              kernel.listed(list).toSorted(byOffset),
              some.filter(({ order }) => order < most).toSorted(byOffset),
            )
            if (list === 1) aligned += some.length
          }
        }),
        { numRuns: RUNS },
      )
      assert.ok(aligned > 0, 'nothing was aligned: the test says nothing')
    })
  }
})

describe('the kernel of factors at multiples of 8', () => {
  for (const group of groups) {
    it(`leaves groups out once it lists as many factors as it may (${group.bits} bits)`, () => {
      const choice = { ...EVERY, isEvery: false }
      let cut = 0
      fc.assert(
        fc.property(random, fc.integer({ min: 1, max: 40 }), (bytes, most) => {
          const to = bytes.length
          kernel.load(bytes, 0, to)
          kernel.candidates(group.shape, to, { ...choice, aligned: 2 ** 20 })
          const all = kernel.listed(1)
          kernel.candidates(group.shape, to, { ...choice, aligned: most })
          const some = kernel.listed(1)
          assert.deepEqual(some, all.slice(0, some.length))
          const offsets = kernel.groups(group.shape.length, to).flatMap(([first, behind]) => {
            return Array.from({ length: behind - first }, (_, k) => first + k)
          })
          const probed = offsets.slice(0, offsets.length - kernel.leftOut)
          const last = probed.at(-1) ?? -1
          assert.deepEqual(
            some,
            all.filter(({ at }) => at >> 4 <= last),
          )
          if (kernel.leftOut === 0) return
          // It stops with the group that gives the last: one has four at most.
          assert.ok(some.length >= most && some.length < most + 4)
          assert.ok(some.filter(({ at }) => at >> 4 < last).length < most)
          cut++
        }),
        { numRuns: RUNS },
      )
      assert.ok(cut > RUNS / 8, `only ${cut} were cut`)
    })
  }
})

/** Whether two or more of an offset's words of eight bytes have no upper 16 bits: whole pairs of words count. */
function isOfAddresses(bytes: Uint8Array, at: number, length: number): boolean {
  const words = Array.from({ length: 2 * Math.floor(length / 16) }, (_, k) => at + 8 * k)
  return words.filter((word) => bytes[word + 6] === 0 && bytes[word + 7] === 0).length > 1
}

describe('marked offsets whose bytes look random', () => {
  it('are those that the reference takes for random, and whose words are no addresses', () => {
    const [group] = groups
    const counts = { random: 0, addresses: 0, others: 0 }
    fc.assert(
      fc.property(
        joined,
        few,
        fc.integer({ min: 1, max: 80 }),
        fc.boolean(),
        (bytes, values, probed, hasAddresses) => {
          // Of few values, or of printable ones for the most part, after what looks random as a whole.
          bytes.set(values.subarray(0, Math.max(0, bytes.length - 16)), Math.min(16, bytes.length))
          if (hasAddresses) for (let k = 6; k < bytes.length; k += 16) bytes.fill(0, k, k + 2)
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          const { length } = group?.shape ?? { length: 0 }
          const offsetsOf = (least: number) =>
            [...kernel.boundedPairs(length, bytes.length, false, least)].filter(
              (_, k) => k % 2 === 0,
            )
          const all = offsetsOf(0)
          const alike = all.filter((at) => isRandomLookingAt(slice, at, probed))
          const expected = alike.filter((at) => !isOfAddresses(slice, at, probed))
          assert.deepEqual(offsetsOf(probed), expected)
          counts.random += expected.length
          counts.addresses += alike.length - expected.length
          counts.others += all.length - alike.length
        },
      ),
      { numRuns: RUNS },
    )
    assert.ok(
      Object.values(counts).every((count) => count > 0),
      `all looked alike: the test says nothing (${JSON.stringify(counts)})`,
    )
  })
})
