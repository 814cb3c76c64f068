import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { readAgain } from '@mintmark/testkit'
import { planted } from '@mintmark/testkit/text_keys'
import { hitsIn, SPELLINGS } from './text_hits.ts'

/** Test keys: of the CCTV vectors of age, and the example of its manual. Published, and worth nothing. */
const PUBLISHED = 'AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0'
const PUBLISHED_HYBRID =
  'AGE-SECRET-KEY-PQ-1K30MYPZAHAXHR22YHH27EGDVLU0QNSUH3DSV7J7NR3X6D9LHXNWSDLTV4T'

/** Bech32 the plain way: BIP 173. */
function bech32(prefix: string, bytes: Uint8Array): string {
  const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const data = (`${bits}0000`.match(/.{5}/g) ?? []).map((group) => Number.parseInt(group, 2))
  const codes = Array.from(prefix.toLowerCase(), (letter) => letter.charCodeAt(0))
  const all = [
    ...codes.map((c) => c >> 5),
    0,
    ...codes.map((c) => c & 31),
    ...data,
    0,
    0,
    0,
    0,
    0,
    0,
  ]
  let sum = 1
  for (const value of all) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [i, word] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries())
      if ((top >> i) & 1) sum ^= word
  }
  sum ^= 1
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31)
  return `${prefix}1${[...data, ...check]
    .map((value) => alphabet[value])
    .join('')
    .toUpperCase()}`
}

const { privateKey, publicKey } = readAgain(generateKeyPairSync('x25519'))
const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
const spki = publicKey.export({ format: 'der', type: 'spki' })
const spkiSha256 = createHash('sha256').update(spki).digest('hex')
const identity = bech32('AGE-SECRET-KEY-', secret)

describe('an identity of age', () => {
  for (const [width, spell] of Object.entries(SPELLINGS)) {
    it(`is found by its checksum, ${width}, and named by its public half`, () => {
      const [hit, ...others] = hitsIn(planted(spell(`x ${identity}\n`), 33))
      assert.deepEqual(others, [])
      assert.ok(hit?.material)
      const { certainty, kind, encoding, length, verification } = hit
      assert.deepEqual([certainty, kind, encoding], ['verified', 'x25519', 'bech32'])
      assert.equal(length, identity.length * (width === 'plain' ? 1 : 2))
      assert.equal(verification, 'checksum, key decodes')
      assert.equal(keyIdOf(hit.material).spkiSha256, spkiSha256)
    })
  }

  it('that is published is found', () => {
    assert.equal(hitsIn(planted(Buffer.from(PUBLISHED), 9))[0]?.kind, 'x25519')
  })

  it('of the hybrid with ML-KEM is found, and its seed is the key', () => {
    const [hit] = hitsIn(planted(Buffer.from(PUBLISHED_HYBRID), 9))
    assert.deepEqual(
      [hit?.certainty, hit?.kind, hit?.bits, hit?.length],
      ['verified', 'ml-kem', 768, PUBLISHED_HYBRID.length],
    )
    assert.ok(hit?.material && 'secret' in hit.material)
    assert.equal(
      bech32('AGE-SECRET-KEY-PQ-', hit.material.secret ?? Buffer.alloc(0)),
      PUBLISHED_HYBRID,
    )
  })

  it('with one letter changed, in mixed letters, cut, or as a plugin has it, is nothing', () => {
    const letter = identity.at(-9) === 'Q' ? 'P' : 'Q'
    for (const text of [
      identity.slice(0, -9) + letter + identity.slice(-8),
      identity.slice(0, 40) + identity.slice(40).toLowerCase(),
      identity.slice(0, -1),
      identity.replace('AGE-SECRET-KEY-', 'AGE-SECRET-KEY-X-'),
      bech32('AGE-PLUGIN-SE-', secret),
    ]) {
      assert.deepEqual(hitsIn(planted(Buffer.from(text), 9)), [])
    }
  })
})
