import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { elfCore, readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scanFile } from '../../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'rust-keys-'))
after(() => rmSync(folder, { recursive: true }))

const ADDRESS = 0x5581_0000_0000n
const AT = 4096

/** What is found where `key` is alone in a chunk of malloc, shared or not: kind, length and where in the key. */
async function found(key: Uint8Array, isShared: boolean): Promise<(string | number)[][]> {
  const memory = noise(16_384, 'process')
  const counts = isShared ? 16 : 0
  const size = (key.length + counts + 8 + 15) & ~15
  memory.fill(0, AT - 8, AT + size)
  const view = new DataView(memory.buffer, memory.byteOffset)
  view.setUint32(AT - 8, size | 1, true)
  if (isShared) {
    view.setUint32(AT, 1, true)
    view.setUint32(AT + 8, 1, true)
  }
  memory.set(key, AT + counts)
  const file = path.join(folder, 'core')
  writeFileSync(file, elfCore({ memory: [{ address: ADDRESS, bytes: memory }] }).bytes)
  const { findings, candidates } = await scanFile(file)
  assert.equal(candidates.length, 0)
  return findings.map(({ kind, length, address = '' }) => [
    kind,
    length,
    Number(BigInt(address) - ADDRESS) - AT - counts,
  ])
}

const little = (value: bigint, length: number): Buffer =>
  Buffer.from(toBigEndian(value, length).toReversed())

/** Limbs of `width` bits in words of 8 bytes. */
function limbs(value: bigint, width: number): Buffer {
  const mask = (1n << BigInt(width)) - 1n
  return Buffer.concat(
    Array.from({ length: 5 }, (_, k) => little((value >> BigInt(k * width)) & mask, 8)),
  )
}

const CURVES = [
  { curve: 'P-256', isMontgomery: true },
  { curve: 'P-384', isMontgomery: true },
  { curve: 'secp256k1', isMontgomery: false },
] as const

describe('a signing key of RustCrypto in a chunk of malloc', () => {
  for (const { curve, isMontgomery } of CURVES) {
    const { lengthBytes, p } = curveNamed(curve)
    const made = readAgain(generateKeyPairSync('ec', { namedCurve: curve })).privateKey
    const { x = '', y = '', d = '' } = made.export({ format: 'jwk' })
    const [px = 0n, py = 0n, secret = 0n] = [x, y, d].map((text) =>
      fromBigEndian(Buffer.from(text, 'base64url')),
    )
    const coordinate = (value: bigint): Buffer =>
      isMontgomery ? little((value << BigInt(8 * lengthBytes)) % p, lengthBytes) : limbs(value, 52)
    const point = Buffer.concat([coordinate(px), coordinate(py), Buffer.alloc(8)])
    const orders = {
      'before its point': { bytes: [little(secret, lengthBytes), point], at: 0 },
      'behind its point': { bytes: [point, little(secret, lengthBytes)], at: point.length },
    }
    for (const [order, { bytes, at }] of Object.entries(orders)) {
      for (const isShared of [false, true]) {
        it(`of ${curve}, ${order}${isShared ? ', shared' : ''}`, async () => {
          assert.deepEqual(await found(Buffer.concat(bytes), isShared), [['ec', lengthBytes, at]])
        })
      }
    }

    it(`of ${curve} is nothing with the secret of another`, async () => {
      const bytes = Buffer.concat([little(secret ^ 8n, lengthBytes), point])
      assert.deepEqual(await found(bytes, false), [])
    })
  }
})

describe('a signing key of dalek in a chunk of malloc', () => {
  const made = readAgain(generateKeyPairSync('ed25519')).privateKey
  const { x = '', d = '' } = made.export({ format: 'jwk' })
  const [publicKey, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const numbers = ['x', 'y', 'z', 't'].map((name) => fromBigEndian(noise(31, name)))
  const point = Buffer.concat(numbers.map((number) => limbs(number, 51)))
  const orders = {
    'public half, point, seed': { bytes: [publicKey, point, seed], at: 192 },
    'point, public half, seed': { bytes: [point, publicKey, seed], at: 192 },
    'seed, public half, point': { bytes: [seed, publicKey, point], at: 0 },
  }
  for (const [order, { bytes, at }] of Object.entries(orders)) {
    for (const isShared of [false, true]) {
      it(`as ${order}${isShared ? ', shared' : ''}`, async () => {
        assert.deepEqual(await found(Buffer.concat(bytes), isShared), [['ed25519', 32, at]])
      })
    }
  }

  it('at no multiple of 8 is found where there are no addresses, and deep', async () => {
    // Away from the borders of the memory, beside which no addresses are asked.
    const memory = noise(1 << 18, 'moved')
    const begin = (1 << 17) + 3
    const moved = Buffer.concat([publicKey, point, seed])
    const size = (moved.length + 8 + 15) & ~15
    memory.fill(0, begin - 8, begin + size)
    new DataView(memory.buffer, memory.byteOffset).setUint32(begin - 8, size | 1, true)
    memory.set(moved, begin)
    const [core, raw] = [path.join(folder, 'moved.core'), path.join(folder, 'moved')]
    writeFileSync(core, elfCore({ memory: [{ address: ADDRESS, bytes: memory }] }).bytes)
    writeFileSync(raw, memory)
    const reports = [
      await scanFile(core),
      await scanFile(core, { deep: true }),
      await scanFile(raw),
    ]
    assert.deepEqual(
      reports.map(({ findings }) => findings.map(({ kind }) => kind)),
      [[], ['ed25519'], ['ed25519']],
    )
  })

  it('is nothing with another seed', async () => {
    const other = Buffer.from(seed)
    other[7] = (other[7] ?? 0) ^ 1
    assert.deepEqual(await found(Buffer.concat([publicKey, point, other]), false), [])
  })
})
