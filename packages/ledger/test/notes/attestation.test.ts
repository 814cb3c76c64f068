import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { attest, attestedBy, frontEndKeys, MAX_ATTESTATION } from '../../src/index.ts'

const own = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const pem = (key: KeyObject) => String(key.export({ type: 'spki', format: 'pem' }))
const keys = frontEndKeys(`${pem(own.publicKey)}\n${pem(generateKeyPairSync('ed25519').publicKey)}`)
const inputHash = randomBytes(32)

describe('an attestation', () => {
  it('says which front end asked, and after what', () => {
    for (const reference of ['', 'login-581284e9', 'ä'.repeat(256)]) {
      const attestation = attest(inputHash, own.privateKey, reference)
      assert.ok(attestation.length <= MAX_ATTESTATION)
      const asked = attestedBy(attestation, inputHash, keys)
      assert.ok(asked.state === 'attested')
      assert.equal(asked.reference, reference)
    }
  })

  it('is of one token alone, and of nobody else', () => {
    const attestation = attest(inputHash, own.privateKey, 'login')
    assert.equal(attestedBy(attestation, randomBytes(32), keys).state, 'wrong')
    const foreign = attest(inputHash, other.privateKey, 'login')
    assert.equal(attestedBy(foreign, inputHash, keys).state, 'unknown-key')
    assert.equal(attestedBy(new Uint8Array(), inputHash, keys).state, 'none')
  })

  it('holds with no bit changed, and at no other length', () => {
    const attestation = attest(inputHash, own.privateKey, 'login')
    for (let bit = 0; bit < 8 * attestation.length; bit++) {
      const changed = Buffer.from(attestation)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.notEqual(attestedBy(changed, inputHash, keys).state, 'attested', `bit ${bit}`)
    }
    for (let length = 1; length < attestation.length; length++)
      assert.equal(attestedBy(attestation.subarray(0, length), inputHash, keys).state, 'wrong')
    const longer = Buffer.concat([attestation, Buffer.alloc(1)])
    assert.equal(attestedBy(longer, inputHash, keys).state, 'wrong')
  })

  it('is made by Ed25519 alone, with a reference that is no text of its own', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const refused = { code: 'INPUT_INVALID' }
    assert.throws(() => attest(inputHash, privateKey), refused)
    assert.throws(() => attest(inputHash, own.privateKey, 'x'.repeat(513)), refused)
    for (const text of ['', pem(publicKey), pem(own.publicKey).replace('MCow', 'AAAA')])
      assert.throws(() => frontEndKeys(text), refused)
  })
})
