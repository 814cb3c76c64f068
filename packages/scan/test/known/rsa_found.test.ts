import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fromBigEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { RSA } from '@mintmark/testkit/public_key_world'
import { wholeFound } from '../../src/known/rsa/rsa_found.ts'

const location = { at: 0, length: 128, spelling: 'limbs-le64' }
const { n, p, q } = RSA.privateKey.export({ format: 'jwk' })
const numberOf = (text = '') => fromBigEndian(Buffer.from(text, 'base64url'))
const e = 65_537n
const UNKNOWN = { p: undefined, q: undefined, d: undefined }

it('d mod (p − 1) is no damaged exponent of p, where that was taken for a modulus', () => {
  const prime = numberOf(p)
  const dp = inverse(e, prime - 1n)
  assert.ok(dp !== undefined)
  assert.deepEqual(wholeFound(location, { type: 'rsa', n: prime, e, ...UNKNOWN }, dp), [])
})

it('a damaged exponent of a modulus is a fragment', () => {
  // By φ(n): one key in fifty has an exponent by λ(n) that is not followed.
  const d = inverse(e, (numberOf(p) - 1n) * (numberOf(q) - 1n))
  const damaged = (d ?? 0n) ^ 0xffffn
  const [found] = wholeFound(location, { type: 'rsa', n: numberOf(n), e, ...UNKNOWN }, damaged)
  assert.equal(found?.key.note, 'fragment')
})
