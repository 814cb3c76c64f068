import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { type ByteSource, bytesSource } from '@mintmark/dump'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import type { Anchor } from '../../src/anchors/anchor.ts'
import { AnchorBudget, COST_PER_BYTE, DEEP_FACTOR } from '../../src/anchors/anchor_budget.ts'
import type { Match } from '../../src/anchors/match.ts'
import { planWindows } from '../../src/anchors/scan_plan.ts'
import { WindowScanner } from '../../src/engine/window_scanner.ts'
import type { LimitSeen } from '../../src/report/scan_limits.ts'

const text = (letters: string) => Uint8Array.from(Buffer.from(letters))

function hitAt(at: number, certainty: Certainty): Match {
  return {
    offset: at,
    length: 4,
    encoding: 'test',
    key: { kind: 'token', bits: 0, certainty, verification: 'test', material: undefined },
  }
}

const anchorOf = (name: string, pattern: string, detect: Anchor['detect']): Anchor => ({
  name,
  pattern: text(pattern),
  detect,
  before: 0,
  behind: 64,
})

/** A detector that finds nothing, and says that it is expensive. */
function dear(cost: number): Anchor['detect'] {
  return (_, _at, { budget }) => {
    budget.spend(cost)
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
      onMatch: ({ offset }) => {
        hits.push(offset)
        return undefined
      },
      onLimit: (seen) => limits.push(seen),
    })
  }
  scanner.wipe()
  return { hits, limits, searched }
}

describe('an offset of an anchor', () => {
  it('is examined unless a glance shows that nothing is there, and is paid for all the same', () => {
    const bytes = new Uint8Array(1 << 16)
    const offsets = [100, 200, 300]
    for (const at of offsets) bytes.set(text(`glance${at}`), at)
    const probed: number[] = []
    const detect: Anchor['detect'] = (_, at) => {
      probed.push(at)
      return hitAt(at, 'verified')
    }
    const anchor: Anchor = {
      ...anchorOf('glanced', 'glance', detect),
      mayContain: (seen, at) => seen[at + 6] === 0x32,
    }
    assert.deepEqual(scan(bytesSource(bytes), [anchor]).hits, [200])
    assert.deepEqual(probed, [200])

    const flood = Uint8Array.from({ length: 1 << 20 }, (_, at) => [0x61, 0x62][at % 2] ?? 0)
    const none = anchorOf('flood', 'ab', () => undefined)
    const { limits } = scan(bytesSource(flood), [none])
    assert.ok(limits.length > 0)
    const glanced = { ...none, mayContain: () => false }
    assert.deepEqual(scan(bytesSource(flood), [glanced]).limits, limits)
  })
})

describe('a window', () => {
  it('with a key that is verified without a test that was refused is examined in full', () => {
    const bytes = new Uint8Array(4096)
    bytes.set(text('huge'), 1000)
    for (const certainty of ['verified', 'unverified'] as const) {
      const detect: Anchor['detect'] = (_, at, { budget }) => {
        assert.equal(
          budget.within(1e12, () => true),
          undefined,
        )
        return hitAt(at, certainty)
      }
      const { hits, limits } = scan(bytesSource(bytes), [anchorOf('key', 'huge', detect)])
      assert.deepEqual(hits, [1000])
      assert.equal(limits.length, certainty === 'verified' ? 0 : 1)
    }
  })

  it('full of one anchor is not examined in full, says so, and still finds the others', () => {
    const bytes = new Uint8Array(1 << 20)
    for (let at = 0; at < bytes.length; at += 4) bytes.set(text('flud'), at)
    for (const at of [500_000, 1_040_000]) bytes.set(text('rare'), at)
    const anchors = [
      anchorOf('flood', 'flud', dear(50_000)),
      anchorOf('rare', 'rare', (_, at) => hitAt(at, 'verified')),
    ]
    const { hits, limits } = scan(bytesSource(bytes), anchors)
    assert.deepEqual(hits, [500_000, 1_040_000])
    // Once for each block of 256 KiB.
    assert.deepEqual(
      limits.map(({ code, name }) => `${code} ${name}`),
      Array.from({ length: 4 }, () => 'anchor-flood flood'),
    )
  })

  it('is examined more closely with --deep', () => {
    const bytes = new Uint8Array(40_000)
    for (let at = 0; at < bytes.length; at += 4) bytes.set(text('flud'), at)
    const probesWith = (isDeep: boolean): number => {
      let probes = 0
      const count: Anchor['detect'] = (...place) => {
        probes++
        return dear(1000)(...place)
      }
      scan(bytesSource(bytes), [anchorOf('flood', 'flud', count)], isDeep)
      return probes
    }
    const [plain, deep] = [probesWith(false), probesWith(true)]
    assert.ok(plain > 20 && deep > 20 * plain, `${plain} and ${deep} looks`)
  })
})

