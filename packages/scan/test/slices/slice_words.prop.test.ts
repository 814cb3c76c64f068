import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { BEFORE, ConjugateKernel, type DigitShape } from '../../src/slices/conjugate.ts'
import { isNearRandomReference } from './reference/conjugate.ts'
import {
  digitRunsReference,
  findWordsReference,
  textRunsReference,
  wideRunsReference,
} from './reference/slice_words.ts'

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) }
const LENGTH = 1024
/** Zeros behind what is searched: as much as the longest number here takes, and a block. */
const BEHIND = 512
const kernel = new ConjugateKernel()

/** Parts one behind the other, at any offset, in a field of zeros. */
const field = (parts: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.array(parts, { maxLength: 14 }).map((all) => {
    const bytes = new Uint8Array(LENGTH + BEHIND)
    bytes.set(Buffer.concat(all).subarray(0, LENGTH))
    return bytes
  })

const text = fc
  .array(fc.constantFrom(...Buffer.from('AZaz09+/-_:\r\n')), { maxLength: 120 })
  .map((codes) => Uint8Array.from(codes))
const wide = fc.tuple(text, fc.boolean()).map(([codes, isBig]) => {
  const bytes = new Uint8Array(codes.length * 2)
  for (const [k, code] of codes.entries()) bytes[2 * k + Number(isBig)] = code
  return bytes
})
const noise = fc.uint8Array({ maxLength: 24 })

const few = fc.uint8Array({ min: 0, max: 2, minLength: 1, maxLength: 90 })
const word = fc.uint8Array({ min: 0, max: 2, minLength: 8, maxLength: 8 })
const words = fc.array(
  word.map((b) => Buffer.from(b).readBigUInt64LE()),
  { maxLength: 60 },
)

const step = fc.constantFrom(1, 2, 4, 8)

describe('the kernel of words', () => {
  it('finds the words that the reference finds', () => {
    let found = 0
    fc.assert(
      fc.property(
        field(few),
        words,
        fc.array(fc.nat(LENGTH), { maxLength: 4 }),
        fc.nat(LENGTH),
        step,
        (bytes, others, at, to, every) => {
          // Words made up are hardly ever there: some are taken from what is searched.
          const there = at.map((offset) => Buffer.from(bytes).readBigUInt64LE(offset))
          const sought = [...others, ...there]
          kernel.load(bytes, 0, LENGTH)
          const hits = kernel.findWords(kernel.enterWords(sought), to, every)
          found += hits.length
          assert.deepEqual(hits, findWordsReference(bytes, sought, to, every))
        },
      ),
      RUNS,
    )
    assert.ok(found > 0, 'no word was ever found: the test says nothing')
  })

  it('finds those in random numbers alone, where asked to', () => {
    const number = fc.uint8Array({ minLength: 32, maxLength: 80 })
    const counts = { inside: 0, outside: 0 }
    fc.assert(
      fc.property(
        field(fc.oneof(few, number)),
        fc.array(fc.nat(LENGTH)),
        step,
        (bytes, at, every) => {
          kernel.load(bytes, 0, LENGTH)
          const slice = kernel.slice.slice().subarray(BEFORE)
          const sought = at.map((offset) => Buffer.from(slice).readBigUInt64LE(offset))
          const table = kernel.enterWords(sought)
          const hits = kernel.inNumbers(kernel.findWords(table, LENGTH + 64, every), LENGTH)
          const all = findWordsReference(slice, sought, LENGTH, every)
          const inside = all.filter((hit) => isNearRandomReference(slice, hit.at))
          assert.deepEqual(hits, inside)
          counts.inside += inside.length
          counts.outside += all.length - inside.length
        },
      ),
      RUNS,
    )
    for (const [where, count] of Object.entries(counts)) assert.ok(count > 0, `none ${where}`)
  })
})

describe('the kernel of text', () => {
  it('finds the runs of text that the reference finds', () => {
    const least = fc.integer({ min: 32, max: 200 })
    fc.assert(
      fc.property(field(fc.oneof(text, noise)), fc.nat(LENGTH), least, (bytes, to, most) => {
        kernel.load(bytes, 0, LENGTH)
        const runs = kernel.runs(to, most)
        assert.deepEqual(runs, textRunsReference(bytes, to, most))
      }),
      RUNS,
    )
  })

  it('finds the runs of wide text that the reference finds', () => {
    const least = fc.integer({ min: 1, max: 12 }).map((blocks) => blocks * 16)
    fc.assert(
      fc.property(field(fc.oneof(wide, noise)), fc.nat(LENGTH), least, (bytes, to, most) => {
        kernel.load(bytes, 0, LENGTH)
        assert.deepEqual(kernel.runs(to, most, true), wideRunsReference(bytes, to, most))
      }),
      RUNS,
    )
  })
})

/** Shapes of numbers of a dozen digits: Python's, Go's of 63 bits, V8's small integers and doubles. */
const SHAPES: readonly (DigitShape & { name: string; digit: (value: bigint) => bigint })[] = [
  shapeOf('30 bits in u32', 0, 30n, (value) => value),
  shapeOf('63 bits in u64', 1, 63n, (value) => value),
  shapeOf('26 bits in the upper half', 2, 26n, (value) => value << 32n),
  shapeOf('26 bits as double', 3, 26n, double),
]

function double(value: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Number(value))
  return view.getBigUint64(0)
}

