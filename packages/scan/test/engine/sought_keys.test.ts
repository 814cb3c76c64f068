/** Which of the keys found are still to be searched for by their values. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { SoughtKeys } from '../../src/engine/sought_keys.ts'
import { KEYS } from '../slices/conjugate_world.ts'

const keyOf = (material: KeyMaterial, note?: 'self-test') =>
  ({ kind: 'rsa', bits: 1024, certainty: 'verified', verification: '', note, material }) as const

it('a key is given once, and again when a value of it is new', () => {
  const found = new SoughtKeys()
  const [first, second] = KEYS
  assert.ok(first !== undefined && second !== undefined)
  const key = { type: 'rsa', ...first, d: 65_537n ** 70n } as const
  const another = { type: 'rsa', ...second, d: undefined } as const
  found.add(keyOf(key))
  assert.equal(found.unsought().length, 1)
  found.add(keyOf({ ...key, d: undefined }))
  assert.equal(found.unsought().length, 0)
  const other = { ...key, d: key.d + 2n }
  found.add(keyOf(other))
  assert.deepEqual(found.unsought(), [other])
  found.add(keyOf(another, 'self-test'))
  assert.equal(found.unsought().length, 0)
})

const ed25519 = (count: number, bytes?: number): SoughtKeys => {
  const found = new SoughtKeys(bytes)
  for (let i = 0; i < count; i++) {
    const secret = new Uint8Array(32).fill(i + 1)
    secret[1] = i >> 8
    const material = { type: 'okp', curve: 'Ed25519', publicKey: secret, secret } as const
    found.add(keyOf(material))
  }
  return found
}

it('public halves are reported of keys that fill a file, and of no others', () => {
  let last: string | undefined
  const [few, many] = [1024, 1025].map((count) => {
    const found = new SoughtKeys()
    for (let i = 0; i < count; i++) {
      const secret = Uint8Array.of(i, i >> 8, ...new Uint8Array(30).fill(7))
      const material = { type: 'okp', curve: 'Ed25519', publicKey: secret, secret } as const
      found.add(keyOf(material))
      last = keyIdOf(material).spkiSha256
    }
    return found.ofFlood
  })
  assert.deepEqual([few?.size, many?.size, many?.has(last ?? '')], [0, 1025, true])
})

describe('keys that are more than a pass may look for', () => {
  it('are counted, and fewer are looked for', () => {
    const [all, some] = [ed25519(1024), ed25519(1100)]
    assert.deepEqual([all.unsought().length, all.leftOut], [1024, 0])
    assert.deepEqual([some.unsought().length, some.leftOut], [512, 588])
  })

  it('are as few as suits a small file, but all where they are no more than that', () => {
    const [all, some] = [1024, 1100].map((count) => ed25519(count, 16 << 20))
    assert.deepEqual([all?.unsought().length, some?.unsought().length], [1024, 128])
  })

  it('are a quarter as many where they are RSA keys', () => {
    const found = new SoughtKeys()
    for (let i = 0; i < 520; i++) {
      const [p, q] = [0xc0ffee01n, BigInt(2 * i + 3)]
      const material = { type: 'rsa', n: p * q, e: 3n, p, q, d: 5n } as const
      found.add(keyOf(material))
    }
    assert.deepEqual([found.unsought().length, found.leftOut], [128, 392])
  })

  it('are few of each kind in a file that is made of them, and public halves of those kinds are reported', () => {
    const found = ed25519(40)
    const [one] = KEYS
    assert.ok(one !== undefined)
    const rsa = { type: 'rsa', ...one, d: undefined } as const
    found.add(keyOf(rsa))
    assert.deepEqual([found.unsought().length, found.isDenseIn(rsa)], [41, false])
    const full = ed25519(40)
    full.isFull = true
    full.add(keyOf(rsa))
    const chosen = full.unsought()
    assert.deepEqual([chosen.length, full.leftOut, chosen.includes(rsa)], [29, 12, true])
    const [key] = chosen
    assert.ok(key !== undefined)
    assert.deepEqual([full.isDenseIn(key), full.isDenseIn(rsa)], [true, false])
  })
})
