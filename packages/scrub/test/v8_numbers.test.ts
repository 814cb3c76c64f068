/** Scalars in arrays of V8, a digit a word, as libraries of JavaScript keep them. */
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

const folder = mkdtempSync(join(tmpdir(), 'v8-'))
after(() => rmSync(folder, { recursive: true }))

/** Of digits of 28 bits the last has four bits: it is not 0 here. */
function highKey(): { d: bigint; pem: string } {
  for (;;) {
    const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
    const scalar = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
    const d = BigInt(`0x${scalar.toString('hex')}`)
    if (d >> 252n !== 0n)
      return { d, pem: String(publicKey.export({ format: 'pem', type: 'spki' })) }
  }
}

const { d, pem } = highKey()
const given = parsePublicKeys(Buffer.from(pem), 'given.pem').keys

type Coding = 'smi' | 'double'

function word(coding: Coding, digit: number): Buffer {
  const bytes = Buffer.alloc(8)
  if (coding === 'smi') bytes.writeUInt32LE(digit, 4)
  else bytes.writeDoubleLE(digit)
  return bytes
}

/** Map, length and elements of an array: a digit each, and one more that is not in use. */
function arrayOf(value: bigint, bits: number, coding: Coding): Buffer {
  const count = Math.ceil(256 / bits)
  const digits = Array.from({ length: count }, (_, k) =>
    word(coding, Number(BigInt.asUintN(bits, value >> BigInt(bits * k)))),
  )
  const map = Buffer.from('1102c8546b0d0000', 'hex')
  return Buffer.concat([map, word('smi', count + 1), ...digits, Buffer.alloc(8)])
}

const AT = 8192

function fileWith(name: string, array: Buffer): string {
  const memory = Buffer.from(noise(32_768, 'v8'))
  // Other arrays of small integers: counters, of which a heap has many.
  for (let k = 0; k < 1000; k++) word('smi', k).copy(memory, 16_384 + 8 * k)
  array.copy(memory, AT)
  const path = join(folder, name)
  writeFileSync(path, memory)
  return path
}

describe('a given scalar in an array of V8', () => {
  const written = [
    { encoding: 'bn-js-smi-26', bits: 26, coding: 'smi' },
    { encoding: 'jsbn-smi-28', bits: 28, coding: 'smi' },
    { encoding: 'bn-js-double-26', bits: 26, coding: 'double' },
    { encoding: 'jsbn-double-28', bits: 28, coding: 'double' },
  ] as const
  for (const { encoding, bits, coding } of written) {
    it(`is found and erased: ${encoding}`, async () => {
      const array = arrayOf(d, bits, coding)
      const path = fileWith(encoding, array)
      const { findings } = await scanFile(path, { publicKeys: given, threads: 1 })
      assert.deepEqual(
        findings.map((finding) => [finding.offset, finding.length, finding.encoding]),
        [[AT + 16, array.length - 24, encoding]],
      )
      const input = { kind: 'file', path } as const
      const { isClean, erased } = await scrubInput(input, encoding, { publicKeys: given })
      assert.ok(isClean)
      const isIn = (at: number): boolean =>
        erased.some(({ offset, length }) => offset <= at && at < offset + length)
      assert.ok(isIn(AT + 16 + 4) && isIn(AT + array.length - 9))
    })
  }
})
