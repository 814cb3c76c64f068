/** Zeros of the first pass are not read again. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bytesSource, type Range } from '@mintmark/dump'
import * as fc from 'fast-check'
import { planWindows } from '../../src/anchors/scan_plan.ts'
import { WindowScanner } from '../../src/engine/window_scanner.ts'
import { Holes, LEAST_ZEROS } from '../../src/memory/holes.ts'

const MOST = 400

const rangesOf = (ends: readonly number[]) => {
  const sorted = ends.toSorted((a, b) => a - b)
  return sorted.flatMap((offset, i) => {
    const end = sorted[i + 1]
    return i % 2 === 0 && end !== undefined ? [{ offset, length: end - offset }] : []
  })
}
const within = (ranges: readonly { offset: number; length: number }[], at: number) =>
  ranges.some(({ offset, length }) => at >= offset && at < offset + length)

it('leaves of data what is not zeros', () => {
  const cuts = fc.uniqueArray(fc.nat(MOST), { maxLength: 12 })
  fc.assert(
    fc.property(cuts, cuts, (ofData, ofZeros) => {
      const data = rangesOf(ofData)
      const zeros = rangesOf(ofZeros)
      const runs = new Holes()
      for (const run of zeros) runs.add([run])
      const left = runs.leftOf(data)
      for (let at = 0; at <= MOST; at++)
        assert.equal(within(left, at), within(data, at) && !within(zeros, at))
    }),
  )
})

it('are reported of a window where there are many in a row', () => {
  const bytes = new Uint8Array(4 * LEAST_ZEROS)
  bytes[LEAST_ZEROS + 5000] = 1
  bytes[3 * LEAST_ZEROS] = 1
  const scanner = new WindowScanner({ anchors: [], hasKeyTables: true, isDeep: false })
  const reported: Range[] = []
  for (const window of planWindows([{ offset: 0, length: bytes.length, isAligned: true }])) {
    scanner.scan(bytesSource(bytes), window, {
      onMatch: () => undefined,
      onLimit: () => {},
      onZeros: (zeros) => reported.push(zeros),
    })
  }
  assert.equal(reported.length, 2)
  const before = reported.map(({ offset, length }) => bytes.subarray(offset, offset + length))
  assert.ok(
    before.every((zeros) => zeros.length >= LEAST_ZEROS && zeros.every((byte) => byte === 0)),
  )
  assert.equal(reported[0]?.offset, 0)
})
