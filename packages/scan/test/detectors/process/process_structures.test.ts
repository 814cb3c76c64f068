import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { readAgain } from '@mintmark/testkit'
import { HEADS, le, NUMBERS, Process, pair, SECRET_AT, words } from './process_world.ts'

const numbersOf = (key: KeyObject): Buffer[] => {
  const { x = '', y = '', d = '' } = key.export({ format: 'jwk' })
  return [x, y, d].map((text) => Buffer.from(text, 'base64url'))
}

type PointCurve = 'P-256' | 'P-384' | 'P-521'
const NIDS: Readonly<Record<PointCurve, number>> = { 'P-256': 415, 'P-384': 715, 'P-521': 716 }

/** How OpenSSL writes a coordinate of the public half, from the coordinate and what Z to the right power is. */
interface Shape {
  readonly z: bigint
  readonly isMontgomery: boolean
}

/** An EC_KEY with all that it leads to. */
function ecKey(process: Process, curve: PointCurve, { z, isMontgomery }: Shape, isWrong = false) {
  const [x, y, d] = numbersOf(
    readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey,
  )
  assert.ok(x && y && d)
  const { p, bits } = curveNamed(curve)
  const limbs = Math.ceil(bits / 64)
  const radix = isMontgomery ? (1n << BigInt(64 * limbs)) % p : 1n
  const written = [fromBigEndian(x) * z ** 2n, fromBigEndian(y) * z ** 3n, z].map(
    (value, index) => {
      const limbsAt = process.number(le((value * radix) % p, limbs), 512 * index)
      return process.put(words(limbsAt, pair(limbs, limbs + 1), pair(0, 1)))
    },
  )
  const secret = fromBigEndian(d) ^ (isWrong ? 8n : 0n)
  const secretAt = process.number(le(secret, limbs), SECRET_AT)
  const number = process.put(words(secretAt, pair(limbs, limbs), pair(0, 0xd)))
  const point = process.put(words(HEADS, pair(NIDS[curve], 0), ...written, 1n))
  const meth = HEADS + 16n
  process.put(words(meth, 0n, 1n, meth, point, number, pair(0, 4), pair(1, 0)))
  return d.length
}

describe('an EC_KEY of OpenSSL', () => {
  const shapes: readonly (readonly [PointCurve, Shape])[] = [
    ['P-256', { z: 1n, isMontgomery: true }],
    ['P-256', { z: 0x1234_5678_9abcn, isMontgomery: true }],
    ['P-384', { z: 1n, isMontgomery: false }],
    ['P-521', { z: 77n, isMontgomery: false }],
  ]
  for (const [curve, shape] of shapes) {
    const how = `${shape.isMontgomery ? 'in the form of Montgomery' : 'plain'}, Z = ${shape.z}`
    it(`of ${curve}, its point ${how}, leads to the secret in another window`, async () => {
      const process = new Process()
      const length = ecKey(process, curve, shape)
      const at = `0x${(NUMBERS + BigInt(SECRET_AT)).toString(16)}`
      assert.deepEqual(await process.found('ec'), [['ec', 'limbs-le64', length, at]])
    })
  }

  it('whose number is not the secret of its point is nothing', async () => {
    const process = new Process()
    ecKey(process, 'P-256', { z: 1n, isMontgomery: true }, true)
    assert.deepEqual(await process.found('wrong'), [])
  })
})

describe('a key pair of mbedTLS', () => {
  for (const curve of ['P-256', 'P-384', 'P-521'] as const) {
    it(`of ${curve} leads to the secret in another window, and is nothing with another point`, async () => {
      const made = readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey
      const [x, y, d] = numbersOf(made).map((bytes) => fromBigEndian(bytes))
      assert.ok(x !== undefined && y !== undefined && d !== undefined)
      const { bits, lengthBytes } = curveNamed(curve)
      const limbs = Math.ceil(bits / 64)
      const size = BigInt(1 | (limbs << 16))
      for (const secret of [d, d ^ 8n]) {
        const process = new Process()
        const at = process.number(le(secret, limbs), SECRET_AT)
        const [xAt, yAt] = [process.number(le(x, limbs), 0), process.number(le(y, limbs), 512)]
        process.put(words(at, size, xAt, size, yAt, size, xAt, 0x1_0001n))
        const expected = [['ec', 'limbs-le64', lengthBytes, `0x${at.toString(16)}`]]
        // oxlint-disable-next-line no-await-in-loop -- one file
        assert.deepEqual(await process.found('pair'), secret === d ? expected : [])
      }
    })
  }
})

const STRINGS = ['x25519', 'x448', 'ed25519', 'ed448'] as const
const pairOf = (name: (typeof STRINGS)[number]): KeyObject =>
  // Each name has an overload of its own.
  readAgain(
    name === 'x25519'
      ? readAgain(generateKeyPairSync(name))
      : name === 'x448'
        ? readAgain(generateKeyPairSync(name))
        : name === 'ed25519'
          ? readAgain(generateKeyPairSync(name))
          : readAgain(generateKeyPairSync(name)),
  ).privateKey

describe('an ECX_KEY of OpenSSL 3', () => {
  for (const [type, name] of STRINGS.entries()) {
    for (const isWrong of [false, true]) {
      it(`of ${name} ${isWrong ? 'with another public half is nothing' : 'leads to the secret'}`, async () => {
        const process = new Process()
        const [publicKey, , secret] = numbersOf(pairOf(name))
        assert.ok(publicKey && secret)
        if (isWrong) publicKey[3] = (publicKey[3] ?? 0) ^ 1
        const head = new Uint8Array(104)
        const at = process.number(secret, SECRET_AT)
        head.set(words(HEADS, 0n))
        head[16] = 1
        head.set(publicKey, 17)
        head.set(words(at, BigInt(secret.length), pair(type, 1)), 80)
        process.put(head)
        const expected = [[name, 'limbs-le64', secret.length, `0x${at.toString(16)}`]]
        assert.deepEqual(await process.found(name), isWrong ? [] : expected)
      })
    }
  }
})

