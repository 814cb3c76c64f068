import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNITS_PER_BYTE } from '../src/anchor_budget.ts'
import { CutWindows, withFirstUnits } from '../src/extra_units.ts'
import { LimitList, type LimitSeen } from '../src/scan_limits.ts'
import { ownBytes, planWindows, type Window } from '../src/scan_plan.ts'

const windowsOf = (bytes: number): readonly Window[] => [
  ...planWindows([{ offset: 0, length: bytes, isAligned: true }]),
]

/** What looking at anchors in these windows may take, their own bytes counted. */
function unitsOf(windows: readonly Window[]): number {
  return windows.reduce((sum, window) => {
    const { moreUnits = 0, onceUnits = 0 } = window
    return sum + ownBytes(window) * (UNITS_PER_BYTE + moreUnits) + onceUnits
  }, 0)
}

function again(windows: readonly Window[]): {
  readonly again: readonly Window[]
  readonly limits: LimitList
} {
  const limits = new LimitList()
  const cut = new CutWindows(limits)
  for (const window of windows) {
    const seen: LimitSeen = { code: 'anchor-flood', name: 'pem', offset: window.offset }
    cut.take(window, [seen])
  }
  return { again: cut.again(false), limits }
}

describe('a file that is a flood from end to end', () => {
  for (const megabytes of [8, 64, 256, 1024]) {
    it(`of ${megabytes} MB takes at most 2 s more than its bytes bring`, () => {
      const bytes = megabytes << 20
      const plan = windowsOf(bytes)
      const first = [...withFirstUnits(plan, plan.length, false)]
      const more = unitsOf(first) - UNITS_PER_BYTE * bytes + unitsOf(again(first).again)
      assert.ok(more < 2.1e9, `${more} units`)
    })
  }

  it('tells those of its windows that are not searched again', () => {
    const plan = windowsOf(256 << 20)
    const first = [...withFirstUnits(plan, plan.length, false)]
    const { again: second, limits } = again(first)
    const [limit] = limits.list()
    assert.ok(second.length > 0)
    assert.deepEqual(limit?.facts, {
      count: plan.length - second.length,
      offset: plan[second.length]?.offset,
      anchor: 'pem',
    })
  })
})

describe('a file with a few windows full of keys', () => {
  it('has half a second for those of its blocks that need it', () => {
    const plan = windowsOf(64 << 20)
    const [window] = again([...withFirstUnits(plan, plan.length, false)].slice(3, 4)).again
    assert.ok(window !== undefined && (window.onceUnits ?? 0) > 4e8)
  })

  it('lets one form take half of what there is, where a flood leaves it a sixth', () => {
    const plan = windowsOf(64 << 20)
    const first = [...withFirstUnits(plan, plan.length, false)]
    const shares = [2, 3].map((count) => again(first.slice(0, count)).again[0]?.anchorShare)
    assert.deepEqual(shares, [1 / 2, undefined])
  })

  it('is searched again where one has taken nearly all, with more than it had', () => {
    const plan = windowsOf(8 << 20)
    const [first] = [...withFirstUnits(plan, plan.length, true)]
    assert.ok(first !== undefined && plan.length === 2)
    const limits = new LimitList()
    const cut = new CutWindows(limits)
    cut.take(first, [{ code: 'anchor-flood', name: 'pkcs1', offset: 0 }])
    const [second] = cut.again(true)
    assert.ok(second !== undefined && (second.onceUnits ?? 0) > (first.onceUnits ?? 0))
    assert.deepEqual(limits.list(), [])
  })

  it('of one window has all at once', () => {
    const plan = windowsOf(1 << 20)
    assert.ok(unitsOf([...withFirstUnits(plan, 1, false)]) > 3e9)
  })
})
