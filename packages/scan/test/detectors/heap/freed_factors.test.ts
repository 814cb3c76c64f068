/** Factors of known keys in chunks that were freed: without their first bytes. */
import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { noise } from '@mintmark/testkit/noise'
import { KnownKeySearch } from '../../../src/known/secrets/known_key_search.ts'
import { SLICE } from '../../../src/slices/conjugate.ts'
import { keyOf } from './malloc_heap.ts'

interface Known {
  readonly publicKey: PublicKey
  readonly p: Buffer
  readonly q: Buffer
}

function knownOf(bits: number): Known {
  const privateKey = keyOf(bits)
  const jwk = privateKey.export({ format: 'jwk' })
  const spki = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' })
  const [publicKey] = parsePublicKeys(Buffer.from(spki), 'key').keys
  assert.ok(publicKey !== undefined)
  return {
    publicKey,
    p: Buffer.from(jwk.p ?? '', 'base64url'),
    q: Buffer.from(jwk.q ?? '', 'base64url'),
  }
}

/** What `free` leaves of a chunk whose size is in `word`. */
function freed(word: number, over: Buffer, present: Buffer): Buffer {
  const size = Buffer.alloc(8)
  size.writeUInt16LE(word)
  const rest = (word & ~7) - 8 - present.length
  return Buffer.concat([size, over, present.subarray(16), Buffer.alloc(Math.max(0, rest))])
}

/** Bytes that something is planted in, and what is around it. */
function around(at: number, chunk: Buffer, length = 1 << 16): Buffer {
  const bytes = Buffer.alloc(length)
  for (let k = 0; k < length; k += 24) bytes.writeUInt16LE(k & 0xffff, k)
  chunk.copy(bytes, at - 8)
  return bytes
}

const withZero = (number: Buffer): Buffer => Buffer.concat([Buffer.of(0), number])

/** A chunk behind one in use, and of another arena. */
const FLAGS = [0, 1, 4, 5] as const

const POINTERS = Buffer.from('e0ab0d58d17f0000e0ab0d58d17f0000', 'hex')
const OVER: Readonly<Record<string, Buffer>> = {
  addresses: POINTERS,
  'a guarded address and a random key': Buffer.concat([
    Buffer.from('93d7c6510f050000', 'hex'),
    noise(8, 'key'),
  ]),
  zeros: Buffer.alloc(16),
}

/** Where factors are found, and the primes of the key that they give. */
function found(key: Known, bytes: Uint8Array, discovered = false): readonly string[] {
  const given = discovered ? [] : [key.publicKey]
  const search = new KnownKeySearch(given, {
    deep: false,
    discovered: discovered ? [key.publicKey] : [],
  })
  const hits = search.search(bytes, 0, bytes.length)
  return hits.map(({ offset, length, encoding, key: { certainty, material } }) => {
    assert.ok(material?.type === 'rsa' && material.p !== undefined && material.q !== undefined)
    const primes = new Set([fromBigEndian(key.p), fromBigEndian(key.q)])
    assert.ok(primes.has(material.p) && primes.has(material.q))
    return `${certainty} ${encoding} at ${offset}, ${length} bytes`
  })
}

describe('a factor in a chunk that was freed', () => {
  for (const bits of [1024, 2048, 3072]) {
    it(`is found from what is left of it, of a key of ${bits} bits`, () => {
      const key = knownOf(bits)
      const overs = Object.entries(OVER)
      for (const [index, number] of [key.p, key.q, withZero(key.p), withZero(key.q)].entries()) {
        const [over, first] = overs[index % overs.length] ?? ['', POINTERS]
        const least = (number.length + 8 + 15) & ~15
        const word = least + 16 * (index & 1) + (FLAGS[index] ?? 0)
        const bytes = around(4096, freed(word, first, number))
        const expected = [`verified limbs-be at 4112, ${number.length - 16} bytes`]
        assert.deepEqual(found(key, bytes, index === 1), expected, `${over}, ${index}`)
      }
    })
  }

  it('is found wherever slices of a window end', () => {
    const key = knownOf(2048)
    const chunk = freed(0x91, POINTERS, withZero(key.p))
    for (const at of [16, SLICE - 144, SLICE - 112, SLICE - 16, SLICE, SLICE + 16]) {
      const bytes = around(at, chunk, 2 * SLICE)
      assert.deepEqual(found(key, bytes), [`verified limbs-be at ${at + 16}, 113 bytes`], `${at}`)
    }
  })

  it('is none where a bit of it is another, or no chunk is there', () => {
    const key = knownOf(2048)
    for (const offset of [20, 60, 127, 128]) {
      const chunk = freed(0x91, POINTERS, withZero(key.p))
      chunk[8 + offset] = (chunk[8 + offset] ?? 0) ^ 4
      assert.deepEqual(found(key, around(4096, chunk)), [], `${offset}`)
    }
    for (const word of [0x81, 0xe1, 0x1091]) {
      const chunk = freed(0x91, POINTERS, withZero(key.p))
      chunk.writeUInt16LE(word)
      assert.deepEqual(found(key, around(4096, chunk)), [], `${word}`)
    }
  })
})

describe('chunks of random bytes', () => {
  it('are tested as far as there is time: what is behind too many is not found', () => {
    const key = knownOf(2048)
    const real = freed(0xa1, POINTERS, withZero(key.p))
    const random = Array.from({ length: 3000 }, (_, i) => {
      const bytes = freed(0xa1, POINTERS, noise(136, `chunk ${i}`))
      bytes[8 + 128] = 1
      return bytes
    })
    const bytes = Buffer.concat([Buffer.alloc(8), real, ...random, real])
    assert.deepEqual(found(key, bytes), ['verified limbs-be at 32, 113 bytes'])
    const few = Buffer.concat([Buffer.alloc(8), ...random.slice(0, 300), real])
    assert.deepEqual(found(key, few), [`verified limbs-be at ${few.length - 136}, 113 bytes`])
  })
})
