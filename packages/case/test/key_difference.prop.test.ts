import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import type { NumberRun } from '../src/native_numbers.ts'
import { KeyDifference, type KeyLists, missingReference } from '../src/reconcile/key_difference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const kernel = new KeyDifference()

/** A key and its bucket. */
type Tagged = readonly [key: bigint, tag: number]

function runsOf(keys: readonly Tagged[]): NumberRun[] {
  const runs: NumberRun[] = []
  for (const [from, [, tag]] of keys.entries()) {
    const last = runs.at(-1)
    if (last?.tag === tag) runs[runs.length - 1] = { ...last, count: last.count + 1 }
    else runs.push({ tag, from, count: 1 })
  }
  return runs
}

function lists(made: readonly Tagged[], used: readonly Tagged[]): KeyLists {
  return {
    maxBytes: 8 * Math.max(made.length, used.length) + 3,
    take: (memory, roomBytes) =>
      [made, used].map((keys, at) => {
        const bytes = new Uint8Array(BigUint64Array.from(keys, ([key]) => key).buffer)
        memory.set(bytes, at * roomBytes)
        return runsOf(keys)
      }),
  }
}

/** Places of used keys that were not made in their bucket. */
function missingPlaces(made: readonly Tagged[], used: readonly Tagged[]): number[] {
  const of = (keys: readonly Tagged[], wanted: number) =>
    keys.flatMap(([key, tag]) => (tag === wanted ? [key] : []))
  const tags = [...new Set(used.map(([, tag]) => tag))]
  const missing = new Map(
    tags.map((tag) => [tag, missingReference(of(made, tag), of(used, tag))] as const),
  )
  return used.flatMap(([key, tag], place) => (missing.get(tag)?.has(key) ? [place] : []))
}

function assertFound(made: readonly Tagged[], used: readonly Tagged[]): void {
  const found = kernel.missing(lists(made, used))
  assert.deepEqual([...found.places], missingPlaces(made, used))
  const keys = [...found.places].map((place) => used[place]?.[0])
  assert.deepEqual(
    [...found.keys],
    keys.filter((key, at) => at === 0 || key !== keys[at - 1]),
  )
  assert.equal(found.used, used.length)
}

const inOrder = (keys: readonly Tagged[]): Tagged[] =>
  keys.toSorted(([a, b], [c, d]) => b - d || Number((a >> 40n) - (c >> 40n)))

/** Evenly spread, or many with the same highest bits, with repetitions and zeros. */
const anyKey = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 2n ** 63n, max: 2n ** 63n + 40n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 2n ** 64n - 1n) },
)
const someKeys = fc.array(fc.tuple(anyKey, fc.constantFrom(0, 0, 0, 1, 255)), { maxLength: 300 })

it('the kernel finds the missing keys and their places that the reference finds', () => {
  fc.assert(
    fc.property(someKeys, someKeys, someKeys, (made, used, shared) => {
      assertFound(inOrder([...made, ...shared]), inOrder([...shared, ...used]))
    }),
    { numRuns },
  )
})

it('the kernel passes over no missing key, whatever the order', () => {
  fc.assert(
    fc.property(someKeys, someKeys, someKeys, (made, used, shared) => {
      const [all, some] = [
        [...made, ...shared],
        [...shared, ...used],
      ]
      const found = new Set(kernel.missing(lists(all, some)).places)
      assert.deepEqual(
        missingPlaces(all, some).filter((place) => !found.has(place)),
        [],
      )
    }),
    { numRuns },
  )
})

/** Keys as hashes are, in order, of one bucket. */
function spread(from: number, count: number): Tagged[] {
  const keys = Array.from(
    { length: count },
    (_, i): Tagged => [BigInt.asUintN(64, BigInt(from + i) * 0x9e37_79b9_7f4a_7c15n), 7],
  )
  return inOrder(keys)
}

it('the kernel takes lists of a hundred thousand, of several parts, where one in a hundred is missing', () => {
  const made = spread(1001, 100_000)
  const used = spread(1, 100_000)
  assertFound(made, used)
  // Each part of a table is in order of its own.
  assertFound([...spread(1001, 30_000), ...spread(31_001, 70_000)], used)
})

it('the kernel takes ids that all begin alike, and a million times one key', () => {
  const alike = (from: number, count: number): Tagged[] =>
    spread(from, count).map(([one, tag]) => [BigInt.asUintN(40, one), tag])
  assertFound(alike(101, 20_000), alike(1, 20_000))
  assertFound(
    spread(1, 1000),
    Array.from({ length: 1_000_000 }, (): Tagged => [7n, 7]),
  )
})

function isOnePart(tags: readonly number[]): boolean {
  const used = tags.map((tag): Tagged => [9n, tag])
  return kernel.missing(lists([], used)).isOnePart
}

it('the kernel knows a list that comes from one part by its buckets', () => {
  assert.equal(isOnePart([0, 0, 1, 5, 5, 255]), true)
  assert.equal(isOnePart([0, 1, 0]), false)
  assert.equal(isOnePart([]), true)
})
