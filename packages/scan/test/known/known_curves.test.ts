import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { readAgain } from '@mintmark/testkit'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { orderedBytes } from '../../src/known/values/encodings.ts'
import { GROUNDS } from './known_plants.ts'

interface CurveKey {
  readonly publicKey: PublicKey
  readonly secret: Buffer
  /** As OpenSSL keeps it: in Montgomery form, lowest byte first. */
  readonly anchor: Uint8Array
  readonly plain: Buffer
}

function pointKey(curve: 'P-256' | 'P-384'): CurveKey {
  const jwk = readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey.export({
    format: 'jwk',
  })
  const [x, y, d] = [jwk.x, jwk.y, jwk.d].map((text) => Buffer.from(text ?? '', 'base64url'))
  assert.ok(x !== undefined && y !== undefined && d !== undefined)
  const [bigX, bigY] = [fromBigEndian(x), fromBigEndian(y)]
  const material = { type: 'ec', curve, x: bigX, y: bigY, d: undefined } as const
  const montgomery = (bigX << BigInt(8 * x.length)) % curveNamed(curve).p
  const anchor = orderedBytes(montgomery, x.length, 0)
  return { publicKey: keyWith(material, {}), secret: d, anchor, plain: x }
}

function stringKey(): CurveKey {
  const jwk = readAgain(generateKeyPairSync('ed25519')).privateKey.export({ format: 'jwk' })
  const plain = Buffer.from(jwk.x ?? '', 'base64url')
  const secret = Buffer.from(jwk.d ?? '', 'base64url')
  const material = { type: 'okp', curve: 'Ed25519', publicKey: plain, secret: undefined } as const
  return { publicKey: keyWith(material, {}), secret, anchor: plain, plain }
}

const isWhole = (material: KeyMaterial | undefined): boolean =>
  (material?.type === 'ec' && material.d !== undefined) ||
  (material?.type === 'okp' && material.secret !== undefined)

function offsetsOf(keys: readonly PublicKey[], bytes: Uint8Array): number[] {
  const hits = new KnownKeySearch(keys, { deep: false }).search(bytes, 0, bytes.length)
  return hits.filter(({ key }) => isWhole(key.material)).map(({ offset }) => offset)
}

const AT = 20_000
const POINT = pointKey('P-256')
const STRING = stringKey()

describe('a secret of a curve', () => {
  for (const [ground, fill] of Object.entries(GROUNDS)) {
    for (const shift of [0, 8]) {
      it(`of P-256 is found 0x200 bytes from x in Montgomery form (${ground}, at ${shift})`, () => {
        const bytes = fill(40_000, shift)
        bytes.set(POINT.secret.toReversed(), AT + shift)
        bytes.set(POINT.anchor, AT + shift + 0x200)
        assert.ok(offsetsOf([POINT.publicKey], bytes).includes(AT + shift))
      })
    }

    for (const shift of [1, 6]) {
      it(`of P-256 is found 138 bytes behind x, where its length is before it (${ground}, at ${shift})`, () => {
        const bytes = fill(40_000, shift)
        bytes.set(POINT.plain, AT + shift)
        bytes.set([0, POINT.secret.length], AT + shift + 136)
        bytes.set(POINT.secret, AT + shift + 138)
        assert.ok(offsetsOf([POINT.publicKey], bytes).includes(AT + shift + 138))
      })
    }

    for (const shift of [0, 1, 7]) {
      it(`of P-256 is found right before x, highest byte first (${ground}, at ${shift})`, () => {
        const bytes = fill(40_000, shift)
        bytes.set(POINT.secret, AT + shift)
        bytes.set(POINT.plain, AT + shift + 32)
        assert.ok(offsetsOf([POINT.publicKey], bytes).includes(AT + shift))
      })

      it(`of Ed25519 is found right before its public half (${ground}, at ${shift})`, () => {
        const bytes = fill(40_000, shift)
        bytes.set(STRING.secret, AT + shift)
        bytes.set(STRING.plain, AT + shift + 32)
        assert.ok(offsetsOf([STRING.publicKey], bytes).includes(AT + shift))
      })
    }
  }

  it('is found without its public half where something ends before it and begins behind it', () => {
    const bytes = new Uint8Array(40_000)
    bytes.set(POINT.secret, AT)
    bytes.set(STRING.secret, AT + 256)
    const found = offsetsOf([POINT.publicKey, STRING.publicKey], bytes)
    assert.ok(found.includes(AT) && found.includes(AT + 256))
  })

  it('is found behind a flood of copies of the public half', () => {
    const bytes = GROUNDS.zeros(200_000, 1)
    for (let at = 0; at < 100_000; at += 32) bytes.set(POINT.plain, at)
    bytes.set(POINT.secret, 120_000)
    bytes.set(POINT.plain, 120_032)
    assert.ok(offsetsOf([POINT.publicKey], bytes).includes(120_000))
  })
})

describe('a secret that few libraries keep so', () => {
  it('of P-384 is found right before a point, though copies elsewhere took the time of a probe', () => {
    const dear = pointKey('P-384')
    const search = new KnownKeySearch([dear.publicKey], { deep: false })
    const copies = GROUNDS.random(200_000, 2)
    for (let at = 1024; at < 100_000; at += 8192) copies.set(dear.plain, at)
    search.search(copies, 0, copies.length)
    assert.ok(search.limits.includes('scalars'))

    const bytes = GROUNDS.random(40_000, 3)
    bytes.set(dear.secret, AT)
    bytes[AT + 48] = 0x04
    bytes.set(dear.plain, AT + 49)
    const hits = search.search(bytes, 0, bytes.length)
    assert.ok(hits.some(({ offset, key }) => offset === AT && isWhole(key.material)))
  })

  it('of Ed25519 is found in a chunk of malloc near its public half, though copies elsewhere took that time', () => {
    const search = new KnownKeySearch([STRING.publicKey], { deep: false })
    const copies = GROUNDS.random(2_000_000, 4)
    for (let at = 1024; at < copies.length; at += 8192) copies.set(STRING.plain, at)
    for (let at = 512; at < copies.length; at += 1024) copies.fill(0, at, at + 16)
    search.search(copies, 0, copies.length)
    assert.ok(search.limits.includes('scalars'))

    const bytes = GROUNDS.random(40_000, 5)
    for (const at of [AT, AT + 0x180]) bytes.set([0x35, 0, 0, 0, 0, 0, 0, 0], at - 8)
    bytes.set(STRING.secret, AT)
    bytes.set(STRING.plain, AT + 0x180)
    const hits = search.search(bytes, 0, bytes.length)
    assert.ok(hits.some(({ offset, key }) => offset === AT && isWhole(key.material)))
  })

  for (const curve of ['P-256', 'P-384'] as const) {
    it(`of ${curve} is found in Montgomery form where nothing else of it is there (Botan)`, () => {
      const key = pointKey(curve)
      const { n, lengthBytes } = curveNamed(curve)
      const value = (fromBigEndian(key.secret) << BigInt(8 * lengthBytes)) % n
      const bytes = new Uint8Array(40_000)
      bytes.set(orderedBytes(value, lengthBytes, 0), AT)
      bytes.set(key.plain.toReversed(), AT + 0x140)
      assert.ok(offsetsOf([key.publicKey], bytes).includes(AT))
    })
  }
})
