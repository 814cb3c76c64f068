import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { KeyDifference, type KeyLists, missingReference } from '../src/reconcile/key_difference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const kernel = new KeyDifference()

/** Two lists; the first is in two blocks, of which the second begins at a key, and the second where no number may lie. */
function lists(made: readonly bigint[], used: readonly bigint[], cut = 0): KeyLists {
  const bytes = [made, used].map((keys) => new Uint8Array(BigUint64Array.from(keys).buffer))
  const [madeBytes = new Uint8Array(), usedBytes = new Uint8Array()] = bytes
  return {
    maxBytes: madeBytes.length + usedBytes.length + 3,
    take: (memory) => {
      const at = 8 * Math.min(cut, made.length)
      const from = madeBytes.length + 3
      memory.set(madeBytes)
      memory.set(usedBytes, from)
      return [[memory.subarray(0, at), memory.subarray(at, from - 3)], [memory.subarray(from)]]
    },
  }
}

/** Evenly spread, or close to each other in one part, with repetitions and zeros. */
const key = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 2n ** 63n, max: 2n ** 63n + 40n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 2n ** 64n - 1n) },
)
const keys = fc.array(key, { maxLength: 300 })

it('the kernel finds the missing keys that the reference finds', () => {
  fc.assert(
    fc.property(keys, keys, keys, fc.nat(300), (made, used, both, cut) => {
      const madeToo = [...made, ...both]
      const usedToo = [...both, ...used]
      const found = [...kernel.missing(lists(madeToo, usedToo, cut))]
      assert.deepEqual(new Set(found), missingReference(madeToo, usedToo))
      assert.equal(found.length, new Set(found).size)
    }),
    { numRuns },
  )
})

/** Keys as hashes are. */
function spread(from: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) =>
    BigInt.asUintN(64, BigInt(from + i) * 0x9e37_79b9_7f4a_7c15n),
  )
}

it('the kernel takes lists of a million, and one key that fills its part', () => {
  const made = spread(1, 1_000_000)
  const used = [...spread(500_001, 1_000_000), ...Array.from({ length: 300_000 }, () => 7n)]
  const found = kernel.missing(lists(made, used))
  assert.deepEqual(new Set(found), missingReference(made, used))
  assert.equal(found.length, 500_001)
})
