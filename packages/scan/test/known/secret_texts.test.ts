import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { readAgain } from '@mintmark/testkit'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { secretTexts } from '../../src/known/secrets/secret_texts.ts'
import { SLICE } from '../../src/slices/conjugate.ts'
import { GROUNDS } from './known_plants.ts'

interface TestKey {
  readonly publicKey: PublicKey
  readonly secret: Buffer
}

function pointKey(namedCurve: 'P-256' | 'P-521' | 'secp256k1'): TestKey {
  const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve }))
  const jwk = privateKey.export({ format: 'jwk' })
  const [x, y, d] = [jwk.x, jwk.y, jwk.d].map((text) => Buffer.from(text ?? '', 'base64url'))
  assert.ok(x !== undefined && y !== undefined && d !== undefined)
  // One that begins with zeros is reported without them as well.
  if ((d[0] ?? 0) === 0) return pointKey(namedCurve)
  const point = { x: fromBigEndian(x), y: fromBigEndian(y) }
  const material: KeyMaterial = { type: 'ec', curve: namedCurve, ...point, d: undefined }
  return { publicKey: keyWith(material, {}), secret: d }
}

function stringKey(curve: 'Ed25519' | 'X25519'): TestKey {
  const pair = curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')
  const jwk = readAgain(pair).privateKey.export({ format: 'jwk' })
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url')
  const material = { type: 'okp', curve, publicKey, secret: undefined } as const
  return { publicKey: keyWith(material, {}), secret: Buffer.from(jwk.d ?? '', 'base64url') }
}

const LENGTH = 1 << 20
const AT = 600_001

/** Verified offsets and their encodings, of a text amid random bytes. */
function foundIn(
  { publicKey }: TestKey,
  text: string,
  start: number = AT,
): (readonly [number, string])[] {
  const bytes = GROUNDS.random(LENGTH, 12)
  bytes.set(Buffer.from(text, 'latin1'), start)
  const search = new KnownKeySearch([publicKey], { deep: false })
  return search
    .search(bytes, 0, bytes.length, undefined)
    .filter(({ key }) => key.certainty === 'verified')
    .map(({ offset, encoding }) => [offset - start, encoding] as const)
}

const SECRET = { length: 32, hasPublicBehind: false }
const HASHES = 400
const hashes = (count: number): string =>
  Array.from({ length: count }, (_, index) =>
    createHash('sha256').update(String(index)).digest('hex'),
  ).join('\n')

describe('the secret of a known key by itself in text', () => {
  it('is found in a configuration of WireGuard', () => {
    const key = stringKey('X25519')
    const text = `[Interface]\nPrivateKey = ${key.secret.toString('base64')}\n`
    assert.deepEqual(foundIn(key, text), [[25, 'base64']])
  })

  for (const curve of ['P-256', 'P-521', 'secp256k1'] as const) {
    it(`is found in a variable, as hexadecimal digits of either case: ${curve}`, () => {
      const key = pointKey(curve)
      const digits = key.secret.toString('hex')
      assert.deepEqual(foundIn(key, `\0PRIVATE_KEY=0x${digits}\0`), [[15, 'hex']])
      assert.deepEqual(foundIn(key, `\0d: "${digits.toUpperCase()}"\0`), [[5, 'hex']])
      assert.deepEqual(foundIn(key, `\0d: "${digits}0"\0`), [], 'a digit more is no secret')
    })
  }

  it('is found with its public half behind it, as NaCl keeps a seed', () => {
    const key = stringKey('Ed25519')
    const behind = Buffer.concat([key.secret, randomBytes(32)])
    assert.deepEqual(foundIn(key, ` ${behind.toString('hex')} `), [[1, 'hex-le']])
    assert.deepEqual(foundIn(key, ` ${behind.toString('base64')} `), [[1, 'base64']])
  })

  it('is found where two slices of a window meet, once', () => {
    const key = pointKey('P-256')
    for (const before of [1, 16, 40, 63]) {
      assert.deepEqual(foundIn(key, ` ${key.secret.toString('hex')} `, SLICE - 1 - before), [
        [1, 'hex'],
      ])
    }
  })

  it('is found by its name among more hashes than can be examined', () => {
    const key = pointKey('secp256k1')
    const text = `${hashes(HASHES)}\nsigning_key=${key.secret.toString('hex')}\n`
    assert.equal(foundIn(key, text).length, 1)
  })

  it('begins in the part of a window that is asked for, wherever its letters begin', () => {
    const secret = randomBytes(32)
    for (let at = 0; at < 64; at++) {
      const bytes = new Uint8Array(200)
      bytes.set(Buffer.from(secret.toString('base64url')), at)
      const runs = [{ from: Math.max(0, at - 1), to: 200 }]
      const texts = secretTexts(bytes, runs, SECRET, 0, 64)
      assert.deepEqual(
        texts.map((text) => [text.at, Buffer.from(text.bytes).equals(secret)]),
        [[at, true]],
      )
      assert.deepEqual(secretTexts(bytes, runs, SECRET, at + 1, 200), [])
      const parts = [
        { from: at, to: at + 20 },
        { from: at + 8, to: at + 40 },
      ]
      assert.equal(secretTexts(bytes, parts, SECRET, 0, 64).length, 1, 'once where it is in two')
      assert.deepEqual(
        secretTexts(bytes, parts.slice(1), SECRET, 0, 64),
        [],
        'its begin is not there',
      )
    }
  })
})

/** As a Secret of Kubernetes has a text. */
const inSecret = (text: string): string => ` privatekey: ${Buffer.from(text).toString('base64')}\n`

describe('the text of a secret in base64 again', () => {
  for (const { name, end } of [
    { name: 'as it is', end: '' },
    { name: 'with the line end of a file', end: '\n' },
  ])
    it(`is found: ${name}`, () => {
      const wireGuard = stringKey('X25519')
      const inBase64 = inSecret(wireGuard.secret.toString('base64') + end)
      assert.deepEqual(foundIn(wireGuard, inBase64), [[13, 'base64-of-base64']])
      const wallet = pointKey('secp256k1')
      const digits = wallet.secret.toString('hex')
      assert.deepEqual(foundIn(wallet, inSecret(`0x${digits}${end}`)), [[13, 'base64-of-hex']])
      assert.deepEqual(foundIn(wallet, inSecret(`${digits}0${end}`)), [], 'a digit more is none')
    })
})