function shapeOf(
  name: string,
  digitKind: DigitShape['digitKind'],
  width: bigint,
  digit: (value: bigint) => bigint,
): DigitShape & { name: string; digit: (value: bigint) => bigint } {
  const greatest = digit((1n << width) - 1n)
  return {
    name,
    digit,
    digitKind,
    slots: 12,
    low: digit(1n),
    high: digit((1n << (width - 6n)) - 1n),
    second: digit(1n << (width - 16n)),
    least: digit(1n),
    large: digit(1n << (width - 4n)),
    most: greatest,
    shift: digitKind === 3 ? 44 : greatest.toString(2).length - 8,
  }
}

describe('the kernel of digits', () => {
  for (const shape of SHAPES) {
    it(`finds the numbers that the reference finds (${shape.name})`, () => {
      const limit = shape.digitKind === 1 ? 63n : shape.digitKind === 0 ? 30n : 26n
      const value = fc.oneof(
        fc.bigInt({ min: 0n, max: (1n << limit) - 1n }),
        fc.bigInt({ min: 0n, max: (1n << limit) - 1n }),
        fc.constantFrom(0n, 1n, (1n << limit) - 1n),
      )
      const top = fc.bigInt({ min: 0n, max: 1n << (limit - 5n) })
      const slot = shape.digitKind === 0 ? 4 : 8
      const number = fc
        .tuple(fc.array(value, { minLength: 8, maxLength: 13 }), top)
        .map(([digits, last]) => {
          const bytes = Buffer.alloc((digits.length + 1) * slot)
          for (const [k, each] of [...digits, last].entries()) {
            if (slot === 4) bytes.writeUInt32LE(Number(each), k * 4)
            else bytes.writeBigUInt64LE(shape.digit(each), k * 8)
          }
          return new Uint8Array(bytes)
        })
      const gap = fc.constantFrom(4, 8, 16, 24).map((length) => new Uint8Array(length))
      let found = 0
      fc.assert(
        fc.property(field(fc.oneof(number, number, gap, noise)), fc.nat(LENGTH), (bytes, to) => {
          kernel.load(bytes, 0, LENGTH)
          const offsets = kernel.digitRuns(shape, to)
          found += offsets.length
          assert.deepEqual(offsets, digitRunsReference(bytes, shape, to))
        }),
        RUNS,
      )
      assert.ok(found > 0, 'no number was ever found: the test says nothing')
    })
  }
})
