import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import type { Anchor } from '../../src/anchors/anchor.ts'
import { AnchorKernel } from '../../src/anchors/anchors.ts'
import { KernelMemory } from '../../src/anchors/kernel_memory.ts'
import { findAnchorsReference } from './anchors_reference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const memory = new KernelMemory(1 << 20)

it('finds what the reference finds, in bytes of all values', () => {
  const shape = fc.record({
    pattern: fc.uint8Array({ minLength: 2, maxLength: 16 }),
    alignment: fc.nat(255),
  })
  const shapes = fc.array(shape, { minLength: 1, maxLength: 60 })
  const rest = fc.uint8Array({ maxLength: 60 })
  fc.assert(
    fc.property(shapes, rest, fc.nat(20), fc.boolean(), (own, lead, from, isAligned) => {
      const anchors = own.map(
        (one, i): Anchor => ({
          name: `a${i}`,
          ...one,
          detect: () => undefined,
          before: 0,
          behind: 0,
        }),
      )
      const bytes = Uint8Array.from([...lead, ...own.flatMap(({ pattern }) => [...pattern])])
      const found: { at: number; anchor: number }[] = []
      const kernel = new AnchorKernel(memory, anchors)
      kernel.find(bytes, from, bytes.length, isAligned, (at, anchor) => found.push({ at, anchor }))
      assert.deepEqual(
        found.toSorted((a, b) => a.at - b.at || a.anchor - b.anchor),
        [...findAnchorsReference(bytes, anchors, from, bytes.length, isAligned)],
      )
    }),
    { numRuns },
  )
})
