import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KernelMemory } from '../../src/anchors/kernel_memory.ts'
import { HmacSearch } from '../../src/schedules/hmac.ts'

const memory = new KernelMemory(1 << 16)
const search = new HmacSearch(memory, false)

/** A key's two blocks, `distance` apart, at `at`. */
function pads(key: Uint8Array, block: number, at: number, distance: number): Uint8Array {
  const bytes = new Uint8Array(at + distance + block + 40).fill(0xee)
  for (let i = 0; i < block; i++) {
    bytes[at + i] = (key[i] ?? 0) ^ 0x36
    bytes[at + distance + i] = (key[i] ?? 0) ^ 0x5c
  }
  return bytes
}

const keyOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 73 + 19) & 255)

describe('the padded blocks of an HMAC key', () => {
  for (const { block, key } of [
    { block: 64, key: 32 },
    { block: 64, key: 20 },
    { block: 64, key: 63 },
    { block: 128, key: 64 },
    { block: 128, key: 32 },
    { block: 136, key: 32 },
    { block: 104, key: 48 },
  ]) {
    it(`of ${block} bytes give a key of ${key} bytes, in either order, anywhere`, () => {
      for (const at of [0, 3, 17, 64]) {
        for (const distance of [block, block + 8, 1024]) {
          const bytes = pads(keyOf(key), block, at, distance)
          const flipped = bytes.map((byte, i) => (i < at || byte === 0xee ? byte : byte ^ 0x6a))
          for (const window of [bytes, flipped]) {
            const [hit, ...more] = search.search(window, 0, window.length)
            assert.deepEqual(more, [])
            const { key: found, ...rest } = hit ?? assert.fail('nothing found')
            assert.deepEqual(rest, {
              offset: at,
              length: distance + block,
              encoding: 'hmac-pads',
            })
            const { material, verification, ...facts } = found
            assert.deepEqual(facts, {
              kind: 'hmac',
              bits: key * 8,
              certainty: 'verified',
              note: undefined,
            })
            assert.match(verification, /ipad/)
            assert.ok(material?.type === 'hmac')
            assert.deepEqual(material.secret, keyOf(key))
          }
        }
      }
    })
  }

  it('that the key fills are an unverified key, for which is which is not known', () => {
    const [hit] = search.search(pads(keyOf(64), 64, 8, 64), 0, 300)
    assert.equal(hit?.key.certainty, 'unverified')
  })

  it('are none where they hold no values of a key', () => {
    for (const key of [new Uint8Array(0), new Uint8Array(32).fill(7), keyOf(7)]) {
      assert.deepEqual(search.search(pads(key, 64, 8, 64), 0, 300), [])
    }
  })

  it('are none with one byte changed in the middle', () => {
    const bytes = pads(keyOf(32), 64, 8, 64)
    bytes[30] = (bytes[30] ?? 0) ^ 1
    assert.deepEqual(search.search(bytes, 0, bytes.length), [])
  })
})

/** In GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1. */
function product(a: number, b: number): number {
  let sum = 0
  for (let [left, bits] = [a, b]; bits > 0; bits >>= 1) {
    if ((bits & 1) === 1) sum ^= left
    left = (left << 1) ^ (left > 127 ? 0x11d : 0)
  }
  return sum
}

it('rows of a multiplication table, which differ as padded blocks do, are no HMAC key', () => {
  const table = Uint8Array.from({ length: 1 << 16 }, (_, i) => product(i >> 8, i & 255))
  for (let at = 0; at < table.length; at += 4096)
    assert.deepEqual(search.search(table, at, at + 4096), [])
})
