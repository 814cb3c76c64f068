import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { elfCore, readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'registers-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const d = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
const given = parsePublicKeys(
  Buffer.from(String(publicKey.export({ format: 'pem', type: 'spki' }))),
  'given.pem',
).keys

/** Saved registers full of something else: 2,696 bytes, as of a processor with AVX-512. */
function areaWith(parts: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const area = Buffer.from(noise(2696, 'registers'))
  for (const [at, bytes] of parts) area.set(bytes, at)
  return area
}

async function found(name: string, vectors: Uint8Array, deep = false): Promise<readonly unknown[]> {
  const file = path.join(folder, name)
  const memory = [{ address: 0x7f00_0000_0000n, bytes: new Uint8Array(8192) }]
  const threads = [{ id: 7, stackPointer: 0x7f00_0000_1000n }]
  const { bytes } = elfCore({ memory, threads, vectors })
  writeFileSync(file, bytes)
  const begin = Buffer.from(bytes).indexOf(vectors)
  assert.ok(begin > 0)
  const { findings } = await scanFile(file, { publicKeys: given, threads: 1, deep })
  return findings.map(({ offset, length, encoding }) => [offset - begin, length, encoding])
}

const little = Uint8Array.from(d).toReversed()

describe('a given scalar that is in registers alone', () => {
  const cases = [
    {
      name: 'in a register of 256 bits, whose halves are apart',
      parts: [
        [160 + 3 * 16, d.subarray(0, 16)],
        [576 + 3 * 16, d.subarray(16)],
      ],
      places: [
        [208, 16, 'limbs-be'],
        [624, 16, 'limbs-be'],
      ],
    },
    {
      name: 'in two of 128 bits',
      parts: [[160 + 5 * 16, little]],
      places: [[240, 32, 'limbs-le64']],
    },
    {
      name: 'in one of 512 bits',
      parts: [[1408 + 64, d]],
      places: [[1472, 32, 'limbs-be']],
    },
  ] as const
  for (const { name, parts, places } of cases) {
    it(`is found ${name}`, async () => {
      assert.deepEqual(await found(name, areaWith(parts)), places)
    })
  }

  it('is not found with its halves in two registers that are no neighbours', async () => {
    const parts = [
      [160, d.subarray(0, 16)],
      [576 + 16, d.subarray(16)],
    ] as const
    assert.deepEqual(await found('apart', areaWith(parts)), [])
  })
})

// Of what a copy by 64 bytes at a time leaves: a register that begins or ends within the scalar.
const other = noise(64, 'other')
/** What stands where a byte of the scalar would: never that byte. */
const instead = (byte: number | undefined) => Buffer.of((byte ?? 0) ^ 1)
const cut = [
  {
    name: '28 of its 32 bytes at the begin of one of 512 bits',
    at: 1664 + 6 * 64,
    register: Buffer.concat([d.subarray(4), other.subarray(0, 36)]),
    place: [1664 + 6 * 64, 28, 'limbs-be'],
  },
  {
    name: '28 at the end of one',
    at: 1664 + 7 * 64,
    register: Buffer.concat([other.subarray(0, 36), d.subarray(0, 28)]),
    place: [1664 + 7 * 64 + 36, 28, 'limbs-be'],
  },
  {
    name: 'all but its highest 3 bytes, the lowest first, anywhere',
    at: 1664 + 8 * 64,
    register: Buffer.concat([
      other.subarray(0, 21),
      little.subarray(0, 29),
      instead(little[29]),
      other.subarray(51),
    ]),
    place: [1664 + 8 * 64 + 21, 29, 'limbs-le64'],
  },
  {
    name: 'all but its lowest byte, the lowest first, anywhere',
    at: 1664 + 9 * 64,
    register: Buffer.concat([
      other.subarray(0, 4),
      instead(little[0]),
      little.subarray(1),
      other.subarray(36),
    ]),
    place: [1664 + 9 * 64 + 5, 31, 'limbs-le64'],
  },
] as const

describe('a given scalar that registers hold in part', () => {
  for (const { name, at, register, place } of cut) {
    it(`is mended from ${name}`, async () => {
      assert.equal(register.length, 64)
      const area = Buffer.alloc(2696)
      area.set(register, at)
      assert.deepEqual(await found(name, area), [place])
    })
  }

  it('is found by 30 bytes in a 512-bit register whose parts are apart', async () => {
    const register = Buffer.concat([
      other.subarray(0, 9),
      d.subarray(0, 30),
      instead(d[30]),
      other.subarray(40),
    ])
    const area = Buffer.alloc(2696)
    const parts = [
      [160 + 5 * 16, register.subarray(0, 16)],
      [576 + 5 * 16, register.subarray(16, 32)],
      [1152 + 5 * 32, register.subarray(32)],
    ] as const
    for (const [at, part] of parts) area.set(part, at)
    assert.deepEqual(await found('in three parts', area), [
      [160 + 5 * 16 + 9, 7, 'limbs-be'],
      [576 + 5 * 16, 16, 'limbs-be'],
      [1152 + 5 * 32, 7, 'limbs-be'],
    ])
  })

  it('is found by 27 bytes, in a deep search and in a usual one', async () => {
    const area = Buffer.alloc(2696)
    area.set(d.subarray(5), 1664)
    assert.deepEqual(await found('27 bytes', area), [[1664, 27, 'limbs-be']])
    assert.deepEqual(await found('27 bytes', area, true), [[1664, 27, 'limbs-be']])
  })
})
