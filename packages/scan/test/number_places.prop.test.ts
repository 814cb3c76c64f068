import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { BEFORE } from '../src/conjugate.ts'
import { marksReference } from '../src/conjugate_reference.ts'
import { groups, joined, kernel, RUNS } from './conjugate_world.ts'

describe('what stands beside places', () => {
  for (const group of groups) {
    it(`is marked where the reference marks it (${group.shape.length} bytes)`, () => {
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
          const pairs = [...kernel.boundedPairs(group.shape.length, bytes.length)]
          for (const [k, at] of pairs.entries()) {
            if (k % 2 === 1) continue
            const sides = pairs[k + 1] ?? 0
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
