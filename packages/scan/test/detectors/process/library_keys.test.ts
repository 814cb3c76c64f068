import assert from 'node:assert/strict'
import { createDiffieHellmanGroup, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { ML_KEM, ML_KEM_SEED, mlKemFromSeed } from '@mintmark/keys/arithmetic/ml_kem'
import { mlKemWords } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import { bitLength, fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { childrenOf, contentOf, elementOf, TAG } from '@mintmark/keys/der/der'
import { LATTICE_SCHEMES } from '@mintmark/keys/der_keys/post_quantum'
import { groupKeyOfSpki } from '@mintmark/keys/public_half/group_spki'
import { readAgain } from '@mintmark/testkit'
import { HEADS, le, NUMBERS, Process, pair, SECRET_AT, words } from './process_world.ts'

const hex = (address: bigint): string => `0x${address.toString(16)}`
const at = (offset: number): string => hex(NUMBERS + BigInt(offset))

interface Numbers {
  readonly p: bigint
  readonly q: bigint | undefined
  readonly g: bigint
  readonly x: bigint
  readonly y: bigint
}

function dsaNumbers(): Numbers {
  const keys = readAgain(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }))
  const pkcs8 = keys.privateKey.export({ format: 'der', type: 'pkcs8' })
  const whole = elementOf(pkcs8, 0, pkcs8.length, TAG.sequence)
  const octets = whole && childrenOf(pkcs8, whole)?.[2]
  const number = octets && elementOf(pkcs8, octets.from, octets.to, TAG.integer)
  const key = groupKeyOfSpki(keys.publicKey.export({ format: 'der', type: 'spki' }))
  assert.ok(number && key)
  return { ...key, x: fromBigEndian(contentOf(pkcs8, number)) }
}

function dhNumbers(): Numbers {
  const group = createDiffieHellmanGroup('modp14')
  group.generateKeys()
  const [p = 0n, g = 0n, x = 0n, y = 0n] = [
    group.getPrime(),
    group.getGenerator(),
    group.getPrivateKey(),
    group.getPublicKey(),
  ].map((bytes) => fromBigEndian(bytes))
  return { p, q: (p - 1n) / 2n, g, x, y }
}

/** FFC_PARAMS and what follows it; of DH with the length of the exponent before the key. */
function groupStructure(process: Process, { p, q, g, x, y }: Numbers, isDh: boolean): number {
  let next = 0
  const number = (value: bigint, offset = next): bigint => {
    const limbs = Math.ceil(bitLength(value) / 64)
    const address = process.number(le(value, limbs), offset)
    next += 512
    return process.put(words(address, pair(limbs, limbs), pair(0, 4)))
  }
  const [pAt, qAt, gAt] = [number(p), q === undefined ? 0n : number(q), number(g)]
  const [yAt, xAt] = [number(y), number(x, SECRET_AT)]
  const length = isDh ? [225n] : []
  const group = [pAt, qAt, gAt, 0n, 0n, 0n]
  const counters = [pair(0xffff_ffff, isDh ? 1126 : 0), pair(0xffff_ffff, 0), pair(3, 0)]
  process.put(words(0n, ...group, ...counters, 0n, 0n, 0n, ...length, yAt, xAt))
  return Math.ceil(bitLength(x) / 64) * 8
}

describe('the structure of OpenSSL for DSA and DH', () => {
  for (const { kind, numbers } of [
    { kind: 'dsa', numbers: dsaNumbers() },
    { kind: 'dh', numbers: dhNumbers() },
  ]) {
    it(`leads to the secret of ${kind.toUpperCase()} in another window`, async () => {
      const process = new Process()
      const length = groupStructure(process, numbers, kind === 'dh')
      assert.deepEqual(await process.found(kind), [[kind, 'limbs-le64', length, at(SECRET_AT)]])
    })

    it(`is none where g^x is not y (${kind.toUpperCase()})`, async () => {
      const process = new Process()
      groupStructure(process, { ...numbers, x: numbers.x ^ 8n }, kind === 'dh')
      assert.deepEqual(await process.found(`${kind}-wrong`), [])
    })
  }
})

