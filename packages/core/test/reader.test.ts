import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { Reader } from '../src/reader.ts'

const bytes = Uint8Array.of(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09)

describe('a Reader', () => {
  it('reads little-endian numbers one after another', () => {
    const reader = new Reader(bytes, true)
    assert.deepEqual([reader.u8(), reader.u16(), reader.u32()], [0x01, 0x0302, 0x07060504])
    assert.deepEqual([reader.at, reader.left], [7, 2])
  })

  it('reads big-endian numbers one after another', () => {
    const reader = new Reader(bytes, false)
    assert.deepEqual([reader.u8(), reader.u64()], [1, 0x0203040506070809n])
    assert.equal(reader.left, 0)
  })

  it('gives views of the bytes, from a view with its own begin', () => {
    const reader = new Reader(bytes.subarray(2, 6), true).skip(1)
    assert.deepEqual([...reader.bytes(2)], [0x04, 0x05])
    assert.equal(reader.u8(), 0x06)
  })

  for (const { name, read } of [
    { name: 'u8', read: (reader: Reader) => reader.seek(9).u8() },
    { name: 'u16', read: (reader: Reader) => reader.seek(8).u16() },
    { name: 'u32', read: (reader: Reader) => reader.seek(6).u32() },
    { name: 'u64', read: (reader: Reader) => reader.seek(2).u64() },
    { name: 'size', read: (reader: Reader) => reader.seek(1e12).size() },
    { name: 'bytes', read: (reader: Reader) => reader.bytes(10) },
    { name: 'bytes of a negative length', read: (reader: Reader) => reader.bytes(-1) },
    { name: 'a place before the begin', read: (reader: Reader) => reader.seek(-1).u8() },
  ]) {
    it(`refuses ${name} past the end, and does not move`, () => {
      assert.throws(() => read(new Reader(bytes, true)), { code: 'INPUT_INVALID' })
    })
  }

  it('reads a size as DataView does, up to 2^53 − 1, in both byte orders', () => {
    const value = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(...EDGES))
    fc.assert(
      fc.property(value, fc.boolean(), (wanted, isLittleEndian) => {
        const at = new Uint8Array(8)
        new DataView(at.buffer).setBigUint64(0, wanted, isLittleEndian)
        assert.equal(new Reader(at, isLittleEndian).size(), Number(wanted > MOST ? MOST : wanted))
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
  })
})

const MOST = BigInt(Number.MAX_SAFE_INTEGER)
const EDGES = [0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n]
