import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { RsaMaterial } from '../src/material/key_material.ts'
import { KeyTags } from '../src/material/key_tag.ts'
import { keyIdOf } from '../src/public_half/key_id.ts'

const rsa = (n: bigint, e: bigint): RsaMaterial => {
  return { type: 'rsa', n, e, p: undefined, q: undefined, d: undefined }
}

it('keys that share a modulus have names of their own, before and after others were asked about', () => {
  const [first, second] = [rsa(0xc0ffee1n, 3n), rsa(0xc0ffee1n, 65_537n)]
  const { spkiSha256 } = keyIdOf(first)
  assert.notEqual(keyIdOf(second).spkiSha256, spkiSha256)
  assert.equal(keyIdOf(first).spkiSha256, spkiSha256)
})

it('a tag is that of its hash key alone', () => {
  const [one, other] = [1, 2].map((byte) => new KeyTags(new Uint8Array(32).fill(byte)))
  const material = rsa(0xc0ffee1n, 3n)
  const tag = one?.of(material)
  assert.equal(tag?.length, 32)
  assert.notEqual(other?.of(material), tag)
  assert.equal(one?.of(material), tag)
})
