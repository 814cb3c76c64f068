import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { KernelMemory } from '../../src/anchors/kernel_memory.ts'
import {
  type ScheduleHit,
  ScheduleKernel,
  type ScheduleLayout,
} from '../../src/schedules/aes_schedule.ts'
import { decryptionSchedule, expandKey } from '../../src/schedules/aes_words.ts'
import { findSchedulesReference } from './schedules_reference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 100)
const kernel = new ScheduleKernel(new KernelMemory(1 << 20))

interface Planted {
  readonly at: number
  readonly layout: ScheduleLayout
  readonly isSwapped: boolean
  readonly key: Uint8Array
}

function scheduleBytes({ layout, isSwapped, key }: Omit<Planted, 'at'>): Uint8Array {
  const plain = expandKey(key)
  const words =
    layout === 'encryption' ? plain : decryptionSchedule(plain, layout === 'decryption-forward')
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, !isSwapped)
  return bytes
}

const order = (a: ScheduleHit, b: ScheduleHit) =>
  a.at - b.at || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
const sorted = (hits: readonly ScheduleHit[]) => [...hits].toSorted(order)

const planted: fc.Arbitrary<Planted> = fc.record({
  at: fc.nat(400),
  layout: fc.constantFrom('encryption', 'decryption', 'decryption-forward'),
  isSwapped: fc.boolean(),
  key: fc.constantFrom(16, 24, 32).chain((length) =>
    fc.oneof(
      fc.uint8Array({ minLength: length, maxLength: length }),
      // Keys of few values: their schedules begin with words that look like anything else in memory.
      fc.uint8Array({ minLength: length, maxLength: length, max: 1 }),
    ),
  ),
})

const filler = fc.oneof(
  fc.constant(new Uint8Array(600)),
  fc.uint8Array({ minLength: 500, maxLength: 600, max: 2 }),
  fc.uint8Array({ minLength: 500, maxLength: 600 }),
)

it('the SIMD kernel finds the schedules that the reference finds', () => {
  fc.assert(
    fc.property(
      filler,
      fc.array(planted, { maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(599), fc.nat(255)), { maxLength: 2 }),
      fc.nat(40),
      fc.nat(600),
      (bytes, plants, damage, from, to) => {
        const copy = bytes.slice()
        for (const plant of plants) {
          const schedule = scheduleBytes(plant)
          copy.set(schedule.subarray(0, Math.max(0, copy.length - plant.at)), plant.at)
        }
        for (const [at, value] of damage) if (at < copy.length) copy[at] = value
        const end = Math.min(to, copy.length)
        assert.deepEqual(
          sorted(kernel.find(copy, from, end)),
          sorted(findSchedulesReference(copy, from, end)),
        )
      },
    ),
    { numRuns },
  )
})

const ENCODINGS: readonly ScheduleLayout[] = ['encryption', 'decryption', 'decryption-forward']
for (const layout of ENCODINGS) {
  for (const keyWords of [4, 6, 8] as const) {
    for (const isSwapped of [false, true]) {
      const key = new Uint8Array(keyWords * 4).map((_, i) => 7 * i + keyWords)
      const schedule = scheduleBytes({ layout, isSwapped, key })
      const name = `${keyWords * 32} bits, ${layout}${isSwapped ? ', swapped' : ''}`

      it(`finds ${name}, at every offset of four`, () => {
        for (let at = 0; at < 64; at += 4) {
          const bytes = new Uint8Array(at + schedule.length)
          bytes.set(schedule, at)
          const hit = { at, layout, isSwapped, keyWords, isHeadless: false }
          assert.deepEqual(kernel.find(bytes, 0, bytes.length), [hit])
        }
      })

      it(`finds ${name} whose first 16 bytes are overwritten`, () => {
        const bytes = new Uint8Array(64 + schedule.length).fill(0x41)
        bytes.set(schedule.subarray(16), 48)
        const hit = { at: 48, layout, isSwapped, keyWords, isHeadless: true }
        assert.deepEqual(kernel.find(bytes, 0, bytes.length), [hit])
      })

      it(`finds nothing in ${name} with any later byte changed`, () => {
        for (let at = 16; at < schedule.length; at++) {
          const bytes = schedule.slice()
          bytes[at] = (bytes[at] ?? 0) ^ 1
          assert.deepEqual(kernel.find(bytes, 0, bytes.length), [])
        }
      })
    }
  }
}

it('reports each schedule once across the borders of neighbouring ranges', () => {
  const bytes = new Uint8Array(4096)
  const key = new Uint8Array(32).map((_, i) => i ^ 0x5a)
  const schedule = scheduleBytes({ layout: 'encryption', isSwapped: false, key })
  for (let at = 0; at + 240 <= bytes.length; at += 256) bytes.set(schedule, at)
  const hits: ScheduleHit[] = []
  for (let from = 0; from < bytes.length; from += 100) {
    hits.push(...kernel.find(bytes, from, Math.min(from + 100, bytes.length)))
  }
  assert.deepEqual(
    hits.map(({ at }) => at),
    Array.from({ length: 16 }, (_, i) => 256 * i),
  )
})

it('finds all of a window full of schedules, more than its table holds', () => {
  const key = new Uint8Array(16).map((_, i) => i * i)
  const schedule = scheduleBytes({ layout: 'encryption', isSwapped: false, key })
  const count = Math.floor((1 << 20) / schedule.length)
  const bytes = new Uint8Array(count * schedule.length)
  for (let i = 0; i < count; i++) {
    key[0] = i & 255
    key[1] = i >> 8
    bytes.set(scheduleBytes({ layout: 'encryption', isSwapped: false, key }), i * schedule.length)
  }
  assert.equal(kernel.find(bytes, 0, bytes.length).length, count)
})
