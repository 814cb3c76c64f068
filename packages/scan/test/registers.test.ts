import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { elfCore, readAgain } from '@mintmark/testkit'
import { parsePublicKeys } from '../src/public_keys/parse.ts'
import { scanFile } from '../src/scan_file.ts'
import { noise } from './flood_world.ts'

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

async function found(name: string, vectors: Uint8Array): Promise<readonly unknown[]> {
  const file = path.join(folder, name)
  const memory = [{ address: 0x7f00_0000_0000n, bytes: new Uint8Array(8192) }]
  const threads = [{ id: 7, stackPointer: 0x7f00_0000_1000n }]
  const { bytes } = elfCore({ memory, threads, vectors })
  writeFileSync(file, bytes)
  const begin = Buffer.from(bytes).indexOf(vectors)
  assert.ok(begin > 0)
  const { findings } = await scanFile(file, { publicKeys: given, threads: 1 })
  return findings.map(({ offset, length, form }) => [offset - begin, length, form])
}

describe('a given scalar that lies in registers alone', () => {
  const little = Uint8Array.from(d).toReversed()
  const cases = [
    {
      name: 'in a register of 256 bits, whose halves lie apart',
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
