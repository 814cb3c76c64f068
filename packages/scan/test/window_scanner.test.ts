import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { type ByteSource, bytesSource } from '@mintmark/dump'
import type { Anchor } from '../src/anchor.ts'
import { AnchorBudget } from '../src/anchor_budget.ts'
import type { Detected } from '../src/detected.ts'
import type { LimitSeen } from '../src/scan_limits.ts'
import { planWindows } from '../src/scan_plan.ts'
import { WindowScanner } from '../src/window_scanner.ts'

const text = (letters: string) => Uint8Array.from(Buffer.from(letters))

function hitAt(at: number, certainty: Detected['certainty']): Detected {
  return {
    offset: at,
    length: 4,
    kind: 'token',
    form: 'test',
    bits: 0,
    certainty,
    proof: 'test',
  }
}

const anchorOf = (name: string, pattern: string, detect: Anchor['detect']): Anchor => ({
  name,
  pattern: text(pattern),
  detect,
  before: 0,
  behind: 64,
})

/** A detector that finds nothing, and takes its time. */
function slow(ms: number): Anchor['detect'] {
  return () => {
    const end = performance.now() + ms
    while (performance.now() < end);
    return undefined
  }
}

interface Outcome {
  readonly hits: readonly number[]
  readonly limits: readonly LimitSeen[]
  readonly searched: number
}

function scan(
  source: ByteSource,
  anchors: readonly Anchor[],
  isDeep = false,
  size = source.size,
): Outcome {
  const scanner = new WindowScanner({ anchors, hasKeyTables: false, isDeep })
  const hits: number[] = []
  const limits: LimitSeen[] = []
  let searched = 0
  for (const window of planWindows([{ offset: 0, length: size, isAligned: true }])) {
    searched += scanner.scan(source, window, {
      onHit: (_, offset) => hits.push(offset),
      onLimit: (seen) => limits.push(seen),
    })
  }
  scanner.wipe()
  return { hits, limits, searched }
}

describe('a window', () => {
  it('full of one anchor is not examined in full, says so, and still finds the others', () => {
    const bytes = new Uint8Array(1 << 20)
    for (let at = 0; at < bytes.length; at += 4) bytes.set(text('flud'), at)
    for (const at of [500_000, 1_040_000]) bytes.set(text('rare'), at)
    const anchors = [
      anchorOf('flood', 'flud', slow(0.05)),
      anchorOf('rare', 'rare', (_, at) => hitAt(at, 'proven')),
    ]
    const { hits, limits } = scan(bytesSource(bytes), anchors)
    assert.deepEqual(hits, [500_000, 1_040_000])
    assert.deepEqual(
      limits.map(({ code, name }) => [code, name]),
      [['anchor-flood', 'flood']],
    )
  })

  it('is examined in full with --deep', () => {
    const bytes = new Uint8Array(8000)
    for (let at = 0; at < bytes.length; at += 4) bytes.set(text('flud'), at)
    let looks = 0
    const count: Anchor['detect'] = (...place) => {
      looks++
      return slow(0.2)(...place)
    }
    const { limits } = scan(bytesSource(bytes), [anchorOf('flood', 'flud', count)], true)
    assert.equal(looks, 2000)
    assert.deepEqual(limits, [])
  })
})

describe('the search of a window', () => {
  it('goes on behind a detector that fails, and does not repeat what it said', () => {
    const secret = 'text with key bytes'
    const anchors = [
      anchorOf('bad', 'evil', () => {
        throw new Error(secret)
      }),
      anchorOf('good', 'good', (_, at) => hitAt(at, 'candidate')),
    ]
    const { hits, limits } = scan(bytesSource(text('..evil..good..')), anchors)
    assert.deepEqual(hits, [8])
    assert.deepEqual(limits, [{ code: 'detector-failed', name: 'bad', offset: 2 }])
    assert.ok(!JSON.stringify(limits).includes(secret))
  })

  it('finds what begins in zeros and what ends at the last byte', () => {
    const bytes = new Uint8Array(200_000)
    bytes.set(text('good'), 100_003)
    bytes.set(text('good'), bytes.length - 4)
    const zeros = anchorOf('zeros', '\0\0\0go', (_, at) => hitAt(at, 'candidate'))
    const whole = anchorOf('whole', 'good', (_, at) => hitAt(at, 'candidate'))
    const { hits } = scan(bytesSource(bytes), [zeros, whole])
    assert.deepEqual(
      hits.toSorted((a, b) => a - b),
      [100_000, 100_003, 199_993, 199_996],
    )
  })

  it('tells what cannot be read, also of a file that became shorter', () => {
    const failing: ByteSource = {
      size: 100,
      read: () => {
        throw new MintmarkError('INPUT_UNREADABLE', 'cannot read')
      },
    }
    assert.deepEqual(scan(failing, []), {
      hits: [],
      limits: [{ code: 'unreadable', name: '', offset: 0 }],
      searched: 0,
    })
    const good = anchorOf('good', 'good', (_, at) => hitAt(at, 'proven'))
    const short = scan(bytesSource(text('..good..')), [good], false, 100)
    assert.deepEqual(short, {
      hits: [2],
      limits: [{ code: 'unreadable', name: '', offset: 8 }],
      searched: 8,
    })
  })
})

describe('the budget of anchors', () => {
  it('passes over one that had its share, and leaves those that had little', () => {
    const budget = new AnchorBudget(10)
    budget.startWindow()
    assert.equal(budget.charge(0, 30, false), false)
    assert.equal(budget.charge(0, 30, false), true)
    assert.equal(budget.charge(1, 1, false), false)
  })

  it('that is used up passes over those above the fair share alone', () => {
    const budget = new AnchorBudget(10)
    budget.startWindow()
    for (let anchor = 0; anchor < 9; anchor++) budget.charge(anchor, 20, false)
    assert.equal(budget.charge(9, 1, false), false)
    assert.equal(budget.charge(0, 1, false), true)
  })

  it('is refilled with each window, and not by more than it can hold', () => {
    const budget = new AnchorBudget(1)
    for (let i = 0; i < 100; i++) budget.startWindow()
    assert.equal(budget.charge(0, 200, false), true)
    budget.startWindow()
    assert.equal(budget.charge(0, 2, false), false)
    assert.equal(budget.charge(0, 10, false), true)
  })

  it('of keys is another, and larger', () => {
    const budget = new AnchorBudget(2)
    budget.startWindow()
    assert.equal(budget.charge(0, 1000, true), false)
    assert.equal(budget.charge(0, 1000, true), true)
    assert.equal(budget.charge(1, 1, false), false)
  })
})
