import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { readAgain } from '@mintmark/testkit'
import { TOMMATH_ANCHORS } from '../../../src/detectors/heap/tommath.ts'
import {
  type DigitEncoding,
  digitBytes,
  NARROW_TOMMATH_DIGITS,
  TOMMATH_DIGITS,
} from '../../../src/known/values/digit_encodings.ts'
import { hitsBy, keyOf } from './malloc_heap.ts'

type Text = string | undefined

/** Numbers of so many bits as LibTomMath keeps them: room for 32 digits, or for an even number of them. */
function heapWith(numbers: readonly (readonly [Text, number])[], encoding: DigitEncoding): Buffer {
  const bytes = Buffer.alloc(16_384)
  const sizeBytes = encoding.slot
  // Behind the head of the first chunk.
  let at = 16 - sizeBytes
  for (const [text, bits] of numbers) {
    const value = fromBigEndian(Buffer.from(text ?? '', 'base64url'))
    const digits = digitBytes(encoding, value, bits)
    const used = Math.ceil(value.toString(2).length / encoding.width)
    const room = encoding.slot * Math.max(32, used + (used % 2))
    const size = (room + sizeBytes + 15) & ~15
    bytes.writeUInt32LE(size | 1, at)
    bytes.set(digits, at + sizeBytes)
    // The structure of the next number.
    bytes.writeUInt32LE(0x21, at + size)
    at += size + 0x20
  }
  return bytes
}

const hitsIn = (heap: Uint8Array) => hitsBy(TOMMATH_ANCHORS, heap)

function namesOf(numbers: readonly (readonly [Text, number])[], encoding: DigitEncoding): string[] {
  return hitsIn(heapWith(numbers, encoding)).map(({ kind, form: name, bits, certainty }) =>
    [certainty, kind, bits, name].join(' '),
  )
}

const BUILDS = [TOMMATH_DIGITS, NARROW_TOMMATH_DIGITS]

describe('an RSA key of LibTomMath', () => {
  for (const encoding of BUILDS) {
    for (const [bits, e] of [
      [1024, 65_537],
      [2048, 65_537],
      [2048, 3],
      [3072, 17],
    ] as const) {
      it(`of ${bits} bits with the exponent ${e} is found in ${encoding.form}`, () => {
        const { n, p, q, d } = keyOf(bits, e).export({ format: 'jwk' })
        const primes = [
          [p, bits / 2],
          [q, bits / 2],
        ] as const
        const hits = ['', ''].map(() => `proven rsa ${bits} ${encoding.form}`)
        // One value each shows that the primes belong to each other.
        for (const text of [n, d]) {
          assert.deepEqual(namesOf([[text, bits], ...primes], encoding), hits)
        }
      })
    }
  }

  it('is nothing where its primes are of two keys', () => {
    const [one, other] = [keyOf(2048), keyOf(2048)].map((key) => key.export({ format: 'jwk' }))
    const primes = [
      [one?.p, 1024],
      [other?.q, 1024],
    ] as const
    for (const text of [one?.n, one?.d, other?.d]) {
      assert.deepEqual(namesOf([[text, 2048], ...primes], TOMMATH_DIGITS), [])
    }
  })

  it('has the exponent that its d is of, and its prime where that is', () => {
    const { p, q, d } = keyOf(2048, 257).export({ format: 'jwk' })
    const heap = heapWith(
      [
        [p, 1024],
        [q, 1024],
        [d, 2048],
      ],
      TOMMATH_DIGITS,
    )
    const [first] = hitsIn(heap)
    assert.ok(first?.material?.type === 'rsa')
    assert.deepEqual([first.offset, first.length, first.material.e], [16, 18 * 8, 257n])
    // A digit that has a bit too many.
    heap[16 + 15] = 0x10
    assert.deepEqual(hitsIn(heap), [])
  })
})

describe('an EC key of LibTomMath', () => {
  for (const encoding of BUILDS) {
    for (const [namedCurve, bits] of [
      ['P-256', 256],
      ['secp256k1', 256],
      ['P-384', 384],
      ['P-521', 521],
    ] as const) {
      it(`of ${namedCurve} is found in ${encoding.form}`, () => {
        const [own, other] = ['', ''].map(() =>
          readAgain(generateKeyPairSync('ec', { namedCurve })).privateKey.export({ format: 'jwk' }),
        )
        const point = [
          [own?.x, bits],
          [own?.y, bits],
        ] as const
        const found = namesOf([...point, [own?.d, bits]], encoding)
        assert.deepEqual(found, [`proven ec ${bits} ${encoding.form}`])
        assert.deepEqual(namesOf([...point, [other?.d, bits]], encoding), [])
      })
    }
  }
})
