import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { derivedValues } from '@mintmark/scan/known/values/derived_values'
import { encodingsOf } from '@mintmark/scan/known/values/encodings'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { elfCore, readAgain } from '@mintmark/testkit'
import { scrubInput } from '../src/scrub_input.ts'
import type { Scrubbed } from '../src/scrub_report.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 }))
const jwk = privateKey.export({ format: 'jwk' })
const number = (name: string) => fromBigEndian(Buffer.from(String(jwk[name]), 'base64url'))
const material = {
  type: 'rsa',
  n: number('n'),
  e: number('e'),
  p: number('p'),
  q: number('q'),
  d: number('d'),
} as const
const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())

/** Bytes that look like memory. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  for (let i = 0, x = 0x2545f491; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x & 0x00ff_ffff
  }
  return bytes
}

/** Scrubs bytes; gives what the output would be. */
async function scrub(name: string, bytes: Uint8Array): Promise<Scrubbed & { out: Uint8Array }> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const scrubbed = await scrubInput({ kind: 'file', path }, name)
  const source = openInput({
    kind: 'erased',
    input: { kind: 'file', path },
    erased: scrubbed.erased,
  })
  const out = new Uint8Array(source.size)
  source.read(0, out)
  source.close()
  return { ...scrubbed, out }
}

describe('a core that holds a key', () => {
  const heap = noise(1_048_576)
  heap.set(pem, 1000)
  const values = derivedValues(material).flatMap(({ value, bits }) => encodingsOf(value, bits))
  let at = 16_384
  for (const { bytes } of values) {
    heap.set(bytes, at)
    at += (bytes.length + 40) & ~7
  }
  assert.ok(at < heap.length)
  const core = elfCore({
    memory: [
      { address: 0x7000n, bytes: noise(4096) },
      { address: 0x10000n, bytes: heap },
    ],
  })

  it('has every value of it in every spelling erased, and nothing else', async () => {
    const { isClean, report, out, erased } = await scrub('core', core.bytes)
    assert.deepEqual(report.remainders, [])
    assert.ok(isClean)
    const left = values.filter(({ bytes }) => Buffer.from(out).indexOf(bytes) >= 0)
    assert.deepEqual(
      left.map(({ encoding }) => encoding),
      [],
    )
    const expected = core.bytes.slice()
    for (const { offset, length } of erased) expected.fill(0, offset, offset + length)
    assert.deepEqual(out, expected)
  })
})
