import assert from 'node:assert/strict'
import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { fromBigEndian } from '../src/arithmetic/modular.ts'
import { MALLOC_RSA_ANCHORS } from '../src/detectors/malloc_rsa.ts'

const keyOf = (modulusLength: number, publicExponent = 65_537): KeyObject =>
  readAgain(generateKeyPairSync('rsa', { modulusLength, publicExponent })).privateKey

/** Lowest byte first. */
const limbs = (text: string | undefined): Uint8Array =>
  Uint8Array.from(Buffer.from(text ?? '', 'base64url')).toReversed()

/** Numbers in chunks of malloc, with a chunk of nothing between each two. */
function heapOf(numbers: readonly Uint8Array[], room = 0): { bytes: Uint8Array; places: number[] } {
  const bytes = Buffer.alloc(16_384)
  const places: number[] = []
  let at = 24
  for (const number of numbers) {
    const size = (number.length + room + 8 + 15) & ~15
    bytes.writeBigUInt64LE(BigInt(size | 1), at)
    bytes.set(number, at + 8)
    places.push(at + 8)
    bytes.writeBigUInt64LE(0x61n, at + size)
    at += size + 0x60
  }
  return { bytes, places }
}

/** What the anchors of all sizes give. */
function found(bytes: Uint8Array) {
  const hits = MALLOC_RSA_ANCHORS.flatMap(({ pattern, mask, detect }) => {
    const places = Array.from({ length: bytes.length - 8 }, (_, at) => at)
    const fits = (at: number) =>
      pattern.every((byte, k) => ((bytes[at + k] ?? 0) & (mask?.[k] ?? 255)) === byte)
    return places.filter((at) => fits(at)).flatMap((at) => detect(bytes, at) ?? [])
  })
  return hits.map(({ offset, length, form, bits, certainty, material }) => {
    assert.ok(material?.type === 'rsa')
    return { offset, length, form, bits, certainty, n: material.n, e: material.e }
  })
}

const expected = (jwk: JsonWebKey, offset: number, e = 65_537n) => {
  const n = fromBigEndian(Buffer.from(jwk.n ?? '', 'base64url'))
  const length = Buffer.from(jwk.p ?? '', 'base64url').length
  return [{ offset, length, form: 'limbs-le64', bits: 16 * length, certainty: 'proven', n, e }]
}

describe('a modulus in a chunk of malloc, with its primes in others', () => {
  for (const bits of [1024, 2048, 3072, 4096]) {
    it(`of ${bits} bits is a key`, () => {
      const jwk = keyOf(bits).export({ format: 'jwk' })
      const { bytes, places } = heapOf([jwk.n, jwk.d, jwk.q, jwk.dp, jwk.p].map(limbs))
      assert.deepEqual(found(bytes), expected(jwk, places[2] ?? 0))
    })
  }

  it('is a key though its primes have room for a limb or two more', () => {
    const jwk = keyOf(2048).export({ format: 'jwk' })
    const [n, p, q] = [jwk.n, jwk.p, jwk.q].map(limbs)
    assert.ok(n && p && q)
    const primes = heapOf([p, q], 16)
    const { bytes, places } = heapOf([n])
    bytes.set(primes.bytes.subarray(0, 4096), 4096)
    assert.deepEqual(found(bytes), expected(jwk, (primes.places[0] ?? 0) + 4096))
    assert.equal(places.length, 1)
  })

  it('has the exponent whose d lies near', () => {
    const jwk = keyOf(2048, 3).export({ format: 'jwk' })
    const { bytes, places } = heapOf([jwk.p, jwk.q, jwk.d, jwk.n].map(limbs))
    assert.deepEqual(found(bytes), expected(jwk, places[0] ?? 0, 3n))
  })

  it('is nothing with one prime of it, or with those of another', () => {
    const jwk = keyOf(2048).export({ format: 'jwk' })
    const other = keyOf(2048).export({ format: 'jwk' })
    for (const numbers of [
      [jwk.n, jwk.p, other.q],
      [other.n, jwk.p, jwk.q],
      [jwk.n, jwk.p],
    ]) {
      assert.deepEqual(found(heapOf(numbers.map(limbs)).bytes), [])
    }
  })
})
