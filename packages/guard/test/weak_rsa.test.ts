import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { readKeys } from '../src/index.ts'
import { weaknessOf } from '../src/verify/weak_rsa.ts'

/** The odd primes up to 167 and 2: M of the generator whose keys can be factored. */
const M = Array.from({ length: 166 }, (_, i) => BigInt(i + 2))
  .filter((n) =>
    Array.from({ length: 12 }, (_, i) => BigInt(i + 2)).every((d) => d >= n || n % d !== 0n),
  )
  .reduce((product, prime) => product * prime, 1n)

function base64url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}

const rsaKey = (n: bigint, e = 65_537n) =>
  createPublicKey({ key: { kty: 'RSA', n: base64url(n), e: base64url(e) }, format: 'jwk' })

/** A number of 2048 bits as that generator would make it, of no known factors. */
function rocaModulus(): bigint {
  let power = 1n
  for (let i = 0; i < 1234; i++) power = (power * 65_537n) % M
  return (2n ** 2047n / M + 5n) * M + power
}

describe('an RSA key that is too weak to be trusted', () => {
  const sound = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).publicKey
  const n = BigInt(
    `0x${Buffer.from(sound.export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex')}`,
  )

  it('is one of few bits, one with an exponent of 1 or an even one, one that can be factored', () => {
    const short = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 })).publicKey
    assert.match(weaknessOf(short) ?? '', /1024 bits/u)
    assert.match(weaknessOf(rsaKey(n, 1n)) ?? '', /exponent/u)
    assert.match(weaknessOf(rsaKey(n, 4n)) ?? '', /exponent/u)
    assert.match(weaknessOf(rsaKey(rocaModulus())) ?? '', /ROCA/u)
    assert.equal(weaknessOf(rsaKey(rocaModulus() + 2n)), undefined)
  })

  it('is no other key', () => {
    assert.equal(weaknessOf(sound), undefined)
    assert.equal(weaknessOf(rsaKey(n, 3n)), undefined)
    assert.equal(
      weaknessOf(readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })).publicKey),
      undefined,
    )
  })

  it('is refused with the set that names it', async () => {
    const jwk = { ...rsaKey(n, 1n).export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' }
    const owner = { issuer: 'https://id.example.org', maxKeyAgeMs: undefined }
    await assert.rejects(readKeys(JSON.stringify({ keys: [jwk] }), owner), {
      code: 'INPUT_INVALID',
      message: /key weak is an RSA key whose exponent/u,
    })
  })
})
