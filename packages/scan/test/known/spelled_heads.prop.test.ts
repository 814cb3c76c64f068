import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { it } from 'node:test'
import { bitLength, fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import * as fc from 'fast-check'
import {
  encodingsOf,
  LEAST_BYTES,
  spellingOf,
  spellingsOf,
} from '../../src/known/values/encodings.ts'
import { HeadSpeller } from '../../src/known/values/spelled_heads.ts'
import { BEFORE } from '../../src/slices/conjugate.ts'

interface Head {
  readonly slot: number
  readonly head: Uint8Array
  readonly length: number
}

const speller = new HeadSpeller()

function headsOf(value: bigint, bits: number): readonly Head[] {
  const heads: Head[] = []
  speller.spell(value, bits, (slot, head, length) =>
    heads.push({ slot, head: head.slice(), length }),
  )
  return heads
}

const sized = fc
  .record({ bytes: fc.uint8Array({ minLength: 8, maxLength: 150 }), more: fc.nat(90) })
  .map(({ bytes, more }) => {
    const value = fromBigEndian(bytes) | 1n
    return { value, bits: bitLength(value) + more }
  })

it('one spelling is what it is among all', () => {
  fc.assert(
    fc.property(sized, ({ value, bits }) => {
      const all = spellingsOf(value, bits)
      for (const [slot, spelling] of all.entries()) {
        assert.deepEqual(spellingOf(value, bits, slot), spelling)
      }
      assert.equal(spellingOf(value, bits, all.length), undefined)
    }),
    { numRuns: 40 },
  )
})

it('heads are the first bytes of the spellings, and only what is short or told already is left out', () => {
  fc.assert(
    fc.property(sized, ({ value, bits }) => {
      const spellings = spellingsOf(value, bits).map(({ bytes }) => bytes)
      const heads = headsOf(value, bits)
      for (const { slot, head, length } of heads) {
        assert.equal(spellings[slot]?.length, length)
        assert.deepEqual(head, Uint8Array.from(spellings[slot].subarray(0, BEFORE)))
      }
      const taken = new Set(heads.map(({ slot }) => slot))
      for (const [slot, bytes] of spellings.entries()) {
        if (taken.has(slot) || bytes.length < LEAST_BYTES) continue
        const isTold = spellings.some(
          (other, earlier) => earlier < slot && Buffer.compare(other, bytes) === 0,
        )
        assert.ok(isTold, `spelling ${slot} of ${bits} bits`)
      }
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 500) },
  )
})

for (const bits of [128, 255, 256, 257, 384, 512, 521, 1024, 2048])
  it(`of random numbers of ${bits} bits there are as many as there are spellings`, () => {
    for (let number = 0; number < 20; number++) {
      const bytes = createHash('shake256', { outputLength: 257 }).update(`${number}`).digest()
      const value = BigInt.asUintN(bits, fromBigEndian(bytes)) | 1n
      for (const field of [bits, bits + 1, bits + 9]) {
        assert.equal(headsOf(value, field).length, encodingsOf(value, field).length)
      }
    }
  })
