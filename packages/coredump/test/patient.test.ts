/** What must not leave as long as a part of it was passed over has more time: docs/threat-model-dumps.md, C15. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { planWindows, sizeOf } from '@mintmark/scan/anchors/scan_plan'
import { budgetsFor } from '@mintmark/scan/known/secrets/secret_budgets'
import { SearchLimits } from '@mintmark/scan/known/values/search_limits'
import { CutWindows, withFirstBudget } from '@mintmark/scan/memory/extra_budget'
import { LimitList } from '@mintmark/scan/report/scan_limits'
import { slotMs } from '../src/spool/scrub_slots.ts'

const NANOSECONDS = 1e6

/** How many remainders of a given key are tried in so many bytes, each at a cost in nanoseconds. */
function granted(depth: 'given' | 'patient', bytes: number, cost: number): number {
  const { remainders } = new SearchLimits(depth, 'given', 1).budgets
  let taken = 0
  for (let at = 0; at < bytes; at += 4 << 20) {
    remainders.earn(4 << 20)
    while (remainders.take(cost)) taken++
  }
  return taken
}

it('a given key that a scrub must verify is searched for many times as long', () => {
  const bytes = 256 << 20
  assert.ok(granted('patient', bytes, 1e5) > 8 * granted('given', bytes, 1e5))
})

it('the time to verify given keys fits into a slot of the gate, whatever the bytes are', () => {
  for (const megabytes of [1, 64, 1024, 8192]) {
    const bytes = megabytes * 2 ** 20
    const { budgets } = new SearchLimits('patient', 'given', 1)
    const groups = [0, 1].map(() => Object.values(budgetsFor('patient', 1)(true)))
    const all = [...Object.values(budgets), ...groups.flat()]
    const spent = all.map((budget) => {
      const before = budget.left
      budget.pay(before)
      budget.earn(4096)
      return before + (budget.left / 4096) * bytes
    })
    const sumMs = spent.reduce((sum, each) => sum + each, 0) / NANOSECONDS
    assert.ok(sumMs < slotMs(bytes), `${sumMs} ms of ${slotMs(bytes)} for ${megabytes} MB`)
  }
})

it('windows that are a flood of one encoding are all searched again where they keep a dump from leaving', () => {
  const plan = [...planWindows([{ offset: 0, length: 512 << 20, isAligned: true }])]
  const again = (isPatient: boolean): number => {
    const cut = new CutWindows(new LimitList(), sizeOf(plan))
    for (const window of [...withFirstBudget(plan, sizeOf(plan), true)].slice(0, 20))
      cut.take(window, [{ code: 'anchor-flood', name: 'seed-slice', offset: window.offset }])
    return cut.again(true, isPatient).length
  }
  assert.ok(again(false) < 20)
  assert.equal(again(true), 20)
})
