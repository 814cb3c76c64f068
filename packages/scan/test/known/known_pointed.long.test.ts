import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { readAgain } from '@mintmark/testkit'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { GROUNDS } from './known_plants.ts'

interface CurveKey {
  readonly publicKey: PublicKey
  /** Lowest byte first, or the seed. */
  readonly secret: Uint8Array
  /** What identifies it: x highest byte first, or the public key. */
  readonly anchor: Uint8Array
}

function pointKey(curve: 'P-256' | 'P-384' | 'P-521'): CurveKey {
  const pair = readAgain(generateKeyPairSync('ec', { namedCurve: curve }))
  const jwk = pair.privateKey.export({ format: 'jwk' })
  const [x, y, d] = [jwk.x, jwk.y, jwk.d].map((text) => Buffer.from(text ?? '', 'base64url'))
  assert.ok(x !== undefined && y !== undefined && d !== undefined)
  // One whose highest byte is zero is a byte later, too, where that byte comes first.
  if (curve !== 'P-521' && d[0] === 0) return pointKey(curve)
  const point = { x: fromBigEndian(x), y: fromBigEndian(y) }
  const material: KeyMaterial = { type: 'ec', curve, ...point, d: undefined }
  return { publicKey: keyWith(material, {}), secret: d.toReversed(), anchor: x }
}

function stringKey(): CurveKey {
  const pair = readAgain(generateKeyPairSync('ed25519'))
  const jwk = pair.privateKey.export({ format: 'jwk' })
  const anchor = Buffer.from(jwk.x ?? '', 'base64url')
  const secret = Buffer.from(jwk.d ?? '', 'base64url')
  const material = { type: 'okp', curve: 'Ed25519', publicKey: anchor, secret: undefined } as const
  return { publicKey: keyWith(material, {}), secret, anchor }
}

const BASE = 0x7f1b_0100_0000n
const LENGTH = 2 << 20
/** Far enough from the public half that nothing near it is examined. */
const AT = 1_600_016
const ANCHOR_AT = 40_000
const HEAD_AT = 800_000

/** Random memory in which a secret is with nothing around it, and a structure that points to it. */
function memoryWith(key: CurveKey, head: (pointer: bigint) => Uint8Array, headAt = HEAD_AT) {
  const bytes = GROUNDS.random(LENGTH, 7)
  bytes.set(key.anchor, ANCHOR_AT)
  bytes.set(key.secret, AT)
  bytes.set(head(BASE + BigInt(AT)), headAt)
  return bytes
}

/** 8-byte words, lowest byte first. */
function words(...values: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, 8 * index)
  return bytes
}

const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n)

const HEADS: Readonly<Record<string, (limbs: number, pointer: bigint) => Uint8Array>> = {
  'BIGNUM of OpenSSL': (limbs, to) => words(to, pair(limbs, limbs), pair(0, 9)),
  'BIGNUM with room': (limbs, to) => words(to, pair(limbs, limbs + 2), pair(0, 0xd)),
  'integer of mbedTLS': (limbs, to) => words(to, BigInt(1 | (limbs << 16))),
  'integer of GMP': (limbs, to) => words(pair(limbs + 1, limbs), to),
}

const numberOf = (text = ''): bigint => fromBigEndian(Buffer.from(text, 'base64url'))

function rsaMaterial(): KeyMaterial {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 }))
  const jwk = privateKey.export({ format: 'jwk' })
  const [n, e, d, p, q] = [jwk.n, jwk.e, jwk.d, jwk.p, jwk.q].map(numberOf)
  assert.ok(n !== undefined && e !== undefined && p !== undefined && q !== undefined)
  return { type: 'rsa', n, e, d, p, q }
}

/** Keys found before, whose values are searched for at multiples of 8 and of 4 bytes. */
const RSA = Array.from({ length: 6 }, rsaMaterial)
const ALONG: readonly (readonly KeyMaterial[])[] = [[], RSA.slice(0, 1), RSA]

function offsetsOf(
  key: CurveKey,
  bytes: Uint8Array,
  address?: bigint,
  [from, to]: readonly [number, number] = [0, bytes.length],
): number[] {
  const [alone = [], ...along] = ALONG.map((found) => {
    const search = new KnownKeySearch([], { deep: false, discovered: [key.publicKey], found })
    const hits = search.search(bytes, from, to, address)
    return hits.filter((hit) => hit.key.certainty === 'verified').map(({ offset }) => offset)
  })
  for (const offsets of along) assert.deepEqual(offsets, alone, 'beside values of other keys')
  return alone
}

