import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { COST_PER_BYTE } from '../../src/anchors/anchor_budget.ts'
import { ownBytes, planWindows, sizeOf, type Window } from '../../src/anchors/scan_plan.ts'
import { CutWindows, type PlanSize, withFirstBudget } from '../../src/memory/extra_budget.ts'
import { LimitList, type LimitSeen } from '../../src/report/scan_limits.ts'

const windowsOf = (bytes: number): readonly Window[] => [
  ...planWindows([{ offset: 0, length: bytes, isAligned: true }]),
]

/** What examining anchors in these windows may take, their own bytes counted. */
function budgetOf(windows: readonly Window[]): number {
  return windows.reduce((sum, window) => {
    const { moreCost = 0, onceCost = 0 } = window
    return sum + ownBytes(window) * (COST_PER_BYTE + moreCost) + onceCost
  }, 0)
}

function again(
  windows: readonly Window[],
  size: PlanSize = sizeOf(windows),
): {
  readonly again: readonly Window[]
  readonly limits: LimitList
} {
  const limits = new LimitList()
  const cut = new CutWindows(limits, size)
  for (const window of windows) {
    const seen: LimitSeen = { code: 'anchor-flood', name: 'pem', offset: window.offset }
    cut.take(window, [seen])
  }
  return { again: cut.again(false), limits }
}

describe('a file that is a flood from end to end', () => {
  for (const megabytes of [8, 16, 64, 256, 1024]) {
    const most = Math.min(2.1, 1 + megabytes / 40)
    it(`of ${megabytes} MB takes at most ${most} s more than its bytes bring`, () => {
      const bytes = megabytes << 20
      const plan = windowsOf(bytes)
      const first = [...withFirstBudget(plan, sizeOf(plan), false)]
      const more = budgetOf(first) - COST_PER_BYTE * bytes + budgetOf(again(first).again)
      assert.ok(more < 1e9 * most, `${more} ns`)
    })
  }

  it('is searched again where most encodings were cut short: keys are amid it there', () => {
    const plan = windowsOf(16 << 20)
    const cut = new CutWindows(new LimitList(), sizeOf(plan))
    for (const window of withFirstBudget(plan, sizeOf(plan), false)) {
      const names = window.offset === plan[2]?.offset ? ['pem', 'jwk', 'sec1'] : ['pem', 'pem']
      const seen = names.map((name): LimitSeen => {
        return { code: 'anchor-flood', name, offset: window.offset }
      })
      cut.take(window, seen)
    }
    const offsets = cut.again(false).map(({ offset }) => offset)
    assert.ok(offsets.length < plan.length && offsets.includes(plan[2]?.offset ?? 0))
  })

  it('reports those of its windows that are not searched again', () => {
    const plan = windowsOf(256 << 20)
    const first = [...withFirstBudget(plan, sizeOf(plan), false)]
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

describe('what was packed brings less than what is in the file as it is', () => {
  const plan = windowsOf(64 << 20)
  const size = sizeOf(plan)
  const unitsOfPacked = (packedBytes: number | undefined): number => {
    const first = [...withFirstBudget(plan, { ...size, packedBytes }, false)]
    return budgetOf(first) + budgetOf(again(first, { ...size, packedBytes }).again)
  }

  it('by what it took to unpack, and half of what a file has besides its bytes at most', () => {
    const [asItIs, packed] = [unitsOfPacked(undefined), unitsOfPacked(16 << 20)]
    assert.ok(packed < 0.75 * asItIs && packed > 0.4 * asItIs, `${packed} and ${asItIs}`)
  })

  it('no more than twenty times as many bytes do: the same keys over and over', () => {
    const [twenty, more] = [unitsOfPacked((64 << 20) / 20), unitsOfPacked(64 << 10)]
    assert.ok(more < 0.6 * twenty, `${more} and ${twenty}`)
  })

  it('but a file of one window is examined in full', () => {
    const small = windowsOf(1 << 20)
    const packed = { ...sizeOf(small), packedBytes: 4096 }
    assert.ok(budgetOf([...withFirstBudget(small, packed, false)]) > 1.2e9)
  })
})

describe('a file with a few windows key-dense', () => {
  it('has half a second for those of its blocks that need it', () => {
    const plan = windowsOf(64 << 20)
    const [window] = again(
      [...withFirstBudget(plan, sizeOf(plan), false)].slice(3, 4),
      sizeOf(plan),
    ).again
    assert.ok(window !== undefined && (window.onceCost ?? 0) > 4e8)
  })

  it('lets one encoding take half of what there is, where a flood leaves it a sixth', () => {
    const plan = windowsOf(64 << 20)
    const first = [...withFirstBudget(plan, sizeOf(plan), false)]
    const shares = [2, 3].map(
      (count) => again(first.slice(0, count), sizeOf(plan)).again[0]?.anchorShare,
    )
    assert.deepEqual(shares, [1 / 2, undefined])
  })

  it('is searched again where one has taken nearly all, with more than it had', () => {
    const plan = windowsOf(8 << 20)
    const [first] = [...withFirstBudget(plan, sizeOf(plan), true)]
    assert.ok(first !== undefined && plan.length === 2)
    const limits = new LimitList()
    const cut = new CutWindows(limits, sizeOf(plan))
    cut.take(first, [{ code: 'anchor-flood', name: 'pkcs1', offset: 0 }])
    const [second] = cut.again(true)
    assert.ok(second !== undefined && (second.onceCost ?? 0) > (first.onceCost ?? 0))
    assert.deepEqual(limits.list(), [])
  })

  it('of one window has all at once', () => {
    const plan = windowsOf(1 << 20)
    assert.ok(budgetOf([...withFirstBudget(plan, sizeOf(plan), false)]) > 1.2e9)
  })
})
