import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodingsOf } from '../../src/known/values/encodings.ts'

/** Of 1024 bits, the upper 40 of them zero: as one CRT exponent in 2^40 is. */
const VALUE = (0x8123_4567_89abn << 936n) | 0x1234_5678_9abc_def1n
const FIELD_BITS = 1024
const spellings = encodingsOf(VALUE, FIELD_BITS)
const lengthsOf = (encoding: string) =>
  spellings.filter((each) => each.encoding === encoding).map(({ bytes }) => bytes.length)

describe('a number that does not fill its field is spelled', () => {
  for (const { encoding, wide, narrow } of [
    { encoding: 'limbs-be', wide: 128, narrow: 123 },
    { encoding: 'limbs-le64', wide: 128, narrow: 123 },
    { encoding: 'java-int-array', wide: 128, narrow: 124 },
    // 35 digits of 30 bits, and the 33 that are not zero.
    { encoding: 'python-digits-30', wide: 140, narrow: 132 },
  ])
    it(`as ${encoding} in its field, and without leading zeros`, () =>
      assert.deepEqual(lengthsOf(encoding), [wide, narrow]))

  it('in bytes without two that are equal', () => {
    const texts = spellings.map(({ bytes }) => Buffer.from(bytes).toString('latin1'))
    assert.equal(new Set(texts).size, texts.length)
  })
})

it('a number that fills its field is spelled once', () => {
  const full = encodingsOf((1n << 1023n) | 1n, FIELD_BITS)
  assert.equal(full.filter(({ encoding }) => encoding === 'limbs-be').length, 1)
  assert.equal(full.filter(({ encoding }) => encoding === 'python-digits-30').length, 1)
})

it('256 bits are spelled in Bech32, in both cases', () => {
  // The example of NIP-19, without its last character, which carries four bits of nothing.
  const value = 0x67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffan
  const text = 'vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9la'
  const ofBech32 = encodingsOf(value, 256).filter(({ encoding }) => encoding === 'bech32')
  const texts = new Set(ofBech32.map(({ bytes }) => Buffer.from(bytes).toString('latin1')))
  assert.ok(texts.has(text) && texts.has(text.toUpperCase()))
})

it('256 bits are spelled in base32, by themselves and behind the two bytes of a seed of NATS', () => {
  // A test key: the bytes 1 to 32. What was spelled is the bytes 90 a0 before them: a user's.
  const value = BigInt(
    `0x${Buffer.from(Array.from({ length: 32 }, (_, k) => k + 1)).toString('hex')}`,
  )
  const ofBase32 = encodingsOf(value, 256).filter(({ encoding }) => encoding === 'base32')
  const texts = new Set(ofBase32.map(({ bytes }) => Buffer.from(bytes).toString('latin1')))
  assert.ok(texts.has('AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4Q'))
  assert.ok(texts.has('CAQDAQCQMBYIBEFAWDANBYHRAEISCMKBKFQXDAMRUGY4DUPB6I'))
})
