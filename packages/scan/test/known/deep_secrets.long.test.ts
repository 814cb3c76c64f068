/** In a file that is not large given scalars are searched for as in a deep search. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'deep-'))
after(() => rmSync(folder, { recursive: true }))

/** What looks like a secret, between zeros: more of it than the usual budget is enough for. */
const DECOYS = 600
const SCALAR = 32
const BLOCK = 2 * SCALAR

it('a given scalar among thousands of offsets that look like one is found without --deep', async () => {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const memory = Buffer.alloc(DECOYS * BLOCK)
  const random = noise(DECOYS * SCALAR, 'decoys')
  for (let k = 0; k < DECOYS; k++) {
    memory.set(random.subarray(k * SCALAR, (k + 1) * SCALAR), k * BLOCK + SCALAR)
  }
  const at = (DECOYS - 10) * BLOCK + SCALAR
  Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url').copy(memory, at)
  const path = join(folder, 'decoys')
  writeFileSync(path, memory)
  const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
  const publicKeys = parsePublicKeys(Buffer.from(pem), 'given.pem').keys
  const { findings } = await scanFile(path, { publicKeys, threads: 1 })
  assert.deepEqual(
    findings.map(({ offset, length, encoding }) => [offset, length, encoding]),
    [[at, SCALAR, 'limbs-be']],
  )
})

it('a given scalar beside its public half is found without five of its bytes', async () => {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const { d, x, y } = privateKey.export({ format: 'jwk' })
  const part = Buffer.from(String(d), 'base64url').fill(0, 0, 5)
  const point = [x, y].map((each) => Buffer.from(String(each), 'base64url'))
  const path = join(folder, 'part')
  writeFileSync(path, Buffer.concat([Buffer.alloc(4096), part, ...point, Buffer.alloc(4096)]))
  const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
  const publicKeys = parsePublicKeys(Buffer.from(pem), 'given.pem').keys
  const { findings } = await scanFile(path, { publicKeys, threads: 1 })
  assert.deepEqual(
    findings.map(({ offset, length, verification }) => [offset, length, verification]),
    [[4096 + 5, 27, 'd·G = Q, from 27 of its 32 bytes (d as limbs-be)']],
  )
})

const PAIRS = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
}
for (const [name, pair] of Object.entries(PAIRS)) {
  it(`a given secret of ${name} amid random bytes of a small file is found wherever it is`, async () => {
    const { privateKey, publicKey } = readAgain(pair())
    const secret = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
    const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
    const publicKeys = parsePublicKeys(Buffer.from(pem), 'given.pem').keys
    for (const at of [0, 777, 20_000 - SCALAR]) {
      const memory = Buffer.from(noise(20_000, `around ${at}`))
      secret.copy(memory, at)
      const path = join(folder, 'small')
      writeFileSync(path, memory)
      // oxlint-disable-next-line no-await-in-loop -- one file
      const { findings } = await scanFile(path, { publicKeys, threads: 1 })
      assert.deepEqual(
        findings.map(({ offset }) => offset),
        [at],
      )
    }
  })
}
