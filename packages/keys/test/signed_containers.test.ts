import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  armoured,
  certificateOf,
  ED25519,
  idOf,
  P256,
  P521,
  type Pair,
  pemOf,
  pkcs7Of,
  RSA,
  RSA_4096,
  requestOf,
  spkiOf,
  withoutOpenssl,
} from '@mintmark/testkit/public_key_world'
import * as fc from 'fast-check'
import { derBits, derInteger, derOid, derSequence } from '../src/der/der_write.ts'
import { type PublicKey, parsePublicKeys } from '../src/public_keys/parse.ts'

const parsed = (given: string | Uint8Array) => parsePublicKeys(Buffer.from(given), 'given')
const ids = (keys: readonly PublicKey[]) => keys.map(({ keyId }) => keyId.spkiSha256)

/** DER of any tag, of fewer than 2^24 bytes. */
function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  return Buffer.concat([Buffer.from([tag, 0x83, length >> 16, length >> 8, length]), content])
}

/** A certificate with nothing in it that is examined but the key. */
function bareCertificate(pair: Pair): Buffer {
  const algorithm = derSequence(derOid('2a864886f70d01010b'))
  const name = derSequence()
  const fields = [derInteger(1n), algorithm, name, derSequence(), name, spkiOf(pair)]
  return derSequence(derSequence(...fields), algorithm, derBits(Buffer.alloc(8)))
}

function bareSigned(certificates: Uint8Array): Buffer {
  const content = derSequence(derOid('2a864886f70d010701'))
  const none = tagged(0x31, Buffer.alloc(0))
  const list = tagged(0xa0, certificates)
  const signed = tagged(0x30, Buffer.concat([derInteger(1n), none, content, list, none]))
  return tagged(0x30, Buffer.concat([derOid('2a864886f70d010702'), tagged(0xa0, signed)]))
}

describe('PKCS#7', { skip: withoutOpenssl }, () => {
  const chain = [certificateOf(RSA, '/CN=signing'), certificateOf(P256, '/CN=root')]

  it('gives the keys and subjects of its certificates, in DER and in PEM of either name', () => {
    const der = pkcs7Of(chain)
    for (const given of [der, armoured('PKCS7', der), armoured('CMS', der)]) {
      const { keys, problems } = parsed(given)
      assert.deepEqual(problems, [])
      // openssl writes the certificates in an order of its own.
      assert.deepEqual(
        new Map(keys.map(({ keyId: { spkiSha256, subject } }) => [spkiSha256, subject])),
        new Map([
          [idOf(RSA), 'CN=signing'],
          [idOf(P256), 'CN=root'],
        ]),
      )
    }
  })

  it('without a certificate is reported as such', () => {
    const { keys, problems } = parsed(bareSigned(Buffer.alloc(0)))
    assert.deepEqual(keys, [])
    assert.ok(problems.includes('given: PKCS#7 without a certificate'))
  })
})

describe('a longer chain', () => {
  it('than any list that a key has is read to its end', () => {
    const pairs = [RSA, RSA_4096, P256, P521, ED25519]
    const many = Array.from({ length: 100 }, () => bareCertificate(RSA))
    const all = Buffer.concat([...many, ...pairs.map((pair) => bareCertificate(pair))])
    const { keys } = parsed(bareSigned(all))
    assert.deepEqual(ids(keys), pairs.map(idOf))
  })

  it('passes over attribute certificates', () => {
    const other = tagged(0xa1, Buffer.from('no certificate'))
    const { keys } = parsed(bareSigned(Buffer.concat([other, bareCertificate(P256), other])))
    assert.deepEqual(ids(keys), [idOf(P256)])
  })
})

describe('a request for a certificate', { skip: withoutOpenssl }, () => {
  it('gives its key, in DER and in PEM of either name', () => {
    for (const pair of [RSA, P256, ED25519]) {
      const der = requestOf(pair, '/CN=asked')
      const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']
      for (const given of [der, ...labels.map((label) => armoured(label, der))]) {
        const { keys, problems } = parsed(given)
        assert.deepEqual([ids(keys), problems], [[idOf(pair)], []])
      }
    }
  })
})

describe('JSON that maps key ids to PEM', () => {
  it('gives each key with its name', () => {
    const { keys, problems } = parsed(JSON.stringify({ first: pemOf(RSA), second: pemOf(P256) }))
    assert.deepEqual(problems, [])
    assert.deepEqual(
      keys.map(({ kid, keyId }) => [kid, keyId.kid, keyId.spkiSha256]),
      [
        ['first', 'first', idOf(RSA)],
        ['second', 'second', idOf(P256)],
      ],
    )
  })

  it('of certificates gives their subjects too', { skip: withoutOpenssl }, () => {
    const pem = armoured('CERTIFICATE', certificateOf(RSA, '/CN=securetoken.system.example'))
    const { keys } = parsed(JSON.stringify({ a1b2: pem }, null, 2))
    assert.deepEqual(
      keys.map(({ keyId: { kid, subject } }) => [kid, subject]),
      [['a1b2', 'CN=securetoken.system.example']],
    )
  })

  it('is none where a member is anything else', () => {
    for (const more of [{ other: 'text' }, { other: 1 }, { other: null }]) {
      const { keys } = parsed(JSON.stringify({ first: pemOf(RSA), ...more }))
      assert.deepEqual(keys, [])
    }
  })

  it('with a private key takes its public half, and the user is informed', () => {
    const secret = RSA.privateKey.export({ type: 'pkcs8', format: 'pem' })
    const { keys, problems } = parsed(JSON.stringify({ leaked: secret }))
    assert.deepEqual(ids(keys), [idOf(RSA)])
    assert.match(problems.join(), /only its public half is used/)
  })
})

it('damaged containers never throw, and give no key that is not in them', () => {
  const signed = bareSigned(Buffer.concat([RSA, P256].map((pair) => bareCertificate(pair))))
  const damage = fc.record({
    at: fc.nat(signed.length - 1),
    byte: fc.nat(255),
    length: fc.nat(signed.length),
  })
  fc.assert(
    fc.property(damage, ({ at, byte, length }) => {
      const bytes = Buffer.from(signed)
      bytes[at] = byte
      assert.ok(parsed(bytes.subarray(0, length)).keys.length <= 2)
      assert.ok(parsed(bytes).keys.length <= 2)
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
  )
})
