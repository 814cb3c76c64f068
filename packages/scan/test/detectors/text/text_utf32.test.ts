import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { ED25519, P256, pemsOf, planted, RSA, type TestKey } from '@mintmark/testkit/text_keys'
import { hitsIn } from './text_hits.ts'

/** Letters four bytes apart, as wide strings of C on Unix have them. */
const UTF32 = {
  utf32le: (text: string): Buffer => Buffer.from(Uint32Array.from(text, codeOf).buffer),
  utf32be: (text: string): Buffer => Buffer.from(Uint32Array.from(text, codeOf).buffer).swap32(),
} as const

function codeOf(letter: string): number {
  return letter.charCodeAt(0)
}

function assertFound(bytes: Uint8Array, key: TestKey, encoding: string): void {
  const [hit, ...others] = hitsIn(bytes)
  assert.deepEqual(others, [])
  assert.equal(hit?.encoding, encoding)
  assert.equal(hit.certainty, 'verified')
  assert.ok(hit.material)
  assert.equal(keyIdOf(hit.material).spkiSha256, key.spkiSha256)
}

describe('a key in UTF-32 is found once', () => {
  for (const [name, spell] of Object.entries(UTF32)) {
    it(`as PEM, at any alignment, in JSON too, ${name}`, () => {
      for (const key of [RSA, P256, ED25519]) {
        for (const pem of pemsOf(key)) {
          for (let at = 8; at < 16; at++) assertFound(planted(spell(pem), at), key, 'pem')
          assertFound(planted(spell(JSON.stringify({ key: pem })), 9), key, 'pem')
        }
      }
    })

    it(`as JWK, ${name}`, () => {
      for (const key of [RSA, P256, ED25519]) {
        const text = JSON.stringify(key.key.export({ format: 'jwk' }))
        for (let at = 8; at < 16; at++) assertFound(planted(spell(text), at), key, 'jwk')
      }
    })
  }

  it('at its offset, with all of its letters', () => {
    const [pem = ''] = pemsOf(P256)
    const [hit] = hitsIn(planted(UTF32.utf32le(pem.trimEnd()), 12))
    assert.equal(hit?.offset, 12)
    assert.equal(hit.length, 4 * pem.trimEnd().length)
  })
})
