import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { der, derOid, derSequence } from '../src/der/der_write.ts'
import { keyFromDer } from '../src/der_keys/key_from_der.ts'

/** [0] of PKCS#8 with the key usage, as Windows exports it. */
const ATTRIBUTES = der(
  0xa0,
  derSequence(derOid('551d0f'), der(0x31, Buffer.from('03020780', 'hex'))),
)
const VERSION = Buffer.from([2, 1, 0])

const generated = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed25519: generateKeyPairSync('ed25519'),
  X25519: generateKeyPairSync('x25519'),
  DSA: generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }),
}

const pkcs8Of = (key: KeyObject) => key.export({ format: 'der', type: 'pkcs8' })

/** Content of the SEQUENCE, without its header. */
const contentOf = (sequence: Buffer) =>
  sequence.subarray((sequence[1] ?? 0) < 0x80 ? 2 : 2 + ((sequence[1] ?? 0) & 0x7f))

/** As Java writes an EC key: SEC 1 without the curve and the point. */
function bareEc(privateKey: KeyObject, curve: string, attributes: Uint8Array): Buffer {
  const { d } = privateKey.export({ format: 'jwk' })
  const algorithm = derSequence(derOid('2a8648ce3d0201'), derOid(curve))
  const sec1 = derSequence(Buffer.from([2, 1, 1]), der(4, Buffer.from(d ?? '', 'base64url')))
  return derSequence(VERSION, algorithm, der(4, sec1), attributes)
}

describe('a key in PKCS#8 with attributes', () => {
  for (const [name, { privateKey }] of Object.entries(generated))
    it(`is the same ${name} key as without, and ends behind them`, () => {
      const plain = keyFromDer(pkcs8Of(privateKey))
      const bytes = derSequence(contentOf(pkcs8Of(privateKey)), ATTRIBUTES)
      const found = keyFromDer(bytes)
      assert.ok(plain !== undefined && found !== undefined)
      assert.deepEqual(found.material, plain.material)
      assert.deepEqual([found.certainty, found.to], [plain.certainty, bytes.length])
    })

  for (const [name, curve] of [
    ['P-256', '2a8648ce3d030107'],
    ['P-521', '2b81040023'],
  ] as const)
    it(`is the same ${name} key as without, where nothing but the scalar is in it`, () => {
      const { privateKey } = generated[name]
      const plain = keyFromDer(bareEc(privateKey, curve, Buffer.alloc(0)))
      const found = keyFromDer(bareEc(privateKey, curve, ATTRIBUTES))
      assert.equal(plain?.certainty, 'verified')
      assert.deepEqual([found?.certainty, found?.encoding], ['verified', 'pkcs8-der'])
      assert.deepEqual(found?.material, plain.material)
    })
})
