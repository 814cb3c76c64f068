import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { readAgain } from '@mintmark/testkit'
import type { Memory } from '../../src/anchors/match.ts'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import {
  digitBytes,
  PYTHON_DIGITS,
  TOMMATH_DIGITS,
} from '../../src/known/values/digit_encodings.ts'
import { pair, words } from '../detectors/process/process_world.ts'
import { GROUNDS } from './known_plants.ts'

interface TestKey {
  readonly publicKey: PublicKey
  /** Highest byte first, or the seed. */
  readonly secret: Uint8Array
  readonly x: bigint
}

function pointKey(namedCurve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1'): TestKey {
  const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve }))
  const jwk = privateKey.export({ format: 'jwk' })
  const [x, y, d] = [jwk.x, jwk.y, jwk.d].map((text) => Buffer.from(text ?? '', 'base64url'))
  assert.ok(x !== undefined && y !== undefined && d !== undefined)
  // One whose highest digit is zero has a digit less.
  if ((d[0] ?? 0) === 0 && (d[1] ?? 0) < 8) return pointKey(namedCurve)
  const point = { x: fromBigEndian(x), y: fromBigEndian(y) }
  const material: KeyMaterial = { type: 'ec', curve: namedCurve, ...point, d: undefined }
  return { publicKey: keyWith(material, {}), secret: d, x: point.x }
}

function stringKey(): TestKey {
  const { privateKey } = readAgain(generateKeyPairSync('ed25519'))
  const jwk = privateKey.export({ format: 'jwk' })
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url')
  const material = { type: 'okp', curve: 'Ed25519', publicKey, secret: undefined } as const
  const secret = Buffer.from(jwk.d ?? '', 'base64url')
  return { publicKey: keyWith(material, {}), secret, x: 0n }
}

const BASE = 0x7f1b_0100_0000n
const LENGTH = 1 << 20
const AT = 600_016
const CLASS = 0xa0_4ec0n

const ground = (): Uint8Array => GROUNDS.random(LENGTH, 11)

/** Verified offsets, and their encodings. */
function foundIn(
  { publicKey }: TestKey,
  bytes: Uint8Array,
  memory?: Memory,
): (readonly [number, string])[] {
  const search = new KnownKeySearch([publicKey], { deep: false })
  const hits = search.search(bytes, 0, bytes.length, BASE, { memory })
  return hits
    .filter(({ key }) => key.certainty === 'verified')
    .map(({ offset, encoding }) => [offset, encoding] as const)
}

const NUMBERS = [
  ['P-256', 9],
  ['P-384', 13],
  ['P-521', 18],
] as const

/** An int of CPython with its head. */
function integer(value: bigint, bits: number, size: bigint): Uint8Array {
  return Buffer.concat([words(1n, CLASS, size), digitBytes(PYTHON_DIGITS, value, bits)])
}

describe('a secret in an object of CPython', () => {
  for (const [curve, digits] of NUMBERS) {
    it(`is found as a number of ${curve}, of either way to store its size`, () => {
      const key = pointKey(curve)
      for (const size of [digits, 8 * digits]) {
        const bytes = ground()
        const object = integer(fromBigEndian(key.secret), key.secret.length * 8, BigInt(size))
        bytes.set(object.subarray(0, 24 + 4 * digits), AT - 24)
        assert.deepEqual(foundIn(key, bytes), [[AT, 'python-digits-30']])
        bytes.set(words(0n), AT - 24)
        assert.deepEqual(foundIn(key, bytes), [], 'without a count it is no object')
      }
    })
  }

  it('is found beside the numbers of its public half among more than can be examined', () => {
    const key = pointKey('P-521')
    const bytes = ground()
    const plant = (value: bigint, at: number) => bytes.set(integer(value, 521, 144n), at)
    for (let k = 0; k < 1500; k++) {
      plant(fromBigEndian(bytes.slice(200 * k, 200 * k + 65)), 4096 + 128 * k)
    }
    plant(fromBigEndian(key.secret), AT - 24)
    plant(key.x, AT + 1024)
    assert.deepEqual(foundIn(key, bytes), [[AT, 'python-digits-30']])
  })

  it('is found behind the multiples of two bases of 256 bits that a library in pure Python keeps', () => {
    const key = pointKey('secp256k1')
    const bytes = ground()
    for (let k = 0; k < 1700; k++) {
      const value = fromBigEndian(bytes.slice(100 * k, 100 * k + 32))
      bytes.set(integer(value, 256, 72n), 4096 + 128 * k)
    }
    bytes.set(integer(fromBigEndian(key.secret), 256, 72n), AT - 24)
    assert.deepEqual(foundIn(key, bytes), [[AT, 'python-digits-30']])
  })

  it('is found as bytes, which have a zero behind them', () => {
    for (const key of [stringKey(), pointKey('P-256')]) {
      const { length } = key.secret
      const bytes = ground()
      // More offsets that visibly begin and end than can be examined.
      for (let k = 0; k < 5000; k++) bytes.fill(0, 4096 + 48 * k, 4096 + 48 * k + 16)
      bytes.set(words(2n, CLASS, BigInt(length), (1n << 64n) - 1n), AT - 32)
      bytes.set(key.secret, AT)
      bytes[AT + length] = 0
      const encoding = length === 32 && key.x === 0n ? 'limbs-le64' : 'limbs-be'
      assert.deepEqual(foundIn(key, bytes), [[AT, encoding]])
      bytes[AT + length] = 1
      assert.deepEqual(foundIn(key, bytes), [])
    }
  })
})

/** A header of a term: its words, and what it is. */
const header = (size: number, tag: number): bigint => BigInt((size << 6) | tag)

