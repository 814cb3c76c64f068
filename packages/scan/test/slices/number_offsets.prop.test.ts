import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { BEFORE } from '../../src/slices/conjugate.ts'
import { groups, joined, kernel, RUNS } from './conjugate_world.ts'
import { marksReference } from './reference/conjugate.ts'

describe('what is beside offsets', () => {
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

  it('is given as far as there is room, the first of each kind', () => {
    let leftOut = 0
    fc.assert(
      fc.property(joined, fc.nat(6), fc.nat(6), (bytes, enclosed, others) => {
        kernel.load(bytes, 0, bytes.length)
        const length = groups[0]?.shape.length ?? 0
        const all = placed(kernel.boundedPairs(length, bytes.length, true))
        const left = { enclosed, others }
        const expected = all.filter(({ sides }) => left[sides >= 3 ? 'enclosed' : 'others']-- > 0)
        const given = kernel.boundedPairs(length, bytes.length, true, 0, { enclosed, others })
        assert.deepEqual(placed(given), expected)
        leftOut += all.length - expected.length
      }),
      { numRuns: RUNS },
    )
    assert.ok(leftOut > RUNS, `only ${leftOut} offsets were left out`)
  })
})

/** Offsets and their sides, which come alternating. */
function placed(pairs: Uint32Array): { readonly at: number; readonly sides: number }[] {
  return Array.from({ length: pairs.length / 2 }, (_, k) => ({
    at: pairs[2 * k] ?? 0,
    sides: pairs[2 * k + 1] ?? 0,
  }))
}
