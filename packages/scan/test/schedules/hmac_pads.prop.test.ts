import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { KernelMemory } from '../../src/anchors/kernel_memory.ts'
import { type PadHit, PadKernel } from '../../src/schedules/hmac_pads.ts'
import { findPadsReference } from './pads_reference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const memory = new KernelMemory(1 << 20)
const kernel = new PadKernel(memory)

const flipped = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x6a)

/** Bytes in which no word is there twice. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed
  return new Uint8Array(length).map(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}

it('the kernel finds the pairs that the reference finds', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(),
        length: fc.integer({ min: 1500, max: 2600 }),
        fill: fc.boolean(),
      }),
      fc.integer({ min: 40, max: 180 }),
      fc.nat(1300),
      fc.oneof(
        fc.nat(1100),
        fc.nat(130).map((n) => 8 * n),
      ),
      fc.constantFrom(1 as const, 8 as const),
      fc.nat(1500),
      fc.nat(2600),
      ({ seed, length, fill }, blockBytes, at, distance, step, from, to) => {
        const bytes = fill ? noise(seed, length) : new Uint8Array(length)
        const block = noise(seed + 1, blockBytes)
        for (const [i, byte] of block.entries()) {
          if (at + i < length) bytes[at + i] = byte
          if (at + distance + i < length) bytes[at + distance + i] = byte ^ 0x6a
        }
        const end = Math.min(to, bytes.length)
        assert.deepEqual(
          kernel.find(bytes, from, end, step),
          findPadsReference(bytes, from, end, step),
        )
      },
    ),
    { numRuns: Math.min(numRuns, 100) },
  )
})

it('reports a pair once, whatever borders it crosses', () => {
  const block = Uint8Array.from({ length: 64 }, (_, i) => 3 * i + 1)
  const bytes = new Uint8Array(5000)
  bytes.set(block, 2005)
  bytes.set(flipped(block), 2069)
  const hits: PadHit[] = []
  for (let from = 0; from < bytes.length; from += 200) {
    hits.push(...kernel.find(bytes, from, Math.min(from + 200, bytes.length), 8))
  }
  assert.deepEqual(hits, [{ at: 2005, distance: 64, length: 64 }])
})

it('finds all pairs of a window full of them, more than its table holds', () => {
  const count = 6000
  const bytes = new Uint8Array(136 * count)
  for (let i = 0; i < count; i++) {
    const block = noise(Math.imul(i, 7919), 64)
    bytes.set(block, 136 * i)
    bytes.set(flipped(block), 136 * i + 64)
  }
  assert.equal(kernel.find(bytes, 0, bytes.length, 8).length, count)
})

it('what repeats over more than a pad is none', () => {
  const bytes = new Uint8Array(8192)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i % 64) ^ ((i >> 6) % 2 === 0 ? 0 : 0x6a)
  assert.deepEqual(kernel.find(bytes, 0, bytes.length, 8), [])
})
