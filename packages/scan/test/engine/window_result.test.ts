import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import type { Match } from '../../src/anchors/match.ts'
import { planWindows, sizeOf } from '../../src/anchors/scan_plan.ts'
import { scannerFor } from '../../src/engine/scanner_task.ts'
import { searchWindow } from '../../src/engine/window_result.ts'
import { WindowScanner } from '../../src/engine/window_scanner.ts'
import { withFirstBudget } from '../../src/memory/extra_budget.ts'

const hashKey = new Uint8Array(32)

const hit = (offset: number, certainty: Certainty): Match => ({
  offset,
  length: 16,
  encoding: 'aes-schedule-enc',
  key: { kind: 'aes', bits: 128, certainty, verification: 'schedule expands', material: undefined },
})

it('hits beyond what a window may have are counted, in one limit for each class', () => {
  const scanner = new WindowScanner({
    anchors: [],
    hasKeyTables: false,
    isDeep: false,
    searches: [
      {
        name: 'many',
        reach: 0,
        *search() {
          for (let i = 0; i < 12_500; i++) yield hit(4 * i, i % 5 === 4 ? 'unverified' : 'verified')
        },
      },
    ],
  })
  const bytes = Buffer.alloc(65_536, 1)
  const [window] = planWindows([{ offset: 0, length: bytes.length, isAligned: true }])
  assert.ok(window)
  const { rawFindings, limits } = searchWindow(scanner, bytesSource(bytes), window, hashKey)
  assert.equal(rawFindings.length, 5000)
  assert.deepEqual(limits, [
    { code: 'many-hits', name: 'verified locations', offset: 20_000, count: 6000 },
    { code: 'many-hits', name: 'unverified locations', offset: 20_016, count: 1500 },
  ])
})

/** A number that can be a modulus, lowest byte first, beside an exponent. */
const modulus = (index: number): Buffer => {
  const number = createHash('shake256', { outputLength: 128 }).update(`${index}`).digest()
  number[0] = 3
  number[127] = (number[127] ?? 0) | 0x80
  return Buffer.concat([
    Buffer.alloc(8),
    number,
    Buffer.alloc(8),
    Buffer.from([1, 0, 1]),
    Buffer.alloc(13),
  ])
}

it('numbers alone that may be public keys are taken as far as a file may have them, and the rest is reported', () => {
  const bytes = Buffer.concat(Array.from({ length: 4000 }, (_, i) => modulus(i)))
  const plan = () => planWindows([{ offset: 0, length: bytes.length, isAligned: true }])
  const [window] = withFirstBudget(plan(), sizeOf(plan()), true)
  assert.ok(window)
  const task = { kind: 'encodings', isDeep: false, runs: [] } as const
  const { publicKeys, limits } = searchWindow(scannerFor(task), bytesSource(bytes), window, hashKey)
  assert.equal(publicKeys.filter(({ isBare }) => isBare).length, 256)
  assert.ok(limits.some(({ code, name }) => code === 'anchor-flood' && name === 'public keys'))
})

it('equal bytes are examined once: some copies are reported, and all others are counted', () => {
  let probes = 0
  const scanner = new WindowScanner({
    anchors: [
      {
        name: 'copied',
        pattern: Uint8Array.from(Buffer.from('anchor')),
        before: 8,
        behind: 24,
        detect: (_, at, { budget }) => {
          probes++
          budget.spend(20_000)
          return hit(at - 8, 'verified')
        },
      },
    ],
    hasKeyTables: false,
    isDeep: false,
  })
  const bytes = Buffer.alloc(32 * 1000, Buffer.concat([Buffer.alloc(8), Buffer.from('anchor')], 32))
  const [window] = planWindows([{ offset: 0, length: bytes.length, isAligned: true }])
  assert.ok(window)
  const more = { ...window, onceCost: 1e9 }
  const { rawFindings, limits } = searchWindow(scanner, bytesSource(bytes), more, hashKey)
  assert.equal(probes, 1)
  assert.deepEqual(
    rawFindings.map(({ offset }) => offset),
    Array.from({ length: 251 }, (_, i) => 32 * i),
  )
  assert.deepEqual(limits, [
    { code: 'many-hits', name: 'verified locations', offset: 251 * 32, count: 1000 - 251 },
  ])
})