describe('parameters of GnuTLS', () => {
  const numbers = { x25519: 6, ed25519: 7, x448: 8, ed448: 9 } as const
  for (const name of STRINGS) {
    it(`of ${name} lead to the secret, and are nothing with another public half or curve`, async () => {
      const [publicKey, , secret] = numbersOf(pairOf(name))
      assert.ok(publicKey && secret)
      const length = BigInt(secret.length)
      for (const [flipped, number] of [
        [0, numbers[name]],
        [1, numbers[name]],
        [0, 2],
      ] as const) {
        const process = new Process()
        const at = process.number(secret, SECRET_AT)
        const other = Buffer.from(publicKey)
        other[3] = (other[3] ?? 0) ^ flipped
        const publicAt = process.number(other, SECRET_AT + 1024)
        process.put(words(pair(0, number), 0n, publicAt, length, at, length, 0n))
        const isKey = flipped === 0 && number !== 2
        const expected: (string | number)[][] = [
          [name, 'limbs-le64', secret.length, `0x${at.toString(16)}`],
        ]
        // oxlint-disable-next-line no-await-in-loop -- one file
        assert.deepEqual(await process.found('gnutls'), isKey ? expected : [])
      }
    })
  }
})

describe("an X25519 key of Go's crypto/ecdh", () => {
  const [publicKey, , secret] = numbersOf(pairOf('x25519'))
  assert.ok(publicKey && secret)
  const curve = [HEADS + 0x9000n, HEADS + 0x9100n] as const

  for (const isWrong of [false, true]) {
    it(isWrong ? 'with another public half is nothing' : 'leads to the secret', async () => {
      const process = new Process()
      const at = process.number(secret, SECRET_AT)
      const other = Buffer.from(publicKey)
      if (isWrong) other[3] = (other[3] ?? 0) ^ 1
      const publicAt = process.number(other, SECRET_AT + 1024)
      const head = process.put(words(...curve, publicAt, 32n, 32n))
      process.put(words(...curve, at, 32n, 32n, head))
      const expected = isWrong ? [] : [['x25519', 'limbs-le64', 32, `0x${at.toString(16)}`]]
      assert.deepEqual(await process.found('go'), expected)
    })
  }
})

describe('a seed of Ed25519 and its public half in one array', () => {
  const [publicKey, , seed] = numbersOf(pairOf('ed25519'))
  assert.ok(publicKey && seed)
  const both = Buffer.concat([seed, publicKey])
  const before: Readonly<Record<string, Uint8Array>> = {
    'of malloc': words(0x51n),
    'of malloc in an arena of a thread': words(0x55n),
    'of malloc behind a free chunk': words(0x50n),
    'of BoringSSL': words(0x61n, 65n),
    'of CPython': words(1n, 0x7f1b_9057_3ac0n, 64n, (1n << 64n) - 1n),
    'of PHP': words(pair(1, 0x16), 0n, 64n),
    'of PHP that was freed': words(0x7fbc_76e8_c0c0n, 0n, 64n),
    'of PHP with its public half twice': words(pair(1, 0x16), 0n, 96n),
  }
  for (const [name, head] of Object.entries(before)) {
    it(`${name} is found`, async () => {
      const process = new Process()
      process.number(head, SECRET_AT - head.length)
      const at = process.number(both, SECRET_AT)
      const expected = [['ed25519', 'limbs-le64', 32, `0x${at.toString(16)}`]]
      assert.deepEqual(await process.found('array'), expected)
    })
  }

  it('is found from a slice of Go in another window', async () => {
    const process = new Process()
    const at = process.number(both, SECRET_AT)
    process.put(words(at, 64n, 64n))
    const expected = [['ed25519', 'limbs-le64', 32, `0x${at.toString(16)}`]]
    assert.deepEqual(await process.found('slice'), expected)
  })

  it('is nothing with another public half, or where nothing marks it', async () => {
    const other = Buffer.from(both)
    other[40] = (other[40] ?? 0) ^ 1
    for (const [bytes, head] of [
      [other, words(0x51n)],
      [both, words(0x71n)],
    ] as const) {
      const process = new Process()
      process.number(head, SECRET_AT - 8)
      process.number(bytes, SECRET_AT)
      // oxlint-disable-next-line no-await-in-loop -- one file
      assert.deepEqual(await process.found('none'), [])
    }
  })
})

describe('an ECDSA key of ring', () => {
  for (const curve of ['P-256', 'P-384'] as const) {
    it(`of ${curve} is found by its secret in the form of Montgomery`, async () => {
      const made = readAgain(generateKeyPairSync('ec', { namedCurve: curve }))
      const [x, y, d] = numbersOf(made.privateKey)
      assert.ok(x && y && d)
      const { n, lengthBytes } = curveNamed(curve)
      const secret = le((fromBigEndian(d) << BigInt(8 * lengthBytes)) % n, 6)
      const head = [secret, words(BigInt(1 + 2 * lengthBytes)), Uint8Array.of(4)]
      const process = new Process()
      const at = process.number(Buffer.concat([...head, x, y]), SECRET_AT)
      const expected = [['ec', 'montgomery-d', lengthBytes, `0x${at.toString(16)}`]]
      assert.deepEqual(await process.found('ring'), expected)
      process.number(Buffer.concat([...head, x, x]), SECRET_AT)
      assert.deepEqual(await process.found('ring'), [])
    })
  }
})