describe('the search of a window', () => {
  it('goes on behind a detector that fails, and does not repeat what it said', () => {
    const secret = 'text with key bytes'
    const anchors = [
      anchorOf('bad', 'evil', () => {
        throw new Error(secret)
      }),
      anchorOf('good', 'good', (_, at) => hitAt(at, 'unverified')),
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
    const zeros = anchorOf('zeros', '\0\0\0go', (_, at) => hitAt(at, 'unverified'))
    const whole = anchorOf('whole', 'good', (_, at) => hitAt(at, 'unverified'))
    const { hits } = scan(bytesSource(bytes), [zeros, whole])
    assert.deepEqual(
      hits.toSorted((a, b) => a - b),
      [100_000, 100_003, 199_993, 199_996],
    )
  })

  it('reports what cannot be read, also of a file that became shorter', () => {
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
    const good = anchorOf('good', 'good', (_, at) => hitAt(at, 'verified'))
    const short = scan(bytesSource(text('..good..')), [good], false, 100)
    assert.deepEqual(short, {
      hits: [2],
      limits: [{ code: 'unreadable', name: '', offset: 8 }],
      searched: 8,
    })
  })
})

const share = (100 * COST_PER_BYTE) / 6

/** Each time that bytes are taken is a block of its own, of up to 100. */
const budgetOf = (anchors: number, isDeep = false): AnchorBudget =>
  new AnchorBudget(anchors, { setOff: () => {} }, 100, isDeep)

/** Counts a cost; whether the anchor is passed over from then on. */
function isOffBy(budget: AnchorBudget, anchor: number, cost: number): boolean {
  budget.spend(anchor, cost)
  return budget.isOff(anchor)
}

describe('the budget of anchors', () => {
  it('passes over one that had its share, and leaves those that had little', () => {
    const budget = budgetOf(10)
    budget.startWindow(0)
    budget.take(100)
    assert.equal(isOffBy(budget, 0, 0.4 * share), false)
    assert.equal(isOffBy(budget, 0, 0.4 * share), false)
    assert.equal(isOffBy(budget, 0, 0.3 * share), true)
    assert.equal(isOffBy(budget, 1, 1), false)
  })

  it('that is used up passes over those above the fair part alone', () => {
    const budget = budgetOf(10)
    budget.startWindow(0)
    budget.take(100)
    for (const part of [0.4 * share, 0.4 * share, 0.2 * share - 1])
      for (let anchor = 0; anchor < 9; anchor++) budget.spend(anchor, part)
    assert.equal(budget.left, 0)
    assert.equal(isOffBy(budget, 9, 1), false)
    assert.equal(isOffBy(budget, 0, 1), true)
  })

  it('keeps what was unused for later blocks, and no debt', () => {
    const budget = budgetOf(1)
    const perByte = COST_PER_BYTE + 2
    budget.startWindow(2)
    budget.take(100)
    assert.equal(budget.left, 100 * perByte)
    budget.take(100)
    assert.equal(budget.left, 200 * perByte)
    budget.spend(0, 1e9)
    assert.equal(budget.left, 0)
    budget.take(100)
    assert.equal(budget.left, 100 * perByte)
    budget.startWindow(0)
    assert.deepEqual([budget.left, budget.total], [0, 0])
  })

  it('gives a block a quarter of what is left of what the window has once', () => {
    const budget = budgetOf(1)
    const usual = 100 * COST_PER_BYTE
    budget.startWindow(0, 1600)
    budget.take(100)
    assert.equal(budget.left, usual + 400)
    budget.spend(0, usual + 400)
    budget.take(100)
    assert.equal(budget.left, usual + 300)
    budget.startWindow(0)
    budget.take(100)
    assert.equal(budget.left, usual)
  })

  it('is larger with --deep', () => {
    const budget = budgetOf(1, true)
    budget.take(100)
    assert.equal(budget.left, 100 * COST_PER_BYTE * DEEP_FACTOR)
  })
})

describe('the budget of an anchor', () => {
  // Of a core of openssl s_server that the kernel wrote: a key of RSA of 15,360 bits is in front of six others.
  it('looks at what is behind one probe that took nearly all of the share', () => {
    const budget = budgetOf(10)
    budget.startWindow(0)
    budget.take(100)
    assert.equal(isOffBy(budget, 0, share - 1), false)
    for (let i = 0; i < 6; i++) assert.equal(isOffBy(budget, 0, share / 10), false)
    assert.equal(isOffBy(budget, 0, share / 10), true)
  })

  it('looks on where one probe took more than the share, but gives no other as much', () => {
    const budget = budgetOf(10)
    budget.startWindow(0)
    budget.take(100)
    assert.equal(isOffBy(budget, 0, 3 * share), false)
    assert.equal(budget.left, 3 * share)
    assert.ok(budget.leftFor(0) < share)
    assert.equal(budget.leftFor(1), 3 * share)
    assert.equal(isOffBy(budget, 0, 1), false)
    assert.equal(isOffBy(budget, 0, share), true)
  })
})
