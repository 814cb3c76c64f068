import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, it } from 'node:test'
import { heapDump } from '@mintmark/testkit'
import { scanFile } from '../src/scan_file.ts'
import { noise } from './flood_world.ts'
import { idOf, RSA } from './public_key_world.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'java-heap-'))
after(() => rmSync(folder, { recursive: true }))

function numberOf(name: 'n' | 'd' | 'p' | 'q'): Buffer {
  return Buffer.from(RSA.privateKey.export({ format: 'jwk' })[name] ?? '', 'base64url')
}

/** The forms of the key in a heap whose arrays hold these numbers, with other arrays between them. */
async function formsIn(type: 'int' | 'byte', ...names: readonly ('n' | 'd' | 'p' | 'q')[]) {
  const arrays = names.flatMap((name, i) => [
    { type, bytes: numberOf(name) },
    { type: 'byte', bytes: noise(3000, `behind ${i}`) } as const,
  ])
  const file = path.join(folder, `${type} ${names.join(' ')}`)
  writeFileSync(file, heapDump({ segments: [arrays] }).bytes)
  const { findings } = await scanFile(file, { threads: 1 })
  for (const { keyId } of findings) assert.equal(keyId?.spkiSha256, idOf(RSA))
  return findings.map(({ form, length, owner }) => `${form} ${length} ${owner?.name}`)
}

it('an RSA key of which a Java heap holds numbers alone is found by its modulus', async () => {
  const half = 'limbs-be 128 int[]'
  assert.deepEqual(await formsIn('int', 'n', 'd', 'p', 'q'), ['limbs-be 256 int[]', half, half])
  assert.deepEqual(await formsIn('int', 'q', 'n'), [half])
})

it('arrays of bytes are no moduli: most are signatures', async () => {
  assert.deepEqual(await formsIn('byte', 'n'), [])
})

it('factors without their modulus are none', async () => {
  assert.deepEqual(await formsIn('int', 'p', 'q'), [])
})
