import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { receiveCore, type Scrub } from '../src/index.ts'
import { slotMs, takeSlot } from '../src/spool/scrub_slots.ts'
import { arrivalOfBytes, filesIn, gateWith, logOf } from './gate_world.ts'

const CORE = Buffer.alloc(3 << 16, 'core ')
const HANGS: Scrub = () => new Promise(() => {})
const LAST_MS = 60_000
const uptimeMs = () => Number(process.hrtime.bigint() / 1_000_000n)

/** Others at work in the spool of a gate, with what they say. */
function othersIn(gate: ReturnType<typeof gateWith>, ...notes: readonly string[]) {
  return notes.map((note) => {
    const entry = gate.spool.begin('other')
    if (note !== '') entry.say(note)
    return entry
  })
}

const turnsIn = ({ spool }: ReturnType<typeof gateWith>): number =>
  spool.saidAtWork().filter(({ notes }) => notes.some((note) => note.startsWith('turn-'))).length

describe('a slot to scrub', () => {
  const over = 'turn-1'
  for (const [what, notes] of [
    ['those that are still being read', ['', '', '']],
    ['those whose slot is over', [over, over, over]],
    ['one that waits and does not take it', ['read', 'read']],
  ] as const)
    it(`is not kept by ${what}`, async () => {
      const gate = gateWith()
      othersIn(gate, ...notes)
      const done = await receiveCore(gate, arrivalOfBytes(CORE))
      assert.equal(done.outcome, 'core')
      assert.deepEqual(
        gate.spool.saidAtWork().map((one) => one.notes.length),
        notes.map((note) => (note === '' ? 1 : 2)),
      )
    })

  it('is waited for while two are taken', async () => {
    const gate = gateWith()
    const later = `turn-${uptimeMs() + LAST_MS}`
    const [first] = othersIn(gate, later, later)
    const mine = gate.spool.begin('mine')
    const taken = takeSlot(gate.spool, mine, LAST_MS)
    await new Promise((resolve) => {
      setTimeout(resolve, 250)
    })
    assert.equal(turnsIn(gate), 2)
    first?.discard()
    await taken
    assert.equal(turnsIn(gate), 2)
    mine.discard()
    assert.equal(turnsIn(gate), 1)
  })

  it('ends: one that hangs leaves no core, and a line in the log', async () => {
    const gate = gateWith({ scrub: HANGS, slotMs: () => 100 })
    const done = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.match(done.outcome === 'lost' ? done.why : '', /had not ended after 0 seconds/)
    assert.match(logOf(gate), /problem .*no core, its scrub had not ended/)
    assert.deepEqual(filesIn(gate.spool.folder), [])
  })

  it('lasts ten minutes at least, and longer for what is large', () => {
    assert.equal(slotMs(0), 600_000)
    assert.equal(slotMs(64e9), 600_000 + 64e6)
  })
})
