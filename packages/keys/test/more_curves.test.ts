/** Keys on curves that only a name, numbers or a point identify: P-192 and SM2. */
import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { describe, it } from 'node:test'
import { NAMED_CURVES } from '../src/arithmetic/curves.ts'
import { toBigEndian } from '../src/arithmetic/modular.ts'
import { TAG } from '../src/der/der.ts'
import { der, derBits, derInteger, derOid, derSequence } from '../src/der/der_write.ts'
import { keyFromDer } from '../src/der_keys/key_from_der.ts'
import { keyIdOf } from '../src/public_half/key_id.ts'
import { OID } from '../src/public_half/spki.ts'
import { keyOfSpki } from '../src/public_keys/spki_key.ts'

/** The identifier of fields of a prime: 1.2.840.10045.1.1. */
const PRIME_FIELD = '2a8648ce3d0101'

for (const curve of NAMED_CURVES.slice(-2)) {
  const { oid, p, a, b, n, gx, gy, lengthBytes } = curve
  const pair = createECDH(curve.openssl)
  pair.generateKeys()
  const secret = Buffer.alloc(lengthBytes)
  const made = pair.getPrivateKey()
  made.copy(secret, lengthBytes - made.length)
  const point = derBits(pair.getPublicKey())
  const bytesOf = (value: bigint): Buffer => Buffer.from(toBigEndian(value, lengthBytes))
  const spelled = derSequence(
    derInteger(1n),
    derSequence(derOid(PRIME_FIELD), derInteger(p)),
    derSequence(der(TAG.octets, bytesOf(a)), der(TAG.octets, bytesOf(b))),
    der(TAG.octets, Buffer.concat([Buffer.from([4]), bytesOf(gx), bytesOf(gy)])),
    derInteger(n),
    derInteger(1n),
  )
  const spki = derSequence(derSequence(derOid(OID.ec), derOid(oid)), point)
  const sec1 = (...parts: readonly Buffer[]): Buffer =>
    derSequence(derInteger(1n), der(TAG.octets, secret), ...parts)

  describe(curve.curve, () => {
    for (const [how, key] of [
      ['named', sec1(der(0xa0, derOid(oid)), der(0xa1, point))],
      ['spelled by its numbers', sec1(der(0xa0, spelled), der(0xa1, point))],
      ['identified by the point alone', sec1(der(0xa1, point))],
    ] as const) {
      it(`is verified: ${how}`, () => {
        const found = keyFromDer(key)
        assert.deepEqual([found?.certainty, found?.verification], ['verified', 'd·G = Q'])
        const material = found?.material
        assert.ok(material?.type === 'ec' && material.curve === curve.curve)
        const given = keyOfSpki(spki)
        assert.ok(given !== undefined)
        assert.deepEqual(keyIdOf(material), keyIdOf(given))
      })
    }

    it('is a public key whose curve is spelled by its numbers, as one whose curve is named', () => {
      const given = keyOfSpki(derSequence(derSequence(derOid(OID.ec), spelled), point))
      assert.ok(given !== undefined)
      assert.deepEqual(given, keyOfSpki(spki))
    })

    it('is unverified beside the point of another key', () => {
      const other = createECDH(curve.openssl)
      other.generateKeys()
      const key = sec1(der(0xa0, derOid(oid)), der(0xa1, derBits(other.getPublicKey())))
      assert.equal(keyFromDer(key)?.certainty, 'unverified')
    })
  })
}
