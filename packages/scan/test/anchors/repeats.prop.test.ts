import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNLIMITED } from '@mintmark/keys/material/work_budget'
import * as fc from 'fast-check'
import { Repeats } from '../../src/anchors/repeats.ts'

const SIGHT = { before: 20, behind: 60 }
const DEAR = 10_000

/** What is in reach of an offset; undefined where the bytes end before. */
function inSight(bytes: Uint8Array, at: number): string | undefined {
  const [from, to] = [at - SIGHT.before, at + SIGHT.behind]
  return from < 0 || to > bytes.length
    ? undefined
    : Buffer.from(bytes.subarray(from, to)).toString('hex')
}

/** A unit over and over, with some bytes changed. */
const repeating = fc
  .record({
    unit: fc.uint8Array({ minLength: 1, maxLength: 24, max: 3 }),
    changed: fc.array(fc.nat(1999), { maxLength: 6 }),
    offsets: fc.array(fc.nat(1999), { minLength: 2, maxLength: 60 }),
  })
  .map(({ unit, changed, offsets: places }) => {
    const bytes = new Uint8Array(Buffer.alloc(2000, unit))
    for (const at of changed) bytes[at] = 9
    return { bytes, offsets: places.toSorted((a, b) => a - b) }
  })

describe('offsets whose bytes were examined before', () => {
  it('have the same bytes in reach as an earlier probe, aligned alike, whose finding they give', () => {
    fc.assert(
      fc.property(repeating, ({ bytes, offsets: places }) => {
        const repeats = new Repeats<number>(2, UNLIMITED)
        repeats.start(bytes)
        const probed: number[] = []
        for (const at of places) {
          const earlier = repeats.earlier(1, at, SIGHT)
          if (earlier === undefined) {
            repeats.remember(1, at, SIGHT, DEAR, at)
            probed.push(at)
            continue
          }
          const first = earlier.found ?? -1
          assert.ok(probed.includes(first) && (at - first) % 16 === 0)
          assert.equal(inSight(bytes, first), inSight(bytes, at))
        }
      }),
    )
  })

  it('are all known once those of one repetition were examined', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), (period) => {
        const bytes = new Uint8Array(Buffer.alloc(4000, Buffer.alloc(period).fill(1, 0, 1)))
        const repeats = new Repeats<number>(1, UNLIMITED)
        repeats.start(bytes)
        let probes = 0
        for (let at = SIGHT.before; inSight(bytes, at) !== undefined; at += period) {
          if (repeats.earlier(0, at, SIGHT) !== undefined) continue
          probes++
          repeats.remember(0, at, SIGHT, DEAR, at)
        }
        assert.ok(probes <= 16, `${probes} looks`)
      }),
    )
  })

  it('are none of another anchor, of other bytes, and where a probe was cheap', () => {
    const repeats = new Repeats<string>(2, UNLIMITED)
    const bytes = new Uint8Array(1000)
    repeats.start(bytes)
    repeats.remember(0, 160, SIGHT, 10, 'cheap')
    assert.equal(repeats.earlier(0, 320, SIGHT), undefined)
    repeats.remember(0, 160, SIGHT, DEAR, 'dear')
    assert.equal(repeats.earlier(1, 320, SIGHT), undefined)
    assert.equal(repeats.earlier(0, 320, SIGHT)?.found, 'dear')
    repeats.start(bytes)
    assert.equal(repeats.earlier(0, 320, SIGHT), undefined)
  })
})
