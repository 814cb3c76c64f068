import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import * as fc from 'fast-check'
import type { Anchor } from '../../src/anchors/anchor.ts'
import { type AnchorHit, AnchorKernel } from '../../src/anchors/anchors.ts'
import { KernelMemory, LAYOUT } from '../../src/anchors/kernel_memory.ts'
import { findAnchorsReference } from './anchors_reference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const memory = new KernelMemory(1 << 20)

const anchorOf = (name: string, pattern: Uint8Array, mask?: Uint8Array): Anchor => ({
  name,
  pattern,
  ...(mask === undefined ? {} : { mask }),
  detect: () => undefined,
  before: 0,
  behind: 0,
})
const bytesOf = (...bytes: readonly number[]) => Uint8Array.from(bytes)

function found(
  kernel: AnchorKernel,
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
  isAligned = false,
): AnchorHit[] {
  const hits: AnchorHit[] = []
  kernel.find(bytes, from, to, isAligned, (at, anchor) => hits.push({ at, anchor }))
  return hits.toSorted((a, b) => a.at - b.at || a.anchor - b.anchor)
}

/** Few byte values, so that hits, runs and overlaps are common. */
const letter = fc.integer({ min: 0x30, max: 0x32 })
const pattern = fc.uint8Array({ min: 0x30, max: 0x32, minLength: 2, maxLength: 16 })
const anchors = fc.array(
  fc.tuple(pattern, fc.option(fc.constantFrom(0xff, 0xfe, 0x0f, 0), { nil: undefined })),
  { minLength: 1, maxLength: 30 },
)

it('the SIMD kernel finds what the reference finds', () => {
  fc.assert(
    fc.property(
      anchors,
      fc.array(letter, { maxLength: 300 }),
      fc.nat(20),
      fc.nat(320),
      (shapes, letters, from, to) => {
        const set = shapes.map(([own, last], i) => {
          const mask = new Uint8Array(own.length).fill(255)
          if (last !== undefined && own.length > 3) mask[own.length - 1] = last
          return anchorOf(`a${i}`, own, mask)
        })
        const kernel = new AnchorKernel(memory, set)
        const bytes = Uint8Array.from(letters)
        const end = Math.min(to, bytes.length)
        assert.deepEqual(found(kernel, bytes, from, end), [
          ...findAnchorsReference(bytes, set, from, end, false),
        ])
      },
    ),
    { numRuns },
  )
})

it('where the alignment is known, patterns are found where they may begin alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pattern, fc.nat(255)), { minLength: 1, maxLength: 30 }),
      fc.array(letter, { maxLength: 300 }),
      fc.nat(20),
      fc.boolean(),
      (shapes, letters, from, isAligned) => {
        const set = shapes.map(([own, alignment], i) => ({ ...anchorOf(`a${i}`, own), alignment }))
        const kernel = new AnchorKernel(memory, set)
        const bytes = Uint8Array.from(letters)
        assert.deepEqual(found(kernel, bytes, from, bytes.length, isAligned), [
          ...findAnchorsReference(bytes, set, from, bytes.length, isAligned),
        ])
      },
    ),
    { numRuns },
  )
})

/** What is in memory: random bytes, zeros, text, addresses, and small numbers, a word or more of each. */
const word = fc.oneof(
  fc.uint8Array({ minLength: 8, maxLength: 8 }),
  fc.constant(new Uint8Array(8)),
  fc.uint8Array({ min: 0x20, max: 0x7e, minLength: 8, maxLength: 8 }),
  fc.uint8Array({ minLength: 6, maxLength: 6 }).map((own) => bytesOf(...own, 0, 0)),
  fc.nat(255).map((own) => bytesOf(own, 0, 0, 0, 0, 0, 0, 0)),
)
const memoryOf = fc.array(fc.tuple(word, fc.integer({ min: 1, max: 6 })), { maxLength: 20 })

it('patterns before what can be no random number are passed over, as the reference says', () => {
  fc.assert(
    fc.property(
      memoryOf,
      fc.nat(7),
      fc.nat(40),
      fc.constantFrom<32 | 64>(32, 64),
      (parts, lead, from, length) => {
        const words = parts.flatMap(([own, times]) => Array.from({ length: times }, () => [...own]))
        const bytes = Uint8Array.from([...new Uint8Array(lead), ...words.flat()])
        const shapes = [
          bytesOf(0, 0),
          bytesOf(0x20, 0x21),
          ...words.slice(0, 4).map((own) => bytesOf(...own)),
        ]
        const set = shapes.map((own, i) =>
          Object.assign(anchorOf(`a${i}`, own), { number: { from, length } }),
        )
        assert.deepEqual(found(new AnchorKernel(memory, set), bytes), [
          ...findAnchorsReference(bytes, set, 0, bytes.length, false),
        ])
      },
    ),
    { numRuns },
  )
})

/** Whether a pattern right before a number of so many bytes is found. */
function isTaken(number: Uint8Array, length: 32 | 64): boolean {
  const head = bytesOf(0x51, 0, 0, 0, 0, 0, 0, 0)
  const set = [{ ...anchorOf('chunk', head), number: { from: head.length, length } }]
  const hits = found(new AnchorKernel(memory, set), bytesOf(...head, ...number))
  return hits.some(({ at }) => at === 0)
}

