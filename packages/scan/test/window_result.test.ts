import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import type { Detected } from '../src/detected.ts'
import { planWindows } from '../src/scan_plan.ts'
import { searchWindow } from '../src/window_result.ts'
import { WindowScanner } from '../src/window_scanner.ts'

const hit = (offset: number, certainty: Detected['certainty']): Detected => ({
  offset,
  length: 16,
  kind: 'aes',
  form: 'aes-schedule-enc',
  bits: 128,
  certainty,
  proof: 'schedule expands',
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
          for (let i = 0; i < 12_500; i++) yield hit(4 * i, i % 5 === 4 ? 'candidate' : 'proven')
        },
      },
    ],
  })
  const bytes = Buffer.alloc(65_536, 1)
  const [window] = planWindows([{ offset: 0, length: bytes.length, isAligned: true }])
  assert.ok(window)
  const { sightings, limits } = searchWindow(scanner, bytesSource(bytes), window, {
    hashKey: new Uint8Array(32),
  })
  assert.equal(sightings.length, 5000)
  assert.deepEqual(limits, [
    { code: 'many-hits', name: 'proven places', offset: 20_000, count: 6000 },
    { code: 'many-hits', name: 'candidate places', offset: 20_016, count: 1500 },
  ])
})
