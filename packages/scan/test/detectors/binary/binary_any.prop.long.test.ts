import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyFromDer } from '@mintmark/keys/der_keys/key_from_der'
import { UNLIMITED, WorkBudget } from '@mintmark/keys/material/work_budget'
import { noise } from '@mintmark/testkit/noise'
import * as fc from 'fast-check'
import { REACH } from '../../../src/anchors/anchor.ts'
import { BINARY_ANCHORS } from '../../../src/detectors/binary/binary_anchors.ts'
import { hitsIn, offsetsIn } from './binary_hits.ts'
import { DER_SAMPLES } from './der_world.ts'

const PROBE = { budget: UNLIMITED }

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

/** Parts that lead deep into detectors: anchors, lengths, small numbers, whole keys cut anywhere. */
const pieces = fc.oneof(
  fc.constantFrom(...BINARY_ANCHORS.map(({ pattern }) => pattern)),
  fc.constantFrom(
    ...['30', '3080', '308200', '0282', '0481', '048200', '00000020', 'ffffffff'].map((letters) =>
      hex(letters),
    ),
  ),
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(...DER_SAMPLES.filter(({ der }) => der.length < 700)),
      fc.nat(700),
      fc.nat(700),
    )
    .map(([{ der }, from, to]) => der.subarray(Math.min(from, der.length), Math.max(from, to))),
)

const anyBytes = fc
  .array(pieces, { maxLength: 24 })
  .map((parts) => new Uint8Array(Buffer.concat(parts)))

describe('any bytes', () => {
  it('give hits within them, the same each time, and leave them as they were', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const before = Buffer.from(bytes)
        const hits = hitsIn(bytes)
        for (const { offset, length, certainty, material } of hits) {
          assert.ok(offset >= 0 && length > 0 && offset + length <= bytes.length)
          if (certainty === 'verified') assert.ok(material)
        }
        assert.ok(before.equals(bytes))
      }),
      { numRuns },
    )
  })

  it('pass every detector at every offset without an error', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        for (const { detect } of BINARY_ANCHORS) {
          for (const at of [0, 1, bytes.length >> 1, bytes.length - 1]) {
            if (at >= 0 && at < bytes.length) detect(bytes, at, PROBE)
          }
        }
        keyFromDer(bytes)
      }),
      { numRuns },
    )
  })
})

describe('the anchors', () => {
  it('have names of their own, patterns of 2 to 16 bytes and a bounded reach', () => {
    assert.equal(new Set(BINARY_ANCHORS.map(({ name }) => name)).size, BINARY_ANCHORS.length)
    for (const { pattern, mask, before, behind } of BINARY_ANCHORS) {
      assert.ok(pattern.length >= 2 && pattern.length <= 16)
      assert.ok(mask === undefined || mask.length === pattern.length)
      assert.ok(before <= REACH && behind <= REACH)
    }
  })

  it('find what they find with no more in reach than they ask for', () => {
    for (const { der, name } of DER_SAMPLES) {
      const bytes = Buffer.concat([noise(2000, 'a'), der, noise(2000, 'b')])
      for (const { anchor, at } of offsetsIn(bytes)) {
        const whole = anchor.detect(bytes, at, PROBE)
        const from = Math.max(0, at - anchor.before)
        const near = anchor.detect(bytes.subarray(from, at + anchor.behind), at - from, PROBE)
        assert.equal(near && near.offset + from, whole?.offset, `${name} by ${anchor.name}`)
      }
    }
  })
})

function hex(letters: string): Buffer {
  return Buffer.from(letters, 'hex')
}

/** Of the processor: others may have it meanwhile. */
function spentByNowMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

describe('bytes made to hold a scan up', () => {
  const length = 1 << 16
  const fill = (unit: Uint8Array): Buffer => Buffer.alloc(length, unit)
  const cases = [
    ...BINARY_ANCHORS.map(({ name, pattern }) => ({ name, bytes: fill(pattern) })),
    { name: 'numbers of 128 bytes', bytes: fill(Buffer.concat([hex('028180'), noise(128)])) },
    {
      name: 'libgcrypt tokens',
      bytes: fill(Buffer.concat([hex('0403010100700181'), hex('0000'), noise(128)])),
    },
    { name: 'deep nesting', bytes: fill(hex('3084000fffff020100')) },
    {
      name: 'e and d, over and over',
      bytes: fill(Buffer.concat([hex('0203010001028180'), noise(128)])),
    },
    {
      name: 'keys of Ed25519',
      bytes: fill(Buffer.concat([hex('302e020100300506032b657004220420'), noise(32)])),
    },
  ]

  it('take seconds of a processor for 64 KiB, not minutes', () => {
    const slow: string[] = []
    for (const { name, bytes } of cases) {
      const beginMs = spentByNowMs()
      const budget = new WorkBudget()
      for (const { anchor, at } of offsetsIn(bytes)) anchor.detect(bytes, at, { budget })
      const spentMs = spentByNowMs() - beginMs
      const countedMs = budget.end().cost / 1e6
      // The count is the same on every machine, and at most 160 ms. The time is for what is not counted.
      if (countedMs > 300 || spentMs > 20_000)
        slow.push(`${name}: counted ${countedMs} ms, took ${spentMs.toFixed()} ms`)
    }
    assert.deepEqual(slow, [])
  })
})
