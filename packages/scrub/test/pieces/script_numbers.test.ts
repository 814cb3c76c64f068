/** Scalars as scripts leave them: 32 bits in each number of an array, and as binary digits. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'script-numbers-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const scalar = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
/** What HMAC-DRBG gave, and python-ecdsa drew. */
const before = BigInt(`0x${scalar.toString('hex')}`) - 1n
const big = Buffer.from(before.toString(16).padStart(64, '0'), 'hex')
const WORDS = Array.from({ length: 8 }, (_, k) => big.readUInt32BE(4 * k))

const slots = (values: readonly number[], write: (slot: Buffer, value: number) => void) =>
  Buffer.concat(
    values.map((value) => {
      const slot = Buffer.alloc(8)
      write(slot, value)
      return slot
    }),
  )
const doubles = (values: readonly number[]) =>
  slots(values, (slot, word) => slot.writeDoubleLE(word))
const bits = before.toString(2).padStart(256, '0')
const random = BigInt(`0x${randomBytes(1).toString('hex')}`)
  .toString(2)
  .padStart(8, '0')

const LEFT = {
  'in doubles, the highest word first': doubles(WORDS),
  'in doubles with a sign': doubles(WORDS.map((word) => word | 0)),
  'in small integers, the lowest word first': slots(WORDS.toReversed(), (slot, word) =>
    slot.writeUInt32LE(word, 4),
  ),
  'in words of 64 bits': slots(WORDS, (slot, word) => slot.writeUInt32LE(word, 0)),
  'in binary digits, with others behind': Buffer.from(`0b${bits}${random}`),
  'in binary digits, cut': Buffer.from(bits.slice(61, 201)),
}

describe('a scalar less one', () => {
  for (const [name, left] of Object.entries(LEFT))
    it(`${name} is erased to less than 96 bits`, async () => {
      const path = join(folder, name)
      const gap = Buffer.alloc(64, '.,;:\0\u0001')
      const der = privateKey.export({ format: 'der', type: 'pkcs8' })
      const padding = Buffer.alloc(-der.length & 7)
      writeFileSync(path, Buffer.concat([gap, der, padding, gap, left, gap]))
      const input = { kind: 'file', path } as const
      const { erased } = await scrubInput(input, path)
      const source = openInput({ kind: 'erased', input, erased })
      const out = Buffer.alloc(left.length)
      source.read(2 * gap.length + der.length + padding.length, out)
      source.close()
      // The lowest word, and digits at both ends, may differ from those of the scalar.
      assert.ok(out.filter((byte) => byte !== 0).length <= 24, out.toString('hex'))
    })
})
