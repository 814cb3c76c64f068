import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { AT, BEFORE, BLOCKS, SliceMemory } from '../../src/slices/slice_memory.ts'
import type { BlockCounts } from './reference/conjugate.ts'
import { mapDigitsReference, mapSliceReference } from './reference/slice_map.ts'

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) }
/** Behind what is mapped there is more: nothing of it may count. */
const MAPPED = 48
const memory = new SliceMemory()

const noise = fc.uint8Array({ minLength: 1, maxLength: 40 })
const random = fc.uint8Array({ minLength: 16, maxLength: 64 })
/** What memory has more often than chance, between other bytes: blocks near the bounds of what looks random. */
const frequent = fc
  .tuple(
    fc.array(fc.constantFrom(0, 0xff, 0x24, 0x48, 0x89, 0x8b, 0x8a), { maxLength: 9 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  )
  .map(([some, rest]) => Uint8Array.from([...some, ...rest].slice(0, 16)))
/** Bytes that come again after four or eight. */
const equal = fc
  .tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.constantFrom(4, 8), fc.nat(8))
  .map(([bytes, period, different]) =>
    Uint8Array.from({ length: 16 }, (_, i) =>
      i < different ? (bytes[i % 8] ?? 0) ^ i : (bytes[i % period] ?? 0),
    ),
  )
const text = fc
  .array(fc.integer({ min: 0x1f, max: 0x80 }), { minLength: 4, maxLength: 40 })
  .map((codes) => Uint8Array.from(codes))
const gap = fc
  .tuple(fc.constantFrom(0, 0xff), fc.integer({ min: 1, max: 24 }))
  .map(([byte, length]) => new Uint8Array(length).fill(byte))

/** Digits in words of so many bytes, each of at most `bits` bits, now and then one too long. */
function digits(
  bits: bigint,
  size: 4 | 8,
  wordOf: (value: bigint) => bigint,
): fc.Arbitrary<Uint8Array> {
  const value = fc.oneof(
    { weight: 12, arbitrary: fc.bigInt({ min: 0n, max: (1n << bits) - 1n }) },
    { weight: 1, arbitrary: fc.constantFrom(0n, 1n, (1n << bits) - 1n, 1n << bits) },
  )
  return fc.array(value, { minLength: 2, maxLength: 12 }).map((values) => {
    const bytes = Buffer.alloc(values.length * size)
    for (const [k, each] of values.entries()) {
      if (size === 4) bytes.writeUInt32LE(Number(BigInt.asUintN(32, wordOf(each))), k * 4)
      else bytes.writeBigUInt64LE(BigInt.asUintN(64, wordOf(each)), k * 8)
    }
    return new Uint8Array(bytes)
  })
}

function double(value: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Number(value))
  return view.getBigUint64(0)
}

/** A pointer of V8, or a word just beyond: too large, or with another tag. */
const tagged = fc
  .tuple(fc.bigInt({ min: 0n, max: (1n << 45n) - 1n }), fc.constantFrom(0n, 1n, 3n, 5n))
  .map(([above, tag]) => (above << 3n) | tag)

/** Eight characters, now and then with one that is none. */
const characters = fc
  .tuple(
    fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
    fc.constantFrom(0n, 0n, 0n, 0x80n, 0x80_0000n),
  )
  .map(([bytes, high]) => (bytes & 0x7f7f7f7f7f7f7f7fn) | high)

/**
 * Digits with what records hold among them: small numbers, pointers of Linux, those and integers of V8, doubles near 1,
 * characters, and words just beyond.
 */
const records = fc
  .array(
    fc.oneof(
      tagged,
      characters,
      fc.bigInt({ min: 1n << 47n, max: (1n << 63n) - 1n }),
      fc.bigInt({ min: 0n, max: 1n << 40n }),
      fc.bigInt({ min: 1n << 30n, max: (1n << 63n) - 1n }).map((word) => word & ~0x3fff_ffffn),
      fc
        .tuple(
          fc.constantFrom(0x54n, 0x55n, 0x56n, 0x57n, 0x7en, 0x7fn, 0x80n),
          fc.bigInt({ min: 0n, max: (1n << 40n) - 1n }),
        )
        .map(([top, rest]) => (top << 40n) | rest),
      fc
        .tuple(
          fc.constantFrom(0x3en, 0x3fn, 0x40n, 0x41n),
          fc.bigInt({ min: 0n, max: (1n << 56n) - 1n }),
        )
        .map(([top, rest]) => (top << 56n) | rest),
    ),
    { minLength: 2, maxLength: 16 },
  )
  .map((values) => new Uint8Array(BigUint64Array.from(values).buffer))

const numbers = fc.oneof(
  records,
  digits(30n, 4, (value) => value),
  digits(63n, 8, (value) => value),
  digits(28n, 8, (value) => value << 32n),
  digits(28n, 8, double),
)

