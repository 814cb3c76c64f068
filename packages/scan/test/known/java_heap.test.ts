import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { heapDump, readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { idOf, RSA } from '@mintmark/testkit/public_key_world'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'java-heap-'))
after(() => rmSync(folder, { recursive: true }))

/** As words of 32 bits hold it: of some keys d is a byte shorter. */
function numberOf(name: 'n' | 'd' | 'p' | 'q'): Buffer {
  const bytes = Buffer.from(RSA.privateKey.export({ format: 'jwk' })[name] ?? '', 'base64url')
  return Buffer.concat([Buffer.alloc(-bytes.length & 3), bytes])
}

/** The encodings of the key in a heap whose arrays hold these numbers, with other arrays between them. */
async function formsIn(type: 'int' | 'byte', ...names: readonly ('n' | 'd' | 'p' | 'q')[]) {
  const arrays = names.flatMap((name, i) => [
    { type, bytes: numberOf(name) },
    { type: 'byte', bytes: noise(3000, `behind ${i}`) } as const,
  ])
  const file = path.join(folder, `${type} ${names.join(' ')}`)
  writeFileSync(file, heapDump({ segments: [arrays] }).bytes)
  const { findings } = await scanFile(file, { threads: 1 })
  for (const { keyId } of findings) assert.equal(keyId?.spkiSha256, idOf(RSA))
  return findings.map(({ encoding, length, owner }) => `${encoding} ${length} ${owner?.name}`)
}

it('an RSA key whose numbers alone are in a Java heap is found by its modulus', async () => {
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

/** Sixty arrays, of which one is the bytes given. */
const many = (own: Buffer) =>
  Array.from({ length: 60 }, (_, i) =>
    i === 37
      ? ({ type: 'int', bytes: own } as const)
      : ({ type: 'byte', bytes: noise(40 + (i % 7), `array ${i}`) } as const),
  )

describe('a heap of many small arrays, which are looked through side by side', () => {
  const publicKeys = parsePublicKeys(
    Buffer.from(RSA.publicKey.export({ type: 'spki', format: 'der' })),
    'given',
  ).keys
  const scanned = async (name: string, arrays: Parameters<typeof heapDump>[0]['segments'][0]) => {
    const { bytes } = heapDump({ segments: [arrays] })
    const file = path.join(folder, name)
    writeFileSync(file, bytes)
    return { bytes, report: await scanFile(file, { threads: 1, publicKeys }) }
  }

  it('a factor of the key given is found, where it is', async () => {
    const p = numberOf('p')
    const { bytes, report } = await scanned('one of many', many(p))
    const places = report.findings.map(({ offset, length, encoding, owner }) => {
      return { offset, length, encoding, owner: owner?.name }
    })
    assert.deepEqual(places, [
      { offset: Buffer.from(bytes).indexOf(p), length: 128, encoding: 'limbs-be', owner: 'int[]' },
    ])
  })

  it('what goes over from one array to the next is none', async () => {
    const p = numberOf('p')
    const halves = [p.subarray(0, 64), p.subarray(64)].map((bytes) => {
      return { type: 'byte', bytes } as const
    })
    const { report } = await scanned('halves', [...many(noise(64, 'own')), ...halves])
    assert.deepEqual(report.findings, [])
  })
})

it('the secret of a curve is found in an array of its size, though thousands of others are there', async () => {
  for (const [type, options] of [
    ['int', { namedCurve: 'P-256' }],
    ['byte', { namedCurve: 'P-384' }],
  ] as const) {
    const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', options))
    const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
    const others = Array.from({ length: 6000 }, (_, i) => {
      return { type, bytes: noise(4 * (14 + (i % 9)), `other ${i}`) } as const
    })
    const heap = heapDump({ segments: [[...others, { type, bytes: secret }]] })
    const file = path.join(folder, `secret ${type}`)
    writeFileSync(file, heap.bytes)
    const given = parsePublicKeys(publicKey.export({ type: 'spki', format: 'der' }), 'given').keys
    const { findings } = await scanFile(file, { threads: 1, publicKeys: given })
    const at = Buffer.from(heap.bytes).indexOf(secret)
    assert.deepEqual(
      findings.map(({ offset, encoding }) => [offset, encoding]),
      [[at, 'limbs-be']],
    )
  }
})