/** What is before the bytes of an array in memory of each runtime. */
const ARRAYS: Readonly<Record<string, (length: number) => Uint8Array>> = {
  'the JVM': (length) => words(9n, pair(0x2318, length)),
  'the JVM with wide pointers': (length) => words(1n, 0x7f1b_8000_2318n, BigInt(length)),
  '.NET': (length) => words(0x7f1b_8010_4be0n, BigInt(length)),
  CPython: (length) => words(3n, 0x7f1b_9057_3ac0n, BigInt(length), (1n << 64n) - 1n),
}

describe('a secret of a curve in an array like that of its public half', () => {
  for (const [name, head] of Object.entries(ARRAYS)) {
    it(`of ${name} is found, whatever arrays are farther away`, () => {
      for (const key of [stringKey(), pointKey('P-256')]) {
        const bytes = GROUNDS.random(LENGTH, 9)
        const { length } = key.anchor
        const plant = (at: number, content?: Uint8Array) => {
          const before = head(length)
          bytes.set(before, at - before.length)
          if (content !== undefined) bytes.set(content, at)
        }
        plant(ANCHOR_AT, key.anchor)
        const big = key.publicKey.material.type === 'ec'
        plant(AT, big ? key.secret.toReversed() : key.secret)
        for (let k = 0; k < 500; k++) plant(AT + 4096 + 128 * k)
        for (let k = 0; k < 20; k++) plant(ANCHOR_AT + 4096 + 128 * k)
        assert.deepEqual(offsetsOf(key, bytes), [AT])
      }
    })
  }
})

describe('a secret of a curve that only a pointer leads to', () => {
  for (const [name, head] of Object.entries(HEADS)) {
    it(`is found from an ${name}`, () => {
      for (const curve of ['P-256', 'P-384', 'P-521'] as const) {
        const key = pointKey(curve)
        const limbs = Math.ceil(key.secret.length / 8)
        const bytes = memoryWith(key, (to) => head(limbs, to))
        assert.deepEqual(offsetsOf(key, bytes, BASE), [AT], curve)
        assert.deepEqual(offsetsOf(key, bytes), [], 'without addresses nothing leads to it')
      }
    })
  }

  it('is found though the pointer is in a part that is searched on its own, behind zeros', () => {
    for (const curve of ['P-384', 'P-521'] as const) {
      const key = pointKey(curve)
      const limbs = Math.ceil(key.secret.length / 8)
      const bytes = memoryWith(key, (to) => words(to, pair(limbs, limbs + 2), pair(0, 0xd)))
      assert.deepEqual(offsetsOf(key, bytes, BASE, [0, 1 << 20]), [AT], curve)
    }
  })

  it('is found from beside the public key of Ed25519', () => {
    const key = stringKey()
    const bytes = memoryWith(key, (to) => words(to), ANCHOR_AT + 64)
    assert.deepEqual(offsetsOf(key, bytes, BASE), [AT])
    assert.deepEqual(offsetsOf(key, bytes), [])
  })

  it('is found from beside the public key of Ed25519 in a process of 32 bits', () => {
    const key = stringKey()
    const low = 0x5655_0000n
    for (const at of [ANCHOR_AT + 64, ANCHOR_AT + 68]) {
      const bytes = memoryWith(key, () => new Uint8Array())
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, Number(low) + AT, true)
      assert.deepEqual(offsetsOf(key, bytes, low), [AT])
      assert.deepEqual(offsetsOf(key, bytes, BASE), [])
    }
  })

  it('is found though many structures point to other numbers: those of secrets come first', () => {
    const key = pointKey('P-384')
    const bytes = memoryWith(key, (to) => words(to, pair(6, 6), pair(0, 9)))
    for (let k = 0; k < 400; k++) {
      bytes.set(words(BASE + BigInt(100_000 + 64 * k), pair(6, 6), pair(0, 1)), 200_000 + 24 * k)
    }
    assert.deepEqual(offsetsOf(key, bytes, BASE), [AT])
  })
})
