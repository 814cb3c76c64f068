import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fromBigEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { RSA } from '@mintmark/testkit/public_key_world'
import { wholeFound } from '../../src/known/rsa/rsa_found.ts'

const place = { at: 0, length: 128, spelling: 'limbs-le64' }
const { n, d, p } = RSA.privateKey.export({ format: 'jwk' })
const numberOf = (text = '') => fromBigEndian(Buffer.from(text, 'base64url'))
const e = 65_537n
const UNKNOWN = { p: undefined, q: undefined, d: undefined }

it('d mod (p − 1) is no damaged exponent of p, where that was taken for a modulus', () => {
  const prime = numberOf(p)
  const dp = inverse(e, prime - 1n)
  assert.ok(dp !== undefined)
  assert.deepEqual(wholeFound(place, { type: 'rsa', n: prime, e, ...UNKNOWN }, dp), [])
})

it('a damaged exponent of a modulus is a fragment', () => {
  const damaged = numberOf(d) ^ 0xffffn
  const [found] = wholeFound(place, { type: 'rsa', n: numberOf(n), e, ...UNKNOWN }, damaged)
  assert.equal(found?.note, 'fragment')
})
