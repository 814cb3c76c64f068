import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { BEFORE, ORDERS } from '../src/conjugate.ts'
import { candidatesReference, marksReference } from '../src/conjugate_reference.ts'
import { byPlace, groups, joined, kernel, RUNS } from './conjugate_world.ts'

describe('the kernel of places', () => {
  for (const group of groups) {
    it(`lists the candidates that the reference lists (${group.bits} bits)`, () => {
      fc.assert(
        fc.property(joined, fc.constantFrom(0xffff, 0x0101), (bytes, beside) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          const lost = kernel.candidates(group.shape, bytes.length, beside, ORDERS.length)
          assert.equal(lost, 0)
          const found = [0, 1, 2, 3, 4].map((list) => kernel.listed(list).toSorted(byPlace))
          const expected = candidatesReference(slice, group.shape, bytes.length, beside)
          assert.deepEqual(
            found,
            expected.map((list) => list.toSorted(byPlace)),
          )
        }),
        { numRuns: RUNS },
      )
    })

    it(`marks the places that the reference marks (${group.shape.length} bytes)`, () => {
      let marked = 0
      fc.assert(
        fc.property(joined, (bytes) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          const { before, behind, lengths } = marksReference(
            slice,
            group.shape.length,
            bytes.length,
          )
          for (const { at, sides } of kernel.bounded(group.shape.length, bytes.length)) {
            marked++
            if (sides === 8) continue
            assert.equal((sides & 1) !== 0, before.has(at), `before ${at}`)
            assert.equal((sides & 2) !== 0, behind.has(at), `behind ${at}`)
            assert.equal((sides & 4) !== 0, lengths.has(at), `length before ${at}`)
          }
        }),
        { numRuns: RUNS },
      )
      assert.ok(marked > 0, 'nothing was marked: the test says nothing')
    })
  }
})
