import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { contentOf } from '@mintmark/keys/der/der'
import { keyFromDer } from '@mintmark/keys/der_keys/key_from_der'
import { verifyMaterial } from '@mintmark/keys/der_keys/verify'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { hitsIn, idsOf, planted, spkiSha256, verifiedIn } from './binary_hits.ts'
import {
  DER_SAMPLES,
  type DerSample,
  EC_SAMPLES,
  elementsOf,
  nineIntegers,
  RSA_SAMPLES,
  sampleOf,
  spkiOf,
} from './der_world.ts'

function materialOf(der: Uint8Array): KeyMaterial | undefined {
  const key = keyFromDer(der)
  return key?.certainty === 'verified' ? key.material : undefined
}

const RSA_2048 = sampleOf(RSA_SAMPLES, 'RSA-2048 in pkcs1')
const P256 = sampleOf(EC_SAMPLES, 'prime256v1 in pkcs8')
const RSA_ID = spkiOf(RSA_2048)

describe('a key in DER is verified, at its offset, with its id', () => {
  for (const sample of DER_SAMPLES) {
    it(sample.name, () => {
      for (let alignment = 0; alignment < 8; alignment++) {
        const [hit, ...more] = hitsIn(planted(sample.der, 1024 + alignment))
        assert.equal(more.length, 0)
        const { offset, length, kind, bits, encoding, certainty } = hit ?? {}
        assert.deepEqual(
          { offset, length, kind, bits, encoding, certainty },
          {
            offset: 1024 + alignment,
            length: sample.der.length,
            kind: sample.kind,
            bits: sample.bits,
            encoding: sample.encoding,
            certainty: 'verified',
          },
        )
        assert.deepEqual(idsOf(hit ? [hit] : []), [spkiOf(sample)])
      }
    })
  }
})

describe('key ids are those of node:crypto', () => {
  for (const sample of DER_SAMPLES) {
    it(sample.name, () => {
      const material = materialOf(sample.der)
      assert.ok(material)
      const id = keyIdOf(material)
      assert.equal(id.spkiSha256, spkiOf(sample))
      assert.equal(id.jwkThumbprint, thumbprintOf(sample))
    })
  }
})

/** RFC 7638 by node's own export, or undefined where it has none. */
function thumbprintOf({ publicKey }: DerSample): string | undefined {
  try {
    const { e, n, kty, crv, x, y } = publicKey.export({ format: 'jwk' })
    // Members that are undefined are left out; this is their order in the alphabet.
    const members = JSON.stringify({ crv, e, kty, n, x, y })
    return createHash('sha256').update(members).digest('base64url')
  } catch {
    return undefined
  }
}

describe('what is left of a key', () => {
  const lengths = elementsOf(RSA_2048.der)
  const start = (index: number): number => lengths[index]?.at ?? 0
  const cases = [
    { name: 'PKCS#8 of RSA without its first 16 bytes', bytes: rsaPkcs8().subarray(16) },
    { name: 'PKCS#1 without its first 16 bytes', bytes: RSA_2048.der.subarray(16) },
    { name: 'from the public exponent on', bytes: RSA_2048.der.subarray(start(2)) },
    { name: 'n, e and d alone', bytes: RSA_2048.der.subarray(0, start(4)) },
  ]
  for (const { name, bytes } of cases) {
    it(`${name}: still verified`, () => {
      const verified = verifiedIn(planted(bytes, 1000))
      assert.equal(new Set(idsOf(verified)).size, 1)
      assert.equal(idsOf(verified)[0], RSA_ID)
    })
  }

  it('PKCS#8 of EC without its first 16 bytes', () => {
    assert.deepEqual(idsOf(verifiedIn(planted(P256.der.subarray(16), 1000))), [spkiOf(P256)])
  })

  it('an EC key without its point, cut behind the scalar, is unverified', () => {
    const hits = hitsIn(planted(P256.der.subarray(0, 68), 1000))
    assert.deepEqual(
      hits.map(({ certainty }) => certainty),
      ['unverified'],
    )
  })
})

