import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Dump } from '@mintmark/dump'
import * as fc from 'fast-check'
import { REACH } from '../../src/anchors/anchor.ts'
import {
  planWindows,
  type Run,
  runsOf,
  WINDOW_BYTES,
  WINDOW_CAPACITY,
} from '../../src/anchors/scan_plan.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

const lengths = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 5000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 * WINDOW_BYTES }) },
)
/** Runs one behind another, with gaps. */
const addresses = fc.option(fc.bigInt({ min: 0n, max: 1n << 47n }), { nil: undefined })
const layouts = fc.array(fc.tuple(fc.nat(200_000), lengths, addresses), { maxLength: 30 })

function runsAt(layout: readonly (readonly [number, number, bigint | undefined])[]): Run[] {
  let end = 0
  return layout.map(([gap, length, address]) => {
    const offset = end + gap
    end = offset + length
    return { offset, length, address, isAligned: address !== undefined && address % 8n === 0n }
  })
}

it('each byte of each run is searched once, with what is around it in its run', () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      const runs = runsAt(layout)
      const searched: [number, number][] = []
      for (const window of planWindows(runs)) {
        assert.ok(window.length <= WINDOW_CAPACITY)
        for (const { begin, end, from, to, isAligned, address } of window.pieces) {
          const at = window.offset + from
          const run = runs.find(({ offset, length }) => offset <= at && at < offset + length)
          assert.ok(run !== undefined && from < to && to <= end && end <= window.length)
          assert.equal(isAligned, run.isAligned)
          const inRun = BigInt(window.offset + begin - run.offset)
          assert.equal(address, run.address === undefined ? undefined : run.address + inRun)
          assert.equal(window.offset + begin, Math.max(run.offset, at - REACH))
          const last = Math.min(run.offset + run.length, window.offset + to + REACH)
          assert.equal(window.offset + end, last)
          assert.equal((window.offset + begin - run.offset) % 16, 0)
          searched.push([at, window.offset + to])
        }
      }
      const joined: [number, number][] = []
      for (const [from, to] of searched) {
        const last = joined.at(-1)
        const isInside = runs.some(({ offset }) => offset === from)
        if (last !== undefined && last[1] === from && !isInside) last[1] = to
        else joined.push([from, to])
      }
      assert.deepEqual(
        joined,
        runs.map(({ offset, length }) => [offset, offset + length]),
      )
    }),
    { numRuns },
  )
})

it('of a sparse file only data and what is next to them is searched, each byte once', () => {
  fc.assert(
    fc.property(layouts, layouts, (layout, dataLayout) => {
      const runs = runsAt(layout)
      const data = runsAt(dataLayout)
      let done = 0
      const pieces = [...planWindows(runs, data)].flatMap((window) =>
        window.pieces.map(({ from, to }) => [window.offset + from, window.offset + to] as const),
      )
      for (const [from, to] of pieces) {
        assert.ok(from >= done)
        done = to
        const run = runs.find(({ offset, length }) => offset <= from && from < offset + length)
        assert.equal((from - (run?.offset ?? 0)) % 16, 0, 'aligned as in the process')
      }
      const covered = (at: number) => pieces.some(([from, to]) => from <= at && at < to)
      const inRun = (at: number) =>
        runs.some(({ offset, length }) => offset <= at && at < offset + length)
      for (const { offset, length } of data) {
        for (const at of [offset, offset + length - 1, offset + (length >> 1)]) {
          assert.equal(covered(at), inRun(at))
        }
      }
    }),
    { numRuns },
  )
})

const segment = (offset: number, length: number, address: bigint | undefined) => ({
  offset,
  length,
  address,
  owner: undefined,
})

it('neighbours in the file are one run where they are neighbours in memory', () => {
  const dump: Dump = {
    container: 'elf-core',
    segments: [
      segment(64, 16, 0x1000n),
      segment(80, 16, 0x1010n),
      segment(96, 16, 0x9004n),
      segment(112, 8, undefined),
      segment(120, 8, undefined),
    ],
    structure: [{ offset: 0, length: 64 }],
    vectorRegisters: [],
    wideRegisters: [],
    generalRegisters: [],
    isShared: false,
    about: {},
    flaws: [],
    isLittleEndian: true,
  }
  assert.deepEqual(runsOf(dump), [
    { offset: 0, length: 64, address: undefined, isAligned: false },
    { offset: 64, length: 32, address: 0x1000n, isAligned: true },
    { offset: 96, length: 16, address: 0x9004n, isAligned: false },
    { offset: 112, length: 8, address: undefined, isAligned: false },
    { offset: 120, length: 8, address: undefined, isAligned: false },
  ])
})
