import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Window } from '../../src/anchors/scan_plan.ts'
import { CutWindows } from '../../src/memory/extra_budget.ts'
import { LimitList, type LimitSeen } from '../../src/report/scan_limits.ts'

const flood: LimitSeen = { code: 'anchor-flood', name: 'pem', offset: 0 }
const windowAt = (offset: number): Window => {
  const piece = { begin: 0, end: 4096, from: 0, to: 4096, isAligned: true }
  return { offset, length: 4096, pieces: [piece] }
}

it('most of a file was cut short from half of its windows on', () => {
  const cut = new CutWindows(new LimitList(), { windows: 4, bytes: 4 * 4096 })
  cut.take(windowAt(0), [flood])
  cut.take(windowAt(4096), [])
  assert.equal(cut.areMost, false)
  cut.take(windowAt(8192), [flood])
  assert.equal(cut.areMost, true)
})