/** What is before a secret of so many bytes. Those of a number are its digits. */
const TERMS: readonly {
  readonly name: string
  readonly isNumber?: boolean
  readonly curves: readonly ('P-256' | 'P-384' | 'P-521' | 'Ed25519')[]
  readonly head: (length: number) => Uint8Array
}[] = [
  {
    name: 'number',
    isNumber: true,
    curves: ['P-256', 'P-384', 'P-521'],
    head: (length) => words(0n, header(Math.ceil(length / 8), 8)),
  },
  {
    name: 'string of OTP 27',
    curves: ['P-256', 'P-384', 'Ed25519'],
    head: (length) => words(header(1 + length / 8, 0x20), BigInt(8 * length)),
  },
  {
    name: 'string of OTP 26',
    curves: ['P-256', 'Ed25519'],
    head: (length) => words(header(1 + length / 8, 0x24), BigInt(length)),
  },
  {
    name: 'string outside of its heap',
    curves: ['P-521'],
    head: (length) => words(0n, 0x55a0_e81f_6b40n, 1n, BigInt(length)),
  },
]

/** More offsets that begin and end than can be examined, and as many behind a length. */
function fillMarks(bytes: Uint8Array, { secret }: TestKey): void {
  for (let k = 0; k < 5000; k++) bytes.fill(0, 4096 + 48 * k, 4096 + 48 * k + 16)
  for (let k = 0; k < 2000; k++) bytes.set(words(BigInt(secret.length)), 300_000 + 128 * k)
}

describe('a secret in a term of Erlang', () => {
  for (const { name, isNumber = false, curves, head } of TERMS) {
    it(`is found in a ${name}, amid offsets that begin and end`, () => {
      for (const curve of curves) {
        const key = curve === 'Ed25519' ? stringKey() : pointKey(curve)
        const bytes = ground()
        fillMarks(bytes, key)
        bytes.set(isNumber ? key.secret.toReversed() : key.secret, AT)
        assert.deepEqual(foundIn(key, bytes), [], `${curve} behind anything else`)
        const before = head(key.secret.length)
        bytes.set(before, AT - before.length)
        const isLowFirst = isNumber || curve === 'Ed25519'
        const expected = [AT, isLowFirst ? 'limbs-le64' : 'limbs-be']
        // One whose highest byte is zero is there without it, too.
        assert.deepEqual(foundIn(key, bytes)[0], expected, curve)
      }
    })
  }
})

describe('a secret in a string of OCaml', () => {
  for (const { curve, head, fill } of [
    { curve: 'P-256', head: 0x14fcn, fill: 7 },
    { curve: 'P-384', head: 0x1ffcn, fill: 7 },
    { curve: 'P-521', head: 0x25fcn, fill: 5 },
    { curve: 'Ed25519', head: 0x17fcn, fill: 7 },
  ] as const)
    it(`is found by its head and by what fills it up: ${curve}`, () => {
      const key = curve === 'Ed25519' ? stringKey() : pointKey(curve)
      const bytes = ground()
      fillMarks(bytes, key)
      bytes.set(words(head), AT - 8)
      bytes.set([...key.secret, ...new Uint8Array(fill), fill], AT)
      const encoding = curve === 'Ed25519' ? 'limbs-le64' : 'limbs-be'
      assert.deepEqual(foundIn(key, bytes)[0], [AT, encoding])
      bytes[AT + key.secret.length + fill] = fill + 1
      assert.deepEqual(foundIn(key, bytes), [], 'another string')
    })
})

describe('a secret right behind a word', () => {
  for (const { name, head } of [
    { name: 'its length, as in strings of PHP and Ruby and in arrays of .NET', head: 32n },
    { name: 'the size of its malloc chunk', head: 0x31n },
    { name: 'the size of its malloc chunk, of a thread', head: 0x35n },
  ])
    it(`is found: ${name}`, () => {
      for (const key of [stringKey(), pointKey('P-256')]) {
        const bytes = ground()
        // Offsets that begin and end, more than can be examined, and others whose content is no secret.
        for (let k = 0; k < 5000; k++) bytes.fill(0, 4096 + 48 * k, 4096 + 48 * k + 16)
        for (let k = 0; k < 5000; k++) bytes.set(words(head, 0n, 1n), 300_000 + 40 * k)
        bytes.set(key.secret, AT)
        assert.deepEqual(foundIn(key, bytes), [])
        bytes.set(words(head), AT - 8)
        assert.deepEqual(foundIn(key, bytes)[0]?.[0], AT)
      }
    })
})

describe('a secret that a structure leads to in another part of the process', () => {
  const far = 0x55d0_0000_1000n
  const memoryOf = (content: Uint8Array): Memory => ({
    at: (address, length) =>
      address === far && length <= content.length
        ? { bytes: content.slice(0, length), offset: -1_000_000 }
        : undefined,
  })

  for (const [curve, limbs] of [
    ['P-256', 4],
    ['P-384', 6],
  ] as const) {
    it(`is found from a number of GMP (${curve})`, () => {
      const key = pointKey(curve)
      const bytes = ground()
      bytes.set(words(pair(limbs, limbs), far), AT)
      const memory = memoryOf(key.secret.toReversed())
      assert.deepEqual(foundIn(key, bytes, memory), [[-1_000_000, 'limbs-le64']])
      assert.deepEqual(foundIn(key, bytes), [])
    })
  }

  it('is found from a number of LibTomMath', () => {
    const key = pointKey('P-521')
    const bytes = ground()
    bytes.set(words(pair(9, 32), 0n, far), AT)
    const digits = digitBytes(TOMMATH_DIGITS, fromBigEndian(key.secret), 8 * 66)
    assert.deepEqual(foundIn(key, bytes, memoryOf(digits)), [[-1_000_000, 'limbs-60']])
  })
})
