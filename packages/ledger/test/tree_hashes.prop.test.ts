import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { BundleHasher, bundleRootReference } from '../src/tree_hashes.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const hasher = new BundleHasher()

/** Lengths around those at which a message takes another block. */
const length = fc.oneof(
  fc.nat(300),
  fc.tuple(fc.nat(6), fc.integer({ min: 50, max: 66 })).map(([blocks, rest]) => 64 * blocks + rest),
)
const entry = length.chain((bytes) => fc.uint8Array({ minLength: bytes, maxLength: bytes }))

it('the kernel makes the root that the reference makes', () => {
  const count = fc.nat(6).map((power) => 2 ** power)
  const bundle = count.chain((many) => fc.array(entry, { minLength: many, maxLength: many }))
  fc.assert(
    fc.property(bundle, (entries) => {
      assert.deepEqual(
        Buffer.from(hasher.rootOf(entries)),
        Buffer.from(bundleRootReference(entries)),
      )
    }),
    { numRuns },
  )
})

it('the kernel takes a full bundle of the longest entries, beside the shortest', () => {
  const entries = Array.from({ length: 256 }, (_, i) =>
    new Uint8Array(i % 3 === 0 ? 65_535 : i % 7).fill(i),
  )
  assert.deepEqual(Buffer.from(hasher.rootOf(entries)), Buffer.from(bundleRootReference(entries)))
})