function rsaPkcs8(): Buffer {
  return sampleOf(RSA_SAMPLES, 'RSA-2048 in pkcs8').der
}

describe('no key', () => {
  const cases = [
    { name: 'nine INTEGERs of noise', bytes: nineIntegers((length, i) => noise(length, `${i}`)) },
    { name: 'nine INTEGERs of zeros', bytes: nineIntegers((length) => Buffer.alloc(length)) },
    { name: 'nine INTEGERs of ones', bytes: nineIntegers((length) => Buffer.alloc(length, 1)) },
    { name: 'a public key', bytes: RSA_2048.publicKey.export({ format: 'der', type: 'spki' }) },
    {
      name: 'the head of Ed25519 keys before a text',
      bytes: template('302e020100300506032b657004220420'),
    },
    {
      name: 'the head of version 2 before a text',
      bytes: template('3051020101300506032b6570042204208121002f'),
    },
    {
      name: 'heads of EC keys one after another',
      bytes: template(
        '308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420a144034200' +
          '3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430a164036200',
      ),
    },
  ]
  for (const { name, bytes } of cases) {
    it(name, () => assert.deepEqual(verifiedIn(planted(bytes, 100)), []))
  }
})

function template(hex: string): Buffer {
  return Buffer.concat([
    Buffer.from(hex, 'hex'),
    Buffer.from('/usr/share/some/text/that/follows/it '.repeat(8)),
  ])
}

describe('verifyMaterial', () => {
  it('proves an RSA key of n, e and d alone, and gives its primes', () => {
    const material = materialOf(RSA_2048.der)
    assert.equal(material?.type, 'rsa')
    const verification = verifyMaterial({ ...material, p: undefined, q: undefined })
    assert.equal(verification?.certainty, 'verified')
    assert.equal(verification.material?.type, 'rsa')
    assert.equal(verification.material.p, material.p)
  })

  it('drops a scalar that belongs to another point', () => {
    const [one, other] = [1, 2].map(() =>
      materialOf(
        readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey.export({
          format: 'der',
          type: 'pkcs8',
        }),
      ),
    )
    assert.ok(one?.type === 'ec' && other?.type === 'ec')
    assert.equal(verifyMaterial({ ...one, d: other.d })?.certainty, 'unverified')
    assert.equal(verifyMaterial(one)?.verification, 'd·G = Q')
  })
})

describe('real files', () => {
  const folder = new URL(
    '../../../../../../shared/data/dumps/radare2-testbins/other/',
    import.meta.url,
  )
  const skip = existsSync(folder) ? false : 'shared/data is not here'
  const cases = [
    { name: 'rsa-private-4096.key', offset: 0x0d, kind: 'rsa' },
    { name: 'ed448-private.key', offset: 0xf5, kind: 'ed448' },
  ]
  for (const { name, offset, kind } of cases) {
    it(`${name} holds one key, at the offset that radare2 expects`, { skip }, () => {
      const hits = hitsIn(readFileSync(new URL(name, folder)))
      assert.deepEqual(
        hits.map((hit) => [hit.offset, hit.kind, hit.certainty]),
        [[offset, kind, 'verified']],
      )
    })
  }
})

it('a view into other bytes is read as its own', () => {
  const whole = planted(RSA_2048.der, 333)
  const view = new Uint8Array(whole.buffer, whole.byteOffset + 333, RSA_2048.der.length)
  const material = materialOf(view)
  assert.ok(material)
  const spki = createPublicKey({ key: RSA_2048.der, format: 'der', type: 'pkcs1' })
  assert.equal(
    keyIdOf(material).spkiSha256,
    spkiSha256(spki.export({ format: 'der', type: 'spki' })),
  )
  assert.equal(contentOf(view, elementsOf(view)[2] ?? assert.fail()).length, 3)
})
