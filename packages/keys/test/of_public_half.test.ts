import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { KeyMaterial, RsaMaterial } from '../src/material/key_material.ts'
import { KeyTags } from '../src/material/key_tag.ts'
import { OfPublicHalf } from '../src/material/of_public_half.ts'
import { keyIdOf } from '../src/public_half/key_id.ts'

const rsa = (n: bigint, e: bigint): RsaMaterial => {
  return { type: 'rsa', n, e, p: undefined, q: undefined, d: undefined }
}

it('an answer about a public half is kept, and is not that about another', () => {
  const kept = new OfPublicHalf<number>()
  let asked = 0
  const ask = (material: KeyMaterial): number => kept.answer(material, () => asked++)
  const secret = new Uint8Array(32).fill(7)
  const okp = { type: 'okp', publicKey: new Uint8Array(32), secret } as const
  const ec = { type: 'ec', x: 5n, d: 3n } as const
  const different: readonly KeyMaterial[] = [
    rsa(35n, 5n),
    rsa(35n, 7n),
    { ...ec, curve: 'P-256', y: 6n },
    { ...ec, curve: 'P-256', y: 7n },
    { ...ec, curve: 'P-384', y: 7n },
    { ...okp, curve: 'Ed25519' },
    { ...okp, curve: 'X25519' },
  ]
  for (const [i, material] of different.entries()) {
    assert.equal(ask(material), i)
    assert.equal(ask(material), i)
  }
  // What has no public half may be a secret: nothing of it is kept.
  const opaque: KeyMaterial = { type: 'aes', secret, publicKey: undefined }
  assert.notEqual(ask(opaque), ask(opaque))
})

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

const moduli = (low: (i: bigint) => bigint): readonly RsaMaterial[] =>
  Array.from({ length: 1500 }, (_, i) => rsa((BigInt(i + 1) << 448n) | low(BigInt(i)), 3n))

/** Microseconds, the best of five. */
function timeOf(keys: readonly RsaMaterial[]): number {
  const times = Array.from({ length: 5 }, () => {
    const kept = new OfPublicHalf<number>()
    const begin = process.cpuUsage()
    for (const key of keys) kept.answer(key, () => 1)
    return process.cpuUsage(begin).user + 1000
  })
  return Math.min(...times)
}

it('moduli that end alike take no longer than others', () => {
  // 21 ms beside 0.3 where the lowest word alone is examined.
  assert.ok(timeOf(moduli(() => 1n)) < 6 * timeOf(moduli((i) => 2n * i + 1n)))
})
