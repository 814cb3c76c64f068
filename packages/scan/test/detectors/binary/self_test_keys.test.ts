import assert from 'node:assert/strict'
import { createECDH, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { it } from 'node:test'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import { readAgain } from '@mintmark/testkit'
import { type RawFinding, rawFindingOf } from '../../../src/findings/finding.ts'
import { hitsIn, planted } from './binary_hits.ts'

/** The private key that RFC 8410, section 10.3, prints: a test key. */
const RFC_8410 = Buffer.from(
  '302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842',
  'hex',
)

function findingOf(der: Uint8Array): RawFinding {
  const [hit] = hitsIn(planted(der, 200))
  return rawFindingOf(hit ?? assert.fail(), new KeyTags(new Uint8Array(32)))
}

it('a key that a standard prints is named as such', () => {
  const { note, verification } = findingOf(RFC_8410)
  assert.equal(note, 'self-test')
  assert.match(verification, /RFC 8410/)
})

const text = (bytes: Buffer) => bytes.toString('base64url')

it('the keys that standards of JOSE print, which tests and manuals copy, are named as such', () => {
  // RFC 7517, appendix A.2: a test key.
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
  }
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  const { note, verification } = findingOf(key.export({ format: 'der', type: 'pkcs8' }))
  assert.equal(note, 'self-test')
  assert.match(verification, /RFC 7517/)
})

it('the key of the FIDO U2F specification, which is in browsers, is named as such', () => {
  const d = Buffer.from('f3fccc0d00d8031954f90864d43c247f4bf5f0665c6b50cc17749a27d1cf7664', 'hex')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const [x, y] = [curve.getPublicKey().subarray(1, 33), curve.getPublicKey().subarray(33)]
  const jwk = { kty: 'EC', crv: 'P-256', x: text(x), y: text(y), d: text(d) }
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  const { note, verification } = findingOf(key.export({ format: 'der', type: 'pkcs8' }))
  assert.equal(note, 'self-test')
  assert.match(verification, /FIDO U2F/)
})

it('a key of the tests of Go, which is in the heap of go build, is named as such', () => {
  // The first of crypto/x509/pem_decrypt_test.go that was seen there.
  const id = '8a5fdde85272b99dbd9fbd33f17dad5cd72ca34ff9aea3a86e99dd173a41ae38'
  assert.match(selfTestOrigin(id) ?? '', /^Go, tests/)
  assert.equal(selfTestOrigin(id.replace('8a', '8b')), undefined)
})

it('the keys in the library of Crypto++ and in gnutls-cli are named as such', () => {
  const [rsa, ec] = [
    '8f1bc1efd682c46fb767861452d52ffaeb5d4a8b422dc42fac2e431c467eed05',
    '2644b62ddc46a6f3e588597cdf779f4e0d21eb5b71dda6862b63117ec1af9739',
  ]
  assert.match(selfTestOrigin(rsa) ?? '', /^Crypto\+\+, tests/)
  assert.match(selfTestOrigin(ec) ?? '', /^GnuTLS, benchmarks/)
})

it('the keys that are in processes of Erlang with jose are named as such', () => {
  const id = '3507da288e0f3dc19090be5e87c6102a01a36e3aed77b862521c964ba2ffa677'
  assert.match(selfTestOrigin(id) ?? '', /^jose for Erlang/)
})

it('the key that is in each process of Dovecot is named as such', () => {
  const id = '67b41cdcfec69306353dbf30afa3c0e06c38308ce0f61e35611cc7f2153080d5'
  assert.match(selfTestOrigin(id) ?? '', /^Dovecot, tests/)
})

/** GnuTLS, lib/crypto-selftests-pk.c: a test key. */
const GNUTLS_P192 =
  'MF8CAQEEGLjezFcbgDMeApVrdtZHvu/k1a8/tVZ41KAKBggqhkjOPQMBAaE0AzIABO1lciKdgxeRH8k64vxcaV1OYIK9akVrW02Dw21MXhRLP0l0wzCw6LGSr5rS6AaLFg=='

it('the P-192 key with which GnuTLS tests itself is named as such', () => {
  const { note, verification } = findingOf(Buffer.from(GNUTLS_P192, 'base64'))
  assert.equal(note, 'self-test')
  assert.match(verification, /GnuTLS/)
})

it('any other key is not', () => {
  const { privateKey } = readAgain(generateKeyPairSync('ed25519'))
  const { note, verification } = findingOf(privateKey.export({ format: 'der', type: 'pkcs8' }))
  assert.equal(note, undefined)
  assert.equal(verification, 'key decodes')
})
