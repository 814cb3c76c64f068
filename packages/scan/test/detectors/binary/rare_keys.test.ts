/** Keys as few programs write them: points in the hybrid form, sizes that are no multiple of 16, the longest scalars. */
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { hitsIn as textHitsIn } from '../text/text_hits.ts'
import { hitsIn, idsOf, planted, spkiSha256 } from './binary_hits.ts'

const idOf = (key: KeyObject): string =>
  spkiSha256(createPublicKey(key).export({ format: 'der', type: 'spki' }))

describe('an EC key with its point in the hybrid form of SEC 1', () => {
  for (const namedCurve of ['P-256', 'secp256k1', 'P-521']) {
    const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve }))
    const der = privateKey.export({ format: 'der', type: 'sec1' })
    const [y, width] = [der.at(-1) ?? 0, namedCurve === 'P-521' ? 66 : 32]
    const first = der.length - 2 * width - 1

    it(`is verified on ${namedCurve}`, () => {
      assert.equal(der[first], 4)
      der[first] = 6 + (y & 1)
      const hits = hitsIn(planted(der, 1024))
      assert.deepEqual(
        hits.map(({ encoding, certainty, length }) => [encoding, certainty, length]),
        [['sec1-der', 'verified', der.length]],
      )
      assert.deepEqual(idsOf(hits), [idOf(privateKey)])
    })

    it(`is not where the encoding gives another y, on ${namedCurve}`, () => {
      der[first] = 7 - (y & 1)
      const [hit] = hitsIn(planted(der, 1024))
      assert.equal(hit?.certainty, 'unverified')
    })
  }
})

describe('a PRIVATEKEYBLOB whose modulus is no multiple of 16 bits', () => {
  for (const modulusLength of [1023, 1030, 1032]) {
    it(`is verified with ${modulusLength} bits, at its length`, () => {
      const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength }))
      const blob = capiBlob(privateKey.export({ format: 'jwk' }), modulusLength)
      const hits = hitsIn(planted(blob, 1024))
      assert.deepEqual(
        hits.map(({ encoding, certainty, bits, length }) => [encoding, certainty, bits, length]),
        [['capi-blob', 'verified', modulusLength, blob.length]],
      )
      assert.deepEqual(idsOf(hits), [idOf(privateKey)])
    })
  }
})

it('a key on a binary field of 571 bits is unverified, in DER and in PEM', () => {
  const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'sect571r1' }))
  for (const type of ['sec1', 'pkcs8'] as const) {
    const [hit] = hitsIn(planted(privateKey.export({ format: 'der', type }), 1024))
    assert.equal(hit?.certainty, 'unverified')
    const [text] = textHitsIn(Buffer.from(privateKey.export({ format: 'pem', type })))
    assert.deepEqual([text?.encoding, text?.certainty], ['pem', 'unverified'])
  }
})

/** As `openssl rsa -outform MSBLOB` writes it: halves are rounded up to whole bytes. */
function capiBlob(jwk: Record<string, unknown>, bits: number): Buffer {
  const header = Buffer.from('0702000000a40000525341320000000001000100', 'hex')
  header.writeUInt32LE(bits, 12)
  const [whole, half] = [Math.ceil(bits / 8), Math.ceil(bits / 16)]
  const field = (name: string, length: number): Buffer => {
    const bytes = Buffer.from(String(jwk[name]), 'base64url').toReversed()
    return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)])
  }
  const halves = ['p', 'q', 'dp', 'dq', 'qi'].map((name) => field(name, half))
  return Buffer.concat([header, field('n', whole), ...halves, field('d', whole)])
}