it('no random number is passed over', () => {
  for (let run = 0; run < 2000; run++) assert.ok(isTaken(randomBytes(64), 64))
})

it('the digits of one are not passed over, nor those of a curve with zeros behind them', () => {
  for (let run = 0; run < 2000; run++) {
    const digits = randomBytes(64)
    for (let k = 7; k < digits.length; k += 8) digits[k] = (digits[k] ?? 0) & 15
    assert.ok(isTaken(digits, 32))
    assert.ok(isTaken(digits.fill(0, 40), 32))
  }
})

it('finds patterns of any bytes at every alignment', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 2, maxLength: 16 }), { minLength: 1, maxLength: 60 }),
      fc.uint8Array({ maxLength: 40 }),
      (patterns, lead) => {
        const set = patterns.map((letters, i) => anchorOf(`a${i}`, letters))
        const kernel = new AnchorKernel(memory, set)
        const bytes = Uint8Array.from([...lead, ...patterns.flatMap((letters) => [...letters])])
        assert.deepEqual(found(kernel, bytes), [
          ...findAnchorsReference(bytes, set, 0, bytes.length, false),
        ])
      },
    ),
    { numRuns },
  )
})

it('a hit table that fills up loses nothing', () => {
  const set = [anchorOf('pair', bytesOf(0x30, 0x30)), anchorOf('four', bytesOf(1, 2, 3, 4))]
  const bytes = new Uint8Array(100_000).fill(0x30)
  const offsets = found(new AnchorKernel(memory, set), bytes).map(({ at }) => at)
  assert.deepEqual(
    offsets,
    Array.from({ length: 99_999 }, (_, i) => i),
  )
})

it('an anchor that is off is passed over until it is on again', () => {
  const set = [anchorOf('a', bytesOf(7, 8)), anchorOf('b', bytesOf(8, 9))]
  const kernel = new AnchorKernel(memory, set)
  const bytes = bytesOf(7, 8, 9, 7, 8, 9)
  const all = found(kernel, bytes)
  kernel.setOff(0, true)
  assert.deepEqual(found(kernel, bytes), [
    { at: 1, anchor: 1 },
    { at: 4, anchor: 1 },
  ])
  kernel.setOff(0, false)
  assert.deepEqual(found(kernel, bytes), all)
})

it('bytes behind the end do not count', () => {
  const kernel = new AnchorKernel(memory, [anchorOf('a', bytesOf(1, 2, 3, 4, 5))])
  const window = memory.windowOf(6)
  window.set([9, 1, 2, 3, 4, 5])
  assert.deepEqual(found(kernel, window.subarray(0, 5)), [])
  assert.deepEqual(found(kernel, window), [{ at: 1, anchor: 0 }])
})

it('patterns that fit nearly everything, or are too short, are refused', () => {
  const wrong = [
    anchorOf('short', bytesOf(1)),
    anchorOf('long', new Uint8Array(17)),
    anchorOf('open', bytesOf(1, 2), bytesOf(0xf0, 0)),
    anchorOf('mask', bytesOf(1, 2), bytesOf(255)),
  ]
  for (const anchor of wrong) assert.throws(() => new AnchorKernel(memory, [anchor]), RangeError)
})

it('the first bytes that are not zero are found, in steps of 16', () => {
  const kernel = new AnchorKernel(memory, [])
  fc.assert(
    fc.property(fc.nat(400), fc.option(fc.nat(399)), fc.nat(50), (length, place, from) => {
      const bytes = new Uint8Array(length)
      if (place !== null && place < length) bytes[place] = 1
      const start = Math.min(from, length)
      const isSeen = place !== null && place < length && place >= start
      const expected = isSeen ? start + 16 * Math.floor((place - start) / 16) : length
      assert.equal(kernel.nextNonzero(bytes, start, length), expected)
    }),
    { numRuns },
  )
})

it('data ends before zeros that are many, and the next begins behind them', () => {
  const kernel = new AnchorKernel(memory, [])
  const part = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 90 }))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.nat(60), fc.nat(3), (parts, from, pages) => {
      const bytes = Uint8Array.from(
        parts.flatMap(([isData, length]) => Array.from({ length }, () => Number(isData))),
      )
      const size = { page: 16 << pages, gap: 64 }
      const start = kernel.nextNonzero(bytes, Math.min(from, bytes.length), bytes.length)
      let [end, next] = [start, start]
      while (next < bytes.length && next - end < size.gap) {
        end = Math.min(bytes.length, next + size.page)
        next = kernel.nextNonzero(bytes, end, bytes.length)
      }
      assert.deepEqual(kernel.dataAt(bytes, start, bytes.length, size), { end, next })
    }),
    { numRuns },
  )
})

it('the layout has room for what the kernels keep', () => {
  const parts = [
    [LAYOUT.sbox, 256],
    [LAYOUT.resume, 4],
    [LAYOUT.hits, LAYOUT.hitBytes],
    [LAYOUT.scratch, 2 * 128 + 16 + 4 * 16 * 128 + 16 + 16],
    [LAYOUT.pads, 4 * 4096],
    [LAYOUT.anchors, LAYOUT.anchorBytes],
    [LAYOUT.window, 1],
  ] as const
  for (const [i, [at, length]] of parts.slice(0, -1).entries()) {
    assert.ok(at + length <= (parts[i + 1]?.[0] ?? 0))
  }
})
