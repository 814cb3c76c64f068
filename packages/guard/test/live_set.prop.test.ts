import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { LiveSet, type Membership } from '../src/index.ts'

const NOW = Date.parse('2026-11-25T00:00:00Z')
const hash = (text: string) => createHash('sha256').update(text).digest()
const idOf = (n: number) => hash(`id ${n}`).subarray(0, 16)
const inputOf = (n: number) => hash(`input ${n}`)

interface Step {
  readonly act: 'add' | 'revoke'
  readonly id: number
  readonly input: number
}

const steps = fc.array(
  fc.record({
    act: fc.constantFrom<Step['act']>('add', 'add', 'add', 'revoke'),
    id: fc.nat(40),
    input: fc.nat(3),
  }),
  { maxLength: 300 },
)

/** What the set is to say, straight from the definition. */
function expected(done: readonly Step[], id: number, input: number): Membership {
  const added = done.filter((step) => step.act === 'add' && step.id === id)
  const at = done.findIndex((s) => s.act === 'add' && s.id === id && s.input === input)
  if (at < 0) return added.length > 0 ? 'mutated' : 'unknown'
  const later = done.slice(at)
  const isRevoked = later.some((s) => s.act === 'revoke' && s.id === id && s.input === input)
  return isRevoked ? 'revoked' : 'live'
}

describe('a live set', () => {
  it('says of each token what was done with it', () => {
    fc.assert(
      fc.property(steps, fc.nat(300), (done, settledAt) => {
        const set = new LiveSet(settledAt < 150 ? settledAt : undefined)
        for (const [i, { act, id, input }] of done.entries()) {
          if (i === settledAt) set.settle(NOW)
          if (act === 'add') set.add(idOf(id), inputOf(input), NOW + 60_000, NOW)
          else set.revoke(idOf(id), inputOf(input))
        }
        for (let id = 0; id <= 41; id++)
          for (let input = 0; input <= 4; input++)
            assert.equal(set.find(idOf(id), inputOf(input)), expected(done, id, input))
      }),
      { numRuns: 60 },
    )
  })

  it('distinguishes tokens of one id by every bit of the hash of their signing input', () => {
    const set = new LiveSet()
    const [id, input] = [idOf(1), inputOf(1)]
    set.add(id, input, NOW + 60_000, NOW)
    assert.equal(set.find(id, input), 'live')
    for (let bit = 0; bit < 256; bit++) {
      const other = Buffer.from(input)
      other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      assert.equal(set.find(id, other), 'mutated')
    }
  })

  it('gives back the room for filling once it is settled', () => {
    const filled = new LiveSet(0)
    for (let n = 0; n < 30_000; n++) filled.add(idOf(n), inputOf(n), NOW + 600_000, NOW)
    filled.settle(NOW)
    assert.ok(filled.bytes <= 41 * filled.count, `${filled.bytes} bytes`)
    for (let n = 0; n < 30_000; n++) assert.equal(filled.find(idOf(n), inputOf(n)), 'live')
    assert.equal(filled.find(idOf(30_000), inputOf(30_000)), 'unknown')
  })

  it('knows a hundred thousand tokens and no other, and forgets expired ones when it grows', () => {
    const set = new LiveSet()
    for (let n = 0; n < 100_000; n++) set.add(idOf(n), inputOf(n), NOW + 600_000, NOW)
    for (let n = 0; n < 100_000; n += 7) assert.equal(set.find(idOf(n), inputOf(n)), 'live')
    for (let n = 100_000; n < 110_000; n++) assert.notEqual(set.find(idOf(n), inputOf(n)), 'live')
    set.revoke(idOf(5), inputOf(5))
    const later = NOW + 700_000
    for (let n = 200_000; n < 350_000; n++) set.add(idOf(n), inputOf(n), later + 600_000, later)
    assert.ok(set.count < 250_000)
    assert.equal(set.find(idOf(349_999), inputOf(349_999)), 'live')
    assert.ok(set.bytes / set.count < 41)
  })
})
