import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { decodePublication, encodePublication } from '../src/index.ts'

const text = (maxLength: number) =>
  fc.string({ maxLength }).map((each) => Buffer.from(each).toString('hex'))
const publication = fc.record(
  {
    shard: text(80),
    first: fc.maxSafeNat(),
    entries: fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }),
    checkpoint: text(200),
  },
  { noNullPrototype: true },
)

it('a publication that is read is the one that was written', () => {
  fc.assert(
    fc.property(publication, (written) => {
      const read = decodePublication(encodePublication(written))
      assert.ok(read !== undefined)
      const entries = read.entries.map((entry) => Uint8Array.from(entry))
      assert.deepEqual({ ...read, entries }, written)
    }),
  )
})

it('bytes that are cut, or none at all, are no publication and no failure', () => {
  fc.assert(
    fc.property(publication, fc.nat(), (written, at) => {
      const bytes = encodePublication({ ...written, entries: [Buffer.alloc(3)] })
      assert.equal(decodePublication(bytes.subarray(0, at % (bytes.length - 5))), undefined)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodePublication(bytes)),
  )
})