/** Parts one behind the other, at any offset or, most of the time, at whole blocks. */
const field = fc
  .array(
    fc.tuple(fc.oneof(noise, random, frequent, equal, text, gap, numbers, numbers), fc.nat(4)),
    {
      minLength: 6,
      maxLength: 32,
    },
  )
  .map((parts) => {
    const bytes = new Uint8Array((MAPPED + 16) * 16)
    let at = 0
    for (const [part, shift] of parts) {
      at = shift === 0 ? at : (at + 15) & ~15
      bytes.set(part.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
      at += part.length
    }
    return bytes
  })
const mapped = fc.oneof(fc.nat(MAPPED), fc.constant(MAPPED))
/** Bytes of the field that are before the slice. */
const begin = fc.constantFrom(0, 16, 64, 160)

/** The slice, with what is before it, as the kernel has it: a copy. */
function loaded(bytes: Uint8Array, from: number): Uint8Array {
  memory.load(bytes, from, bytes.length)
  return memory.slice.slice().subarray(BEFORE)
}

const runsAt = (at: number, count: number): { from: number; to: number }[] => {
  const words = memory.words(at, count * 2)
  return Array.from({ length: count }, (_, k) => ({
    from: words[2 * k] ?? 0,
    to: words[2 * k + 1] ?? 0,
  }))
}

const u16At = (at: number, count: number): number[] => {
  const bytes = Buffer.from(memory.bytes(at, count * 2))
  return Array.from({ length: count }, (_, k) => bytes.readUInt16LE(k * 2))
}

const fourOf = ({ common, highs, odds, equal: same }: BlockCounts): number[] => [
  common,
  highs,
  odds,
  same,
]

/** Of each sum and the one four before it. */
const differences = (sums: readonly number[]): number[] =>
  sums.slice(4).map((sum, i) => (sum - (sums[i] ?? 0)) & 0xffff)

describe('the kernel of maps', () => {
  it('counts, marks and lists the blocks as the reference does', () => {
    const seen = { runs: 0, edges: 0, holes: 0 }
    fc.assert(
      fc.property(
        field,
        begin,
        mapped,
        fc.integer({ min: 1, max: 4 }),
        (bytes, from, blocks, least) => {
          const slice = loaded(bytes, from)
          const count = memory.call('map_slice', [AT.slice, blocks, least, AT.sums, AT.runs])
          memory.call('mark_edges', [AT.slice, blocks, AT.runs, count, least, AT.edges])
          const expected = mapSliceReference(slice, blocks, least)
          assert.deepEqual(runsAt(AT.runs, count), expected.runs)
          const edges = u16At(AT.edges, blocks)
          const known = expected.edges.map((mask, b) => mask ?? edges[b])
          assert.deepEqual(edges, known)
          for (const { from: first, to } of expected.runs) {
            const sums = u16At(AT.sums + first * 8, (to - first + 1) * 4)
            const sought = expected.sums.slice(first, to + 1).map((counts) => fourOf(counts))
            assert.deepEqual(differences(sums), differences(sought.flat()))
          }
          seen.runs += count
          seen.holes += Number(count > 1)
          seen.edges += known.filter((mask) => mask !== 0 && mask !== 0xffff).length
        },
      ),
      RUNS,
    )
    for (const [what, times] of Object.entries(seen)) {
      assert.ok(times > RUNS.numRuns / 8, `${what}: only ${times}, the test says nothing`)
    }
  })

  it('wraps its sums where a slice has more than 16 bits hold', () => {
    const blocks = BLOCKS - 4
    const bytes = new Uint8Array(blocks * 16)
    let state = 1
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      bytes[i] = state >>> 24
    }
    memory.load(bytes, 0, 1 << 18)
    const slice = memory.slice.slice().subarray(BEFORE)
    memory.call('map_slice', [AT.slice, blocks, 1, AT.sums, AT.runs])
    const { sums, runs } = mapSliceReference(slice, blocks, 1)
    const end = runs.at(-1)?.to ?? 0
    assert.deepEqual(
      u16At(AT.sums + end * 8, 4),
      sums.slice(end, end + 1).flatMap((counts) => fourOf(counts)),
    )
    assert.ok(
      sums.some(({ highs: now }, b) => now < (sums[b - 1]?.highs ?? 0)),
      'nothing wrapped',
    )
  })
})

describe('the kernel of maps of digits', () => {
  it('lists the runs of digits that the reference lists', () => {
    const seen = [0, 0, 0, 0]
    const least = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(field, begin, mapped, least, (bytes, from, blocks, most) => {
        const slice = loaded(bytes, from)
        const cap = BLOCKS * 2
        memory.call('map_digits', [AT.slice, blocks, most, AT.digitRuns, cap, AT.digitCounts])
        const counts = [...memory.words(AT.digitCounts, 4)]
        const found = counts.map((count, kind) => runsAt(AT.digitRuns + kind * cap * 4, count))
        assert.deepEqual(found, mapDigitsReference(slice, blocks, most))
        for (const [kind, count] of counts.entries()) seen[kind] = (seen[kind] ?? 0) + count
      }),
      RUNS,
    )
    for (const [kind, times] of seen.entries()) {
      assert.ok(times > RUNS.numRuns / 8, `kind ${kind}: only ${times}, the test says nothing`)
    }
  })
})
