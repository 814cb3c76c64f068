/** Scalars whose begin or end was written over, beside their public half. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { scanFile } from '@mintmark/scan/scan_file'
import { readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scrubInput } from '../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'cut-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const jwk = privateKey.export({ format: 'jwk' })
const part = (name: 'd' | 'x' | 'y') => Buffer.from(String(jwk[name]), 'base64url')
const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
const publicKeys = parsePublicKeys(Buffer.from(pem), 'given.pem').keys

const d = part('d')
const little = Buffer.from(d.toReversed())
const point = Buffer.concat([Buffer.of(4), part('x'), part('y')])
/** Size of a chunk of glibc that holds 32 bytes, in use as is the one before. */
const CHUNK = Buffer.from('3100000000000000', 'hex')
const POINT_AT = 2048
const CHUNK_AT = POINT_AT + 256

describe('a given scalar that is overwritten in part', () => {
  const cases = [
    {
      name: 'its lowest three bytes, before the point',
      bytes: d.subarray(0, 29),
      at: POINT_AT - 32,
      isChunk: false,
    },
    {
      name: 'its highest byte, before the point',
      bytes: d.subarray(1),
      at: POINT_AT - 31,
      isChunk: false,
    },
    {
      name: 'its lowest two in a chunk',
      bytes: little.subarray(2),
      at: CHUNK_AT + 10,
      isChunk: true,
    },
    {
      name: 'its highest three in one',
      bytes: little.subarray(0, 29),
      at: CHUNK_AT + 8,
      isChunk: true,
    },
  ]
  for (const [index, { name, bytes, at, isChunk }] of cases.entries()) {
    it(`is mended and erased: ${name}`, async () => {
      const memory = Buffer.from(noise(8192, 'cut'))
      point.copy(memory, POINT_AT)
      if (isChunk) CHUNK.copy(memory, CHUNK_AT)
      bytes.copy(memory, at)
      const path = join(folder, String(index))
      writeFileSync(path, memory)
      const { findings } = await scanFile(path, { publicKeys, threads: 1 })
      assert.deepEqual(
        findings.map(({ offset, length, encoding }) => [offset, length, encoding]),
        [[at, bytes.length, isChunk ? 'limbs-le64' : 'limbs-be']],
      )
      const input = { kind: 'file', path } as const
      const { isClean, erased } = await scrubInput(input, name, { publicKeys })
      assert.ok(isClean)
      assert.ok(
        erased.some(({ offset, length }) => offset <= at && at + bytes.length <= offset + length),
      )
    })
  }
})