/** t, the matrix, s, z and d in one piece, and what leads to them. */
function kemStructure(process: Process, k: number, seed: Uint8Array, hasSeed: boolean): number {
  const parameters = ML_KEM.find((each) => each.k === k) ?? assert.fail()
  const { secret, publicKey } = mlKemFromSeed(parameters, seed)
  const vector = 512 * k
  const [s, t] = [mlKemWords(secret.subarray(0, 384 * k)), mlKemWords(publicKey.subarray(0, -32))]
  const matrix = vector * k
  process.numbers.set(t, 0)
  process.numbers.set(s, vector + matrix)
  process.numbers.set(seed.subarray(32), 2 * vector + matrix)
  if (hasSeed) process.numbers.set(seed.subarray(0, 32), 2 * vector + matrix + 32)
  const offsets = [0, vector, vector + matrix, 2 * vector + matrix]
  const pointers = offsets.map((offset) => NUMBERS + BigInt(offset))
  const d = hasSeed ? NUMBERS + BigInt(2 * vector + matrix + 32) : 0n
  const head = words(HEADS, 0n, HEADS, HEADS, HEADS, HEADS, 0n, 0n, ...pointers, d)
  const flags = Uint8Array.of(13, 0, 0, 0)
  const hash = secret.subarray(-64, -32)
  const begin = Buffer.concat([head, flags, publicKey.subarray(-32), hash])
  const address = process.put(begin)
  const rho = address + BigInt(head.length + flags.length)
  const offset = Number(address - HEADS)
  process.heads.set(words(rho, rho + 32n), offset + 48)
  return vector + matrix
}

describe('the structure of OpenSSL for ML-KEM', () => {
  for (const k of [2, 3, 4]) {
    it(`leads to s and the seed (k = ${k})`, async () => {
      const process = new Process()
      const from = kemStructure(process, k, randomBytes(ML_KEM_SEED), true)
      const found = await process.found(`kem-${k}`)
      assert.deepEqual(found, [['ml-kem', 'openssl-ml-kem', 512 * k + 64, at(from)]])
    })
  }

  it('leads to s and z where the seed is not kept', async () => {
    const process = new Process()
    const from = kemStructure(process, 3, randomBytes(ML_KEM_SEED), false)
    const found = await process.found('kem-expanded')
    assert.deepEqual(found, [['ml-kem', 'openssl-ml-kem', 512 * 3 + 32, at(from)]])
  })

  it('is none where s is of another key', async () => {
    const process = new Process()
    const from = kemStructure(process, 3, randomBytes(ML_KEM_SEED), false)
    process.numbers[from] = (process.numbers[from] ?? 0) ^ 1
    assert.deepEqual(await process.found('kem-wrong'), [])
  })
})

describe('an expanded key alone in a chunk of malloc', () => {
  for (const scheme of LATTICE_SCHEMES) {
    const { secret } = scheme.fromSeed(randomBytes(scheme.seedLength))
    const size = Math.ceil((secret.length + 8) / 16) * 16

    it(`of ${scheme.name} is found by itself`, async () => {
      for (const flags of [1, 5]) {
        const process = new Process()
        process.number(words(BigInt(size | flags)), SECRET_AT - 8)
        process.number(secret, SECRET_AT)
        const [first] = await process.found('chunk')
        assert.deepEqual(first, [scheme.kind, 'expanded-key', secret.length, at(SECRET_AT)])
      }
    })

    it(`of ${scheme.name} is none with a bit of its secret turned`, async () => {
      const process = new Process()
      process.number(words(BigInt(size | 1)), SECRET_AT - 8)
      const wrong = Uint8Array.from(secret)
      wrong[200] = (wrong[200] ?? 0) ^ 1
      process.number(wrong, SECRET_AT)
      assert.deepEqual(await process.found('chunk-wrong'), [])
    })
  }
})
