/* oxlint-disable eslint/no-await-in-loop -- one core after another */
import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { CHUNK_BYTES } from '@mintmark/scan/buffer/buffer_layout'
import * as fc from 'fast-check'
import { receiveCore, type Scrub } from '../src/index.ts'
import { refuseFullDisk } from '../src/spool/free_space.ts'
import { autoBound, boundBytes, MemoryPool } from '../src/spool/memory_pool.ts'
import { Spool } from '../src/spool/spool.ts'
import { arrivalOfBytes, erasing, gateWith, logOf, place } from './gate_world.ts'

const CORE = Buffer.alloc(3 << 16, 'core ')
const newSpool = () => Spool.open(place('spool'), { isMade: true })

describe('memory of many receivers', () => {
  it('keeps to one bound in sum, whoever asks when and gives up when', () => {
    const steps = fc.array(fc.tuple(fc.nat(4), fc.constantFrom(1, 3, 9, 'gone' as const)), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(steps, fc.nat(40), (asked, most) => {
        const spool = newSpool()
        const bound = most * CHUNK_BYTES
        const begin = () => {
          const entry = spool.begin('one')
          return { entry, pool: new MemoryPool(spool, entry, bound), kept: 0 }
        }
        const receivers = Array.from({ length: 5 }, begin)
        for (const [which, what] of asked) {
          const receiver = receivers[which] ?? begin()
          if (what === 'gone') {
            receiver.entry.discard()
            receivers[which] = begin()
          } else if (receiver.pool.take(what * CHUNK_BYTES)) receiver.kept += what * CHUNK_BYTES
          const kept = receivers.reduce((sum, each) => sum + each.kept, 0)
          assert.ok(kept <= spool.bufferedBytes() && spool.bufferedBytes() <= bound)
        }
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 30) },
    )
  })

  it('is given to one as a whole where there is nobody else', () => {
    const spool = newSpool()
    const pool = new MemoryPool(spool, spool.begin('one'), 20 * CHUNK_BYTES)
    for (let i = 0; i < 20; i++) assert.ok(pool.take(CHUNK_BYTES))
    assert.equal(pool.take(1), false)
  })

  it('is a quarter of what is available, buffered bytes included, and at most 4 GiB', () => {
    assert.equal(autoBound(4 << 20), 1 << 20)
    assert.equal(autoBound(2 ** 40), 4 * 2 ** 30)
    const spool = newSpool()
    assert.equal(boundBytes(spool, 7), 7)
    assert.ok(boundBytes(spool, 'auto') > 0)
  })
})

describe('cores that come at once', () => {
  it('are scrubbed two at a time, the oldest first, and all land', async () => {
    const [running, order]: [Set<string>, string[]] = [new Set(), []]
    let most = 0
    const scrub: Scrub = async (input, name) => {
      order.push(name)
      running.add(name)
      most = Math.max(most, running.size)
      await new Promise((resolve) => {
        setTimeout(resolve, 150)
      })
      running.delete(name)
      return await erasing()(input, name)
    }
    const gate = gateWith({
      scrub,
      limits: { maxMemoryBytes: 0, maxSizeBytes: 1 << 30, maxAtOnce: 12, keepFreeBytes: 0 },
    })
    const names = Array.from({ length: 6 }, (_, i) => `core.${i}`)
    const done = await Promise.all(
      names.map((name) => receiveCore(gate, arrivalOfBytes(CORE, name))),
    )
    assert.deepEqual(new Set(done.map(({ outcome }) => outcome)), new Set(['core']))
    assert.equal(order.length, 6)
    assert.equal(most, 2)
  })

  it('of one program take half of the places, so that others find one', async () => {
    const limits = { maxMemoryBytes: 0, maxSizeBytes: 1 << 30, maxAtOnce: 2, keepFreeBytes: 0 }
    const gate = gateWith({ limits })
    const first = gate.spool.begin('test')
    const second = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.match(second.outcome === 'lost' ? second.why : '', /1 cores of this program/)
    const other = await receiveCore(gate, { ...arrivalOfBytes(CORE), program: 'other' })
    assert.equal(other.outcome, 'core')
    assert.match(logOf(gate), /problem .*1 cores of this program are being received already/)
    first.discard()
    assert.equal((await receiveCore(gate, arrivalOfBytes(CORE))).outcome, 'core')
  })
})

describe('the disk of the spool', () => {
  it('keeps the room that is to stay free: nothing of a core is read then', async () => {
    const limits = { maxMemoryBytes: 0, maxSizeBytes: 1 << 30, maxAtOnce: 4 }
    const gate = gateWith({ limits: { ...limits, keepFreeBytes: 2 ** 60 } })
    const done = await receiveCore(gate, arrivalOfBytes(CORE))
    assert.match(done.outcome === 'lost' ? done.why : '', /to stay free \(DISK_FULL\)/)
    assert.deepEqual([gate.spool.entries(), gate.spool.atWork()], [[], []])
    const { freeBytes, totalBytes } = gate.spool.room()
    assert.ok(freeBytes <= totalBytes)
    refuseFullDisk(gate.spool, 0)
    assert.throws(() => refuseFullDisk(gate.spool, freeBytes + 2 ** 40), { code: 'DISK_FULL' })
  })
})

describe('what the spool says of buffered bytes', () => {
  it('goes with who said it, and takes no place of a core', async () => {
    const gate = gateWith()
    const entry = gate.spool.begin('one')
    entry.sayBuffered(2 ** 40)
    assert.equal(gate.spool.bufferedBytes(), 2 ** 40)
    writeFileSync(path.join(entry.folder, 'core.gz'), '')
    const folder = entry.publish('core.one')
    assert.equal(gate.spool.bufferedBytes(), 0)
    assert.throws(() => truncateSync(path.join(folder, 'ticket-one'), 1), { code: 'ENOENT' })
  })
})
