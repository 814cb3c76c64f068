import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNLIMITED } from '@mintmark/keys/material/work_budget'
import * as fc from 'fast-check'
import { KernelMemory } from '../../src/anchors/kernel_memory.ts'
import { LayerReader, STRIDE } from '../../src/encoded/encoded_layers.ts'
import { EncodedOffsets } from '../../src/encoded/encoded_offsets.ts'
import { isEncodedOffsetReference } from './offsets_reference.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300)
const kernel = new EncodedOffsets(new KernelMemory(1 << 20))

const letters = fc.stringMatching(/^[\w+/-]{0,40}$/)
const list = fc.stringMatching(/^(?:0x[\da-f]{2}, ?|\d{1,3}, ){0,12}$/)
const even = fc.stringMatching(/^[AB]{0,20}[a-c]{0,40}$/)
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')
const part = fc.oneof(
  fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes)),
  letters.map((text) => Buffer.from(text)),
  list.map((text) => Buffer.from(text)),
  even.map((text) => Buffer.from(text)),
  letters.map((text) => wide(text)),
  list.map((text) => Buffer.concat([Buffer.of(0), wide(text)])),
)
const parts = fc
  .array(part, { minLength: 1, maxLength: 12 })
  .map((all) => new Uint8Array(Buffer.concat(all)))

describe('offsets of encoded text', () => {
  it('are those that the reference names', () => {
    let named = 0
    fc.assert(
      fc.property(
        parts,
        fc.nat(40),
        fc.nat(400),
        fc.constantFrom(1, 3, STRIDE),
        (bytes, from, to, step) => {
          const end = Math.min(to, bytes.length)
          const expected: number[] = []
          for (let at = from; at < end; at += step) {
            if (isEncodedOffsetReference(bytes, at)) expected.push(at)
          }
          assert.deepEqual(kernel.find(bytes, from, end, step), expected)
          named += expected.length
        },
      ),
      { numRuns },
    )
    assert.ok(named > numRuns, `only ${named} offsets were named`)
  })

  it('are all reported where there are more than the kernel has room for', () => {
    const bytes = Buffer.alloc(1 << 16, 'ac')
    assert.equal(kernel.find(bytes, 0, bytes.length, 1).length, bytes.length - 15)
  })

  it('lead to the text that is found where every offset is examined', () => {
    const text = Buffer.from(
      Buffer.from('a text that is encoded twice, at any offset '.repeat(3)).toString('hex'),
    )
    const spelled = [text.toString('base64'), text.toString('hex'), [...text].join(', ')]
    for (const [k, spelling] of spelled.entries()) {
      for (const chars of [Buffer.from(spelling), wide(spelling)]) {
        for (let lead = 0; lead < STRIDE; lead += 5) {
          const bytes = Buffer.concat([Buffer.alloc(lead, 0x81), chars, Buffer.alloc(20, 0x81)])
          const offsets = kernel.find(bytes, 0, bytes.length, STRIDE)
          assert.deepEqual(layersOf(bytes, offsets), layersOf(bytes), `${k} ${lead}`)
          assert.ok(layersOf(bytes).length > 1, `${k} ${lead}`)
        }
      }
    }
  })
})

/** What is encoded in what, and where, of all layers that are read. */
function layersOf(bytes: Uint8Array, offsets?: readonly number[]): string[] {
  const seen: string[] = []
  const take = ({
    coding,
    bytes: own,
    spanOf,
  }: Parameters<Parameters<LayerReader['read']>[3]>[0]) => {
    seen.push(`${coding} ${own.length} ${JSON.stringify(spanOf(0, own.length))}`)
  }
  new LayerReader({ isDeep: false }).read(
    bytes,
    0,
    bytes.length,
    take,
    { budget: UNLIMITED },
    offsets,
  )
  return seen
}
