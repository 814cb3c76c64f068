import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { readAgain } from '@mintmark/testkit'
import { planted } from '@mintmark/testkit/text_keys'
import { hitsIn, SPELLINGS } from './text_hits.ts'

const { privateKey, publicKey } = readAgain(generateKeyPairSync('x25519'))
const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
// As `wg genkey` does.
secret[0] = (secret[0] ?? 0) & 0xf8
secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40
const text = secret.toString('base64')
const spki = publicKey.export({ format: 'der', type: 'spki' })
const spkiSha256 = createHash('sha256').update(spki).digest('hex')

describe('a configuration of WireGuard', () => {
  for (const [width, spell] of Object.entries(SPELLINGS)) {
    for (const sign of [' = ', '=']) {
      it(`gives its private key, ${width}, with '${sign}' before it, named by its public half`, () => {
        const lines = `[Interface]\nPrivateKey${sign}${text}\nListenPort = 51820\n`
        const [hit, ...others] = hitsIn(planted(spell(lines), 33))
        assert.deepEqual(others, [])
        assert.ok(hit?.material)
        const { certainty, kind, encoding, length } = hit
        assert.deepEqual([certainty, kind, encoding], ['verified', 'x25519', 'wireguard'])
        assert.equal(length, 43 * (width === 'plain' ? 1 : 2))
        assert.equal(keyIdOf(hit.material).spkiSha256, spkiSha256)
      })
    }
  }

  it('is none with a letter more or less, or a scalar that is not clamped', () => {
    const unclamped = Uint8Array.from(secret)
    unclamped[0] = (secret[0] ?? 0) | 1
    for (const value of [`A${text}`, text.slice(1), Buffer.from(unclamped).toString('base64')]) {
      assert.deepEqual(hitsIn(planted(Buffer.from(`PrivateKey = ${value}\n`), 33)), [])
    }
  })
})
