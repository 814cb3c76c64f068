import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { describe, it } from 'node:test'
import { Forge } from '../src/forge/forge.ts'
import {
  algorithmOf,
  certificateFor,
  completed,
  type KeyRole,
  privateKeyOf,
} from '../src/issuer/issuer_state.ts'

const keys = completed([], true, 'ES256')
const keyOf = (role: KeyRole) => {
  const found = keys.find((key) => key.role === role)
  assert.ok(found !== undefined)
  return found
}

describe('certificates of the test issuer', () => {
  for (const role of ['stranger', 'saml-stranger'] as const)
    it(`of the attacker are verified by their own key: ${role}`, () => {
      const key = { ...keyOf(role), issuer: 'http://a.example', alg: algorithmOf(keyOf(role)) }
      const issuer = { issuer: 'http://a.example', audience: 'a', typ: 'at+jwt', claims: {} }
      const nowMs = Date.now()
      const signing = { ...key, privateKey: privateKeyOf(key) }
      const forge = new Forge({ ...issuer, keys: [signing] }, nowMs)
      const certificate = new X509Certificate(forge.ownCertificate(role))
      assert.ok(certificate.verify(certificate.publicKey))
      assert.ok(certificate.checkPrivateKey(privateKeyOf(key)))
      const [from, to] = [certificate.validFromDate, certificate.validToDate]
      assert.ok(from.getTime() < nowMs && nowMs < to.getTime())
    })

  it('are the same bytes each time, and one of them has expired', () => {
    for (const role of ['saml', 'saml-expired'] as const) {
      const certificate = new X509Certificate(certificateFor(keyOf(role)))
      assert.deepEqual(certificate.raw, certificateFor(keyOf(role)))
      assert.ok(certificate.verify(certificate.publicKey))
      assert.equal(certificate.validToDate.getTime() < Date.now(), role === 'saml-expired')
    }
  })
})
